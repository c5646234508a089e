from __future__ import annotations

import os
import time
from dataclasses import dataclass
from itertools import pairwise

import pytest

from backends.training.guard import Guard, Limits, Trouble
from backends.training.workers import Crew, sentence


@dataclass(frozen=True)
class Count:
    """Takes a moment and says in which process and when."""

    number: int

    @property
    def id(self) -> str:
        return f"count-{self.number}"

    def __call__(self) -> tuple[int, float, float]:
        start = time.monotonic()
        time.sleep(0.02)
        return os.getpid(), start, time.monotonic()


@pytest.mark.parametrize("processes", [1, 2])
def test_every_task_comes_back_once_from_another_process(processes):
    found = list(Crew(processes).run([Count(n) for n in range(8)]))
    assert sorted(task.number for task, _ in found) == list(range(8))
    assert os.getpid() not in {process for _, (process, _, _) in found}


def test_with_one_process_one_task_runs_at_a_time():
    spans = sorted((start, end) for _, (_, start, end) in Crew(1).run([Count(n) for n in range(8)]))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_tasks_are_left_out_when_their_turn_comes_and_they_are_not_wanted_any_more():
    unwanted: set[int] = set()
    done = []
    for task, _ in Crew(1).run([Count(n) for n in range(20)], skip=lambda task: task.number in unwanted):
        done.append(task.number)
        unwanted.update(range(10, 20))
    assert sorted(done) == list(range(10))


def test_a_caller_that_has_had_enough_leaves_nothing_running():
    results = Crew(2).run([Count(n) for n in range(50)])
    next(results)
    results.close()
    assert len(list(Crew(2).run([Count(n) for n in range(3)]))) == 3


def test_the_guard_reads_which_process_works_on_what(tmp_path):
    (tmp_path / "task-a").write_text("123")
    (tmp_path / "task-b").write_text("")
    assert Guard(tmp_path, Limits()).running() == {"task-a": 123}


def test_the_guard_ends_only_what_is_over_its_limit(tmp_path, monkeypatch):
    ended = []
    monkeypatch.setattr("backends.training.guard.end_process", ended.append)
    monkeypatch.setattr("backends.training.guard._memory_mb", {11: 50.0, 22: 5_000.0}.get)
    (tmp_path / "small").write_text("11")
    (tmp_path / "large").write_text("22")
    guard = Guard(tmp_path, Limits(seconds=60, memory_mb=1_000))
    guard.check()
    guard.check()
    assert ended == [22]
    assert guard.ended["large"].kind == "out of memory"
    assert "5,000 MB" in guard.ended["large"].reason


def test_when_the_machine_runs_out_of_memory_the_largest_goes_first(tmp_path, monkeypatch):
    ended = []
    monkeypatch.setattr("backends.training.guard.end_process", ended.append)
    monkeypatch.setattr("backends.training.guard._memory_mb", {11: 500.0, 22: 900.0}.get)
    monkeypatch.setattr("backends.training.guard.available_share", lambda: 0.01)
    (tmp_path / "small").write_text("11")
    (tmp_path / "large").write_text("22")
    guard = Guard(tmp_path, Limits())
    guard.check()
    assert ended == [22]
    assert "machine ran out of memory" in guard.ended["large"].reason


def test_an_error_becomes_one_short_sentence():
    assert sentence(ValueError("a\nb")) == "ValueError: a"
    assert sentence(KeyError()) == "KeyError"
    assert len(sentence(ValueError("x" * 5_000))) < 320


def test_a_failed_task_comes_back_as_trouble():
    ((_, trouble),) = Crew(1).run([Bad()])
    assert trouble == Trouble("failed", "ZeroDivisionError: division by zero")


@dataclass(frozen=True)
class Bad:
    """Raises."""

    id: str = "bad"

    def __call__(self) -> float:
        return 1 / 0
