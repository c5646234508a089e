"""Whatever happened, in whatever order it was written, the state is one that may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backends.registry.events import Event, from_tags, to_tag
from backends.registry.state import folded
from backends.registry.versions import STAGES

NUMBERS = st.integers(1, 4)
TIMES = st.integers(0, 50)
CHANGES = st.one_of(
    st.builds(
        lambda at, n, to: Event(at, "ana", "moved", n, "", to), TIMES, NUMBERS, st.sampled_from((*STAGES, "odd"))
    ),
    st.builds(lambda at, n: Event(at, "ana", "rolled back", n, "staging", "production"), TIMES, NUMBERS),
    st.builds(lambda at, n: Event(at, "ana", "deleted", n, details={"published": {}, "run": ""}), TIMES, NUMBERS),
    st.builds(lambda at, n: Event(at, "ana", "tagged", n, details={"key": "k", "value": "v"}), TIMES, NUMBERS),
    st.builds(
        lambda at, n, m: Event(at, "ana", "routed", details={"split": [[n, 1.0]], "shadow": m}), TIMES, NUMBERS, NUMBERS
    ),
)


@given(st.sets(NUMBERS), st.lists(CHANGES, max_size=20))
def test_any_events_give_a_state_that_may_be(there: set[int], changes: list[Event]) -> None:
    state = folded([Event(number, "ana", "published", number) for number in there], changes)
    assert set(state.stages) == there - state.deleted
    assert set(state.stages.values()) <= set(STAGES)
    assert list(state.stages.values()).count("production") <= 1
    assert state.route.numbers <= state.served
    assert state.previous is None or (state.previous in state.served and state.previous != state.champion)
    assert [event.at for event in state.history if event.what != "published"] == sorted(
        event.at for event in state.history if event.what != "published"
    )


@given(st.lists(CHANGES, max_size=20, unique_by=lambda event: event.at), st.randoms())
def test_the_order_in_which_tags_are_read_does_not_matter(changes: list[Event], random: object) -> None:
    tags = dict(to_tag(event) for event in changes)
    shuffled = list(tags.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert from_tags(dict(shuffled)) == tuple(sorted(changes, key=lambda event: event.at))


def test_two_promotions_at_once_leave_one_champion_and_both_in_the_history() -> None:
    published = [Event(1, "ana", "published", 1), Event(2, "bo", "published", 2)]
    at_once = [
        Event(9, "ana", "moved", 1, "staging", "production"),
        Event(9, "bo", "moved", 2, "staging", "production"),
    ]
    state = folded(published, at_once)
    assert state.stages == {1: "staging", 2: "production"}
    assert state.former == [1]
    assert [event.what for event in state.history] == ["published", "published", "moved", "moved", "demoted"]
