from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.serving.keys import ANYONE, Keys
from backends.serving.refusals import Unauthorised


def test_without_keys_anyone_is_let_in() -> None:
    for text in ("", "  ", ","):
        keys = Keys.parse(text)
        assert not keys.required
        assert keys.who(None) == keys.who("whatever") == ANYONE


def test_a_key_tells_its_name_and_may_hold_a_colon() -> None:
    keys = Keys.parse(" shop : a:b:c , board:xyz,")
    assert keys.required
    assert keys.names == ("board", "shop")
    assert keys.who("a:b:c") == "shop"
    assert keys.who("xyz") == "board"


@pytest.mark.parametrize("given", [None, "", "xy", "xyzz", "XYZ", "shop", "board:xyz", "xyz\0", "ключ", "\udc80"])
def test_no_key_or_another_one_is_refused(given: str | None) -> None:
    with pytest.raises(Unauthorised) as refused:
        Keys.parse("shop:abc,board:xyz").who(given)
    assert refused.value.status == 401


@pytest.mark.parametrize("text", ["s3cret", "shop:", ":s3cret", "shop:ok,shop:s3cret", "a:b,s3cret"])
def test_a_wrong_setting_is_named_by_its_place_and_never_shown(text: str) -> None:
    with pytest.raises(WorkbenchError, match=r"Entry \d of WORKBENCH_API_KEYS") as wrong:
        Keys.parse(text)
    assert "s3cret" not in str(wrong.value)


def test_keys_are_kept_as_digests_only() -> None:
    keys = Keys.parse("shop:s3cret")
    assert "s3cret" not in repr(keys) + repr(vars(keys))
    assert vars(keys)["_digests"] != vars(Keys.parse("shop:s3cret"))["_digests"]  # another salt


@given(
    st.dictionaries(st.text("abc", min_size=1), st.text("xyz:", min_size=1).filter(str.strip), max_size=5), st.text()
)
def test_exactly_the_keys_that_are_set_are_known(keys: dict[str, str], other: str) -> None:
    made = Keys(keys)
    names = {key: name for name, key in keys.items()}
    for key in keys.values():
        assert keys[made.who(key)] == key
    if keys and other not in names:
        with pytest.raises(Unauthorised):
            made.who(other)
