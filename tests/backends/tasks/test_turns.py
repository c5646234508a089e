from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from backends.tasks.job import Job
from backends.tasks.turns import next_to_start, queue


def waiting(*names: str) -> list[Job]:
    """Jobs in the order in which they came; the first letter is whose they are."""
    return [Job(name, name[0], name, Path()) for name in names]


def started(jobs: Sequence[Job], name: str, at: float) -> list[Job]:
    return [replace(job, state="running", started_at=at) if job.id == name else job for job in jobs]


def ended(jobs: Sequence[Job], name: str) -> list[Job]:
    return [replace(job, state="done") if job.id == name else job for job in jobs]


def order_of_starts(jobs: list[Job], places: int) -> str:
    """Whose job starts, one after the other, where the one that has run longest ends when nothing more may start."""
    owners, now = "", 0.0
    while any(not job.ended for job in jobs):
        while job := next_to_start(jobs, places):
            now += 1
            owners += job.owner
            jobs = started(jobs, job.id, now)
        oldest = min((job for job in jobs if job.state == "running"), key=lambda job: job.started_at or 0.0)
        jobs = ended(jobs, oldest.id)
    return owners


def test_one_visitor_with_many_jobs_keeps_nobody_waiting_for_all_of_them() -> None:
    many = waiting("a1", "a2", "a3", "a4", "b1", "c1")
    assert order_of_starts(many, places=1) == "abcaaa"


def test_who_asks_later_comes_before_the_second_job_of_who_asked_first() -> None:
    jobs = started(waiting("a1", "a2", "a3", "b1"), "a1", 1.0)
    assert [job.id for job in queue(jobs)] == ["b1", "a2", "a3"]


def test_who_had_a_turn_longest_ago_comes_first() -> None:
    jobs = ended(started(waiting("a1", "b1", "a2", "b2"), "a1", 1.0), "a1")
    jobs = ended(started(jobs, "b1", 2.0), "b1")
    assert [job.id for job in queue(jobs)] == ["a2", "b2"]


def test_alone_a_visitor_may_take_every_place() -> None:
    jobs = started(waiting("a1", "a2", "a3"), "a1", 1.0)
    second = next_to_start(jobs, places=2)
    assert second is not None
    assert second.id == "a2"


def test_where_others_are_about_nobody_takes_the_last_place_beside_a_job_of_their_own() -> None:
    jobs = ended(started(waiting("b1", "a1", "a2"), "b1", 1.0), "b1")
    jobs = started(jobs, "a1", 2.0)
    assert next_to_start(jobs, places=2) is None
    late = [*jobs, *waiting("b2")]
    assert (next_to_start(late, places=2) or late[0]).id == "b2"


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.integers(1, 4))
def test_every_job_starts_and_nobody_waits_more_than_a_round(owners: list[str], places: int) -> None:
    jobs = waiting(*(f"{owner}{place}" for place, owner in enumerate(owners)))
    starts = order_of_starts(jobs, places)
    assert sorted(starts) == sorted(owners)
    first_turns = [starts.index(owner) for owner in set(owners)]
    assert all(turn < len(set(owners)) + places for turn in first_turns)
