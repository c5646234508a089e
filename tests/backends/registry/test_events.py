from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.registry.events import MOST_CHARACTERS, Event, after, from_tags, to_tag

ODD = st.one_of(
    st.text(max_size=20),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["at", "who", "what", "version", "details", "x"]), inner, max_size=6)
        ),
    ).map(json.dumps),
)


@given(ODD)
def test_a_tag_of_somebody_else_under_our_prefix_is_left_out(value: str) -> None:
    assert from_tags({"workbench.event.1.ab": value}) == ()


@pytest.mark.parametrize(
    "changed",
    [{"what": "exploded"}, {"at": "noon"}, {"at": True}, {"version": "1"}, {"version": None}, {"details": {}}],
)
def test_an_event_that_lacks_what_its_kind_needs_is_left_out(changed: dict[str, object]) -> None:
    key, value = to_tag(Event(1, "ana", "tagged", 1, details={"key": "k", "value": "v"}))
    assert len(from_tags({key: value})) == 1
    assert from_tags({key: json.dumps(json.loads(value) | changed)}) == ()


def test_an_event_comes_after_all_before_it_even_when_a_clock_was_ahead() -> None:
    ahead = round(time.time() * 1000) + 3_600_000
    assert after([Event(5, "ana", "moved", 1), Event(ahead, "bo", "moved", 1)]) == ahead + 1
    assert after([]) <= round(time.time() * 1000)


def test_an_event_too_long_for_a_tag_is_a_bug_that_shows() -> None:
    with pytest.raises(ValueError, match="characters"):
        to_tag(Event(1, "ana", "noted", 1, details={"notes": "n" * MOST_CHARACTERS}))


def test_each_event_has_a_key_of_its_own() -> None:
    event = Event(1, "ana", "moved", 1)
    assert len({to_tag(event)[0] for _ in range(50)}) == 50
