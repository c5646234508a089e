"""The child process of a job: ``python -m backends.tasks.worker ADDRESS FOLDER``.

It speaks JSON lines on standard output (progress, the outcome, the digests of the output files) and
listens on standard input: a line ``cancel`` asks it to stop and keep what is done; the end of the input
means that the server is gone, and then the whole process group ends.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from backends.errors import WorkbenchError, no_room
from backends.tasks.crashes import where
from backends.tasks.job import file_digest

Report = Callable[[dict[str, Any]], None]
Run = Callable[[Path, Report, Callable[[], bool]], None]
TEMPORARY = "tmp"  # in the job's folder
NICE = 10  # on the scale of nice(1), where 19 gives way the most


def main(address: str, folder: Path) -> int:
    """Run one job and say how it ended. Returns the exit code."""
    channel = _own_channel()
    _be_ended_first()
    _give_way()
    cancel = threading.Event()
    threading.Thread(target=_listen, args=(cancel,), daemon=True).start()
    before = set(folder.rglob("*"))
    try:
        _keep_temporary_files(folder / TEMPORARY)
        find(address)(folder, lambda event: _say(channel, {"event": event}), cancel.is_set)
    except WorkbenchError as error:
        _say(channel, {"error": {"message": error.message, "hint": error.hint}})
        return 1
    except Exception as error:
        if (full := no_room(error)) is not None:
            _say(channel, {"error": {"message": full.message, "hint": full.hint}})
            return 1
        traceback.print_exc()
        _say(channel, {"crash": where(error)})
        return 1
    files = {path.relative_to(folder).as_posix(): file_digest(path) for path in _written(folder, before)}
    _say(channel, {"outcome": "cancelled" if cancel.is_set() else "done", "files": files})
    return 0


def find(address: str) -> Run:
    """The function behind an address such as ``backends.training.job:run``.

    Raises ValueError for an address outside this project's backends.
    """
    module, _, name = address.partition(":")
    if module.split(".")[0] not in {"backends", "tests"}:
        raise ValueError(f"{address!r} is not a job of this project")
    run: Run = getattr(importlib.import_module(module), name)
    return run


def _be_ended_first() -> None:
    """When the machine runs out of memory, let Linux end this job and its workers and not the server."""
    preference = Path("/proc/self/oom_score_adj")
    if preference.exists():
        preference.write_text("1000")


def _give_way() -> None:
    """Let pages and answers have the processor first: somebody waits in front of those. Alone, a job is as quick."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def _keep_temporary_files(folder: Path) -> None:
    """Have this process, and all that it starts, make temporary files in `folder`: they may hold somebody's table.

    It is removed when this process ends, and with the job's own folder where the process was killed.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # registered first, so called after the libraries' own
    # joblib's large arrays would go to /dev/shm otherwise
    os.environ["TMPDIR"] = os.environ["JOBLIB_TEMP_FOLDER"] = tempfile.tempdir = str(folder.absolute())


def _written(folder: Path, before: set[Path]) -> list[Path]:
    """The files that a job has made, without its temporary ones."""
    temporary = folder / TEMPORARY
    made = sorted(set(folder.rglob("*")) - before)
    return [path for path in made if path.is_file() and not path.is_relative_to(temporary)]


def _own_channel() -> TextIO:
    """Standard output for our messages only: whatever a library prints goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _say(channel: TextIO, message: dict[str, Any]) -> None:
    channel.write(json.dumps(message) + "\n")
    channel.flush()


def _listen(cancel: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "cancel":
            cancel.set()
    end_group()


def end_group() -> None:
    """End this process and the workers it started, at once."""
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
