from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings
from backends.tasks import Job, JobRunner, processes, runner
from backends.tasks.worker import TEMPORARY, find

JOBS = "tests.backends.tasks.sample_jobs"


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobRunner]:
    runner = JobRunner(Settings(jobs_at_once=2, home=str(tmp_path)))
    yield runner
    runner.close()


def start(jobs: JobRunner, name: str, owner: str = "ada") -> Job:
    return jobs.start(owner, name, f"{JOBS}:{name}", lambda folder: None)


def wait_until(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def test_a_job_reads_its_input_and_leaves_its_output(jobs: JobRunner) -> None:
    job = jobs.start("ada", "double", f"{JOBS}:double", lambda folder: (folder / "input.txt").write_text("21"))
    job = jobs.wait(job.id, "ada")
    assert job.state == "done"
    assert job.output("output.txt").read_text() == "42"
    assert job.events == ({"doing": "doubling", "fraction": 0.5},)


def test_an_output_that_was_changed_is_refused(jobs: JobRunner) -> None:
    job = jobs.start("ada", "double", f"{JOBS}:double", lambda folder: (folder / "input.txt").write_text("21"))
    job = jobs.wait(job.id, "ada")
    (job.folder / "output.txt").write_text("43")
    with pytest.raises(WorkbenchError, match="changed"):
        job.output("output.txt")


def test_progress_names_what_runs_and_the_time_left(jobs: JobRunner) -> None:
    job = start(jobs, "count_until_cancelled")
    wait_until(lambda: jobs.get(job.id, "ada").fraction >= 0.02)
    seen = jobs.get(job.id, "ada")
    assert seen.doing.startswith("step ")
    assert seen.seconds_left is not None
    assert seen.seconds_left > seen.seconds


def test_cancel_keeps_what_is_done(jobs: JobRunner) -> None:
    job = start(jobs, "count_until_cancelled")
    wait_until(lambda: jobs.get(job.id, "ada").events)
    assert jobs.cancel(job.id, "ada").state == "cancelling"
    ended = jobs.wait(job.id, "ada")
    assert ended.state == "cancelled"
    assert int(ended.output("steps.txt").read_text()) < 10_000


def test_a_job_that_ignores_cancel_is_killed_with_its_children(
    jobs: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", 0.2)
    job = start(jobs, "ignore_cancel")
    wait_until(lambda: jobs.get(job.id, "ada").events)
    child = jobs.get(job.id, "ada").events[0]["child"]
    jobs.cancel(job.id, "ada")
    assert jobs.wait(job.id, "ada", 10).state == "cancelled"
    wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize(
    ("name", "words"),
    [("bad_input", "Column 'x' is empty."), ("bug", "Something went wrong"), ("killed", "ran out of memory")],
)
def test_a_failure_is_a_sentence_and_the_runner_goes_on(
    jobs: JobRunner, name: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    failed = jobs.wait(start(jobs, name).id, "ada")
    assert failed.state == "failed"
    assert failed.error is not None
    assert words in failed.error.message
    assert "secret detail" not in failed.error.message + failed.error.hint
    assert "secret detail" not in caplog.text
    assert ("ZeroDivisionError in " in caplog.text) == (name == "bug")
    after = jobs.start("ada", "double", f"{JOBS}:double", lambda folder: (folder / "input.txt").write_text("1"))
    assert jobs.wait(after.id, "ada").state == "done"


def test_a_job_over_its_memory_is_stopped(tmp_path: Path) -> None:
    small = JobRunner(Settings(home=str(tmp_path), job_memory_mb=200))
    failed = small.wait(start(small, "greedy").id, "ada")
    assert failed.error is not None
    assert "the limit is 200 MB" in failed.error.message
    small.close()


def test_where_all_together_hold_too_much_the_largest_job_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "held_by_all", lambda: psutil.Process().memory_info().rss)  # less than is real
    limit = psutil.Process().memory_info().rss // MEGABYTE // 2
    full = JobRunner(Settings(home=str(tmp_path), total_memory_mb=limit), room=lambda: None)
    failed = full.wait(start(full, "count_until_cancelled").id, "ada")
    assert failed.error is not None
    assert "the workbench with all its jobs used" in failed.error.message
    assert f"the limit is {limit:,} MB" in failed.error.message
    full.close()


def test_no_job_begins_where_memory_is_short(tmp_path: Path) -> None:
    full = JobRunner(Settings(home=str(tmp_path), total_memory_mb=1))
    with pytest.raises(WorkbenchError, match=r"no memory for another job: [\d,]+ of 1 MB are in use"):
        start(full, "double")
    assert full.jobs("ada") == []
    full.close()


def test_an_owner_who_is_forgotten_leaves_nothing(jobs: JobRunner) -> None:
    done = jobs.wait(start(jobs, "bad_input").id, "ada")
    running, other = start(jobs, "ignore_cancel"), start(jobs, "count_until_cancelled", owner="alan")
    waiting = start(jobs, "count_until_cancelled")
    wait_until(lambda: jobs.get(running.id, "ada").events)
    child = jobs.get(running.id, "ada").events[0]["child"]
    assert jobs.busy("ada")

    jobs.forget("ada")
    assert jobs.jobs("ada") == []
    assert not jobs.busy("ada")
    with pytest.raises(WorkbenchError, match="not known"):
        jobs.get(running.id, "ada")
    wait_until(lambda: not any(job.folder.exists() for job in (done, running, waiting)))
    wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
    assert jobs.get(other.id, "alan").state == "running"


@pytest.mark.parametrize("killed", [False, True], ids=["ends", "is killed"])
def test_temporary_files_of_a_job_are_in_its_folder_and_go_with_it(jobs: JobRunner, killed: bool) -> None:
    job = start(jobs, "write_temporary")
    wait_until(lambda: jobs.get(job.id, "ada").events)
    paths = [Path(path) for path in jobs.get(job.id, "ada").events[0].values()]
    assert all(path.exists() and path.is_relative_to(job.folder) for path in paths)
    assert stat.S_IMODE((job.folder / TEMPORARY).stat().st_mode) == 0o700
    if killed:
        jobs._processes[job.id].kill()
        assert jobs.wait(job.id, "ada").state == "failed"
        jobs.forget("ada")
        assert not job.folder.exists()
    else:
        jobs.cancel(job.id, "ada")
        assert set(jobs.wait(job.id, "ada").files) == {"output.txt"}
        assert not (job.folder / TEMPORARY).exists()


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux only")
def test_when_memory_runs_out_the_job_is_ended_before_the_server(jobs: JobRunner) -> None:
    job = jobs.wait(start(jobs, "tell_oom_preference").id, "ada")
    assert job.events[0]["oom_score_adj"] == 1000 > int(Path("/proc/self/oom_score_adj").read_text())


def test_the_third_job_waits_and_sees_its_place(jobs: JobRunner) -> None:
    first, second, third, fourth = (start(jobs, "count_until_cancelled") for _ in range(4))
    assert [jobs.get(job.id, "ada").state for job in (first, second, third)] == ["running", "running", "queued"]
    assert jobs.get(fourth.id, "ada").place == 2
    assert jobs.cancel(third.id, "ada").state == "cancelled"
    jobs.cancel(first.id, "ada")
    wait_until(lambda: jobs.get(fourth.id, "ada").state == "running")


def test_nobody_sees_or_cancels_the_job_of_another(jobs: JobRunner) -> None:
    job = start(jobs, "count_until_cancelled")
    for action in (jobs.get, jobs.cancel):
        with pytest.raises(WorkbenchError):
            action(job.id, "eve")
    assert jobs.jobs("eve") == []
    assert jobs.get(job.id, "ada").state == "running"


def test_one_owner_cannot_fill_the_queue(jobs: JobRunner) -> None:
    for _ in range(runner.WAITING_PER_OWNER):
        start(jobs, "count_until_cancelled")
    with pytest.raises(WorkbenchError, match="8 jobs"):
        start(jobs, "double")
    assert start(jobs, "double", owner="bob").place > 0


def test_names_are_free_to_make_so_that_all_together_may_only_wait_so_much(
    jobs: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "WAITING", 3)
    for owner in ("ada", "bob", "eve"):
        jobs.start(owner, "count", f"{JOBS}:count_until_cancelled", lambda folder: None)
    with pytest.raises(WorkbenchError, match="3 jobs are running or waiting here"):
        jobs.start("new", "count", f"{JOBS}:count_until_cancelled", lambda folder: None)


def test_closing_ends_processes_and_removes_folders(tmp_path: Path) -> None:
    jobs = JobRunner(Settings(home=str(tmp_path)))
    job = start(jobs, "ignore_cancel")
    wait_until(lambda: jobs.get(job.id, "ada").events)
    child = jobs.get(job.id, "ada").events[0]["child"]
    jobs.close()
    assert not job.folder.exists()
    wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_an_input_that_cannot_be_written_leaves_nothing_behind(jobs: JobRunner, tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        jobs.start("ada", "x", f"{JOBS}:double", broken)
    assert [path.name for path in (tmp_path / "jobs").glob("*/*")] == ["lock"]


def test_only_functions_of_this_project_are_jobs() -> None:
    with pytest.raises(ValueError, match="not a job"):
        find("os:system")
