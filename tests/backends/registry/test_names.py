from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.registry.names import FIELDS, model_name, tag_key, written


@pytest.mark.parametrize("name", ["a", "0", "churn-2026", "a" * 63])
def test_a_name_of_small_letters_digits_and_hyphens_is_taken(name: str) -> None:
    assert model_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Churn", "a/b", "../a", "a b", "-a", "a" * 64, "é", "a\n", "metrics", "health", None]
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(WorkbenchError, match=r"called|taken"):
        model_name(name)


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=60))
def test_a_text_is_refused_or_kept_as_it_is(field: str, text: str) -> None:
    try:
        kept = written(field, text)
    except WorkbenchError:
        return
    assert kept == text.strip()
    assert json.loads(json.dumps(kept, ensure_ascii=False).encode()) == kept


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31m", "\ud800", "\x7f"])
def test_what_no_database_or_screen_can_take_is_refused(text: str) -> None:
    with pytest.raises(WorkbenchError, match=r"control character U\+"):
        written("reason", text)


@pytest.mark.parametrize("key", ["", " owner", "workbench/x", "a" * 41, "é", "a\n"])
def test_a_tag_has_a_plain_name(key: str) -> None:
    with pytest.raises(WorkbenchError, match="cannot be called"):
        tag_key(key)
