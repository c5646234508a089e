"""Jobs whose process, or whose server, is killed: the others go on, and nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backends.errors import WorkbenchError
from backends.settings import PRIVATE_HOME, Settings
from backends.tasks import Job, JobRunner, folders, runner
from backends.tasks.folders import JobFolders, clear_what_was_left

ROOT = Path(__file__).parents[2]
JOBS = "tests.backends.tasks.sample_jobs"
TORN = 'import sys; sys.stdout.write(\'{"event": {"fraction": 0.1}}\\n{"event": {"frac\'); sys.stdout.flush()'
SERVER = """
import sys, time
from backends.settings import Settings
from backends.tasks import JobRunner
jobs = JobRunner(Settings(home=sys.argv[1]))
job = jobs.start("ada", "private", "tests.backends.tasks.sample_jobs:ignore_cancel",
                 lambda folder: (folder / "private.csv").write_text("secret"))
while not jobs.get(job.id, "ada").events:
    time.sleep(0.01)
print(jobs.get(job.id, "ada").events[0]["child"], flush=True)
time.sleep(60)
"""


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobRunner]:
    made = JobRunner(Settings(jobs_at_once=1, home=str(tmp_path)))
    yield made
    made.close()


def double(jobs: JobRunner, owner: str = "ada") -> Job:
    job = jobs.start(owner, "double", f"{JOBS}:double", write_input)
    return jobs.wait(job.id, owner, 30)


def write_input(folder: Path) -> None:
    (folder / "input.txt").write_text("21")


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_a_job_killed_in_the_middle_of_a_message_has_failed_and_gives_its_place_to_the_next(
    jobs: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = subprocess.Popen(
        [sys.executable, "-c", TORN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    with monkeypatch.context() as patch:
        patch.setattr(runner, "spawn", lambda address, folder: torn)
        job = jobs.start("ada", "torn", f"{JOBS}:double", lambda folder: None)
    ended = jobs.wait(job.id, "ada", 20)
    assert (ended.state, ended.fraction) == ("failed", 0.1)
    assert ended.error is not None
    assert double(jobs).state == "done"


def test_a_job_that_cannot_be_started_has_failed_and_the_next_one_starts(
    jobs: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(address: str, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(runner, "spawn", refused)
        failed = jobs.start("ada", "double", f"{JOBS}:double", lambda folder: None)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error.message == "The disk is full, so this could not be saved."
    assert double(jobs).state == "done"


def test_a_job_killed_from_outside_is_one_sentence_and_its_own_alone(jobs: JobRunner) -> None:
    kept = double(jobs)
    job = jobs.start("ada", "count", f"{JOBS}:count_until_cancelled", lambda folder: None)
    wait_until(lambda: bool(jobs.get(job.id, "ada").events))
    [child] = [child for child in psutil.Process().children() if str(job.folder) in child.cmdline()]
    child.kill()
    ended = jobs.wait(job.id, "ada", 20)
    assert ended.state == "failed"
    assert ended.error is not None
    assert kept.output("output.txt").read_text() == "42"
    assert double(jobs, "bob").state == "done"


def test_when_the_server_is_killed_its_jobs_end_and_the_next_server_removes_what_they_held(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    child = int(server.stdout.readline())
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    wait_until(lambda: gone(child))
    assert [path.read_text() for path in tmp_path.rglob("private.csv")] == ["secret"]
    jobs = JobRunner(Settings(home=str(tmp_path)))
    assert double(jobs).state == "done"
    assert list(tmp_path.rglob("private.csv")) == []
    jobs.close()


def test_the_folders_of_a_server_that_lives_are_left_alone(tmp_path: Path) -> None:
    living, other = JobFolders(tmp_path), JobFolders(tmp_path)
    (living.make("one") / "input.txt").write_text("mine")
    other.make("two")
    assert (living.make("three").parent / "one" / "input.txt").read_text() == "mine"
    living.close()
    other.close()
    assert list((tmp_path / "jobs").iterdir()) == []


def test_what_a_killed_server_left_goes_when_the_next_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    living, home = JobFolders(tmp_path), Settings(home=str(tmp_path))
    living.make("mine")
    home_of_nobody = tmp_path / "tmp" / f"{PRIVATE_HOME}{_pid_of_nobody()}"
    left = [tmp_path / "jobs" / "runner-dead", tmp_path / "tables-dead", home_of_nobody]
    kept = [tmp_path / "tmp" / f"{PRIVATE_HOME}{os.getpid()}", tmp_path / "jobs" / "making-now"]
    for folder in (*left, *kept):
        folder.mkdir(parents=True)
    assert clear_what_was_left(home) == len(left)
    assert not [folder for folder in left if folder.exists()]
    assert [folder for folder in kept if folder.exists()] == kept
    assert len(list((tmp_path / "jobs").glob("runner-*"))) == 1
    living.close()


def _pid_of_nobody() -> int:
    return next(pid for pid in range(2**22 - 1, 1, -1) if not psutil.pid_exists(pid))


def test_a_folder_that_was_taken_away_is_made_anew(tmp_path: Path) -> None:
    folders = JobFolders(tmp_path)
    shutil.rmtree(folders.make("one").parent)
    assert folders.make("two").is_dir()
    folders.close()


def test_a_runner_that_is_closed_takes_no_job_and_names_no_cause_that_was_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = JobRunner(Settings(home=str(tmp_path)))
    job = jobs.start("ada", "count", f"{JOBS}:count_until_cancelled", lambda folder: None)
    wait_until(lambda: bool(jobs.get(job.id, "ada").events))
    jobs.close()
    assert "memory" not in caplog.text
    with pytest.raises(WorkbenchError, match="is being stopped"):
        double(jobs)
    assert list(tmp_path.rglob("input.txt")) == []


def test_a_job_gives_way_to_pages(jobs: JobRunner) -> None:
    job = jobs.start("ada", "nice", f"{__name__}:tell_nice", lambda folder: None)
    ended = jobs.wait(job.id, "ada", 20)
    assert json.loads(ended.output("nice.txt").read_text()) == os.nice(0) + 10


def tell_nice(folder: Path, report: object, cancelled: object) -> None:
    (folder / "nice.txt").write_text(json.dumps(os.nice(0)))
