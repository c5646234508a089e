"""On a full disk: what was acknowledged is there, what is not saved is said in words, and with room it goes on.

The disk is a real one of a few megabytes, in memory and in a name space that ends with the process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backends.registry.places import Folder
from backends.serving.api.problems import problem

ROOT = Path(__file__).parents[2]
ON_SMALL_DISK = 'mount -t tmpfs -o size=8m tmpfs "$2" && exec "$0" -m tests.faults.full_disk "$@"'


def allowed() -> bool:
    """Whether this system lets a process have a disk of its own."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True)
    return tried.returncode == 0


small_disk = pytest.mark.skipif(not allowed(), reason="no small disk is to be had here (unshare and tmpfs)")


def told(what: str, folder: Path, *more: str) -> dict[str, Any]:
    """What `full_disk` tells of `what` on a disk of 8 MB."""
    command = ["unshare", "-rm", "sh", "-c", ON_SMALL_DISK, sys.executable, what, str(folder), *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3_000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@small_disk
def test_documents_that_were_taken_in_are_all_there(tmp_path: Path) -> None:
    seen = told("collection", tmp_path)
    assert "the disk is full" in seen["refused"]
    assert seen["kept"] == seen["acknowledged"] != []
    assert seen["after"] == len(seen["acknowledged"]) + 1
    assert seen["sound"]


@small_disk
def test_what_the_prediction_log_could_not_write_is_counted_and_the_rest_is_there(tmp_path: Path) -> None:
    seen = told("log", tmp_path)
    assert seen["kept"] == seen["acknowledged"] > 0
    assert seen["lost"] == seen["lost_after"] == 100
    assert seen["after"] == seen["acknowledged"] + 100


@small_disk
def test_a_job_says_that_the_disk_is_full_and_earlier_results_stay(tmp_path: Path) -> None:
    seen = told("jobs", tmp_path)
    assert seen["states"] == ["done", "failed", "done"]
    assert seen["told"] == seen["refused"] == "The disk is full, so this could not be saved."
    assert seen["kept"] == "done"


@small_disk
@pytest.mark.slow
def test_versions_that_were_published_are_all_there_and_whole(tmp_path: Path, tmp_path_factory: Any) -> None:
    made = Folder(tmp_path_factory.mktemp("registry"))
    made.prepare()
    seen = told("registry", tmp_path, str(made.database))
    assert "The disk is full" in seen["refused"]
    assert seen["kept"] == seen["acknowledged"] != []
    assert seen["after"] == len(seen["acknowledged"]) + 1


def test_a_full_disk_behind_another_librarys_error_is_recognised_over_http() -> None:
    try:
        try:
            os.write(os.open("/dev/full", os.O_WRONLY), b"x")
        except OSError as error:
            raise RuntimeError("artifact store failed") from error
    except RuntimeError as error:
        answer = problem(error, "r1", "/api/v1/collections")
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["title"]) == (507, "Disk full")
    assert body["message"] == "The disk is full, so this could not be saved."
