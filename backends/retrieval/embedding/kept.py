"""Converted models in the cache folder: found, checked, or made once, whoever asks first."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import backends
from backends.errors import WorkbenchError, in_folder
from backends.retrieval.embedding.record import Record, read_record, undamaged
from backends.retrieval.embedding.source import Source
from backends.settings import PREFIX, Settings

LIMIT_SECONDS = 1_800  # a conversion takes seconds to minutes; one that takes longer hangs
_MODULE = "backends.retrieval.embedding.export"
_SAID = 300  # characters of the child's last words that are passed on
_log = logging.getLogger(__name__)


def kept_folder(kind: str, source: Source, settings: Settings) -> Path:
    """Where the conversion of an "embedder" or "reranker" is kept, or will be."""
    return settings.cache_folder / f"{kind}s" / source.key


def kept(kind: str, source: Source, settings: Settings) -> Record | None:
    """The record of the conversion that is kept, None where there is none or it is damaged."""
    folder = kept_folder(kind, source, settings)
    record = read_record(folder)
    if record is not None and not undamaged(folder, record):
        _log.warning("The converted model in %s is damaged; it is converted anew.", folder)
        return None
    return record


def obtain(kind: str, source: Source, settings: Settings) -> Record:
    """The record of the conversion, which is made first where there is none: that takes seconds to minutes.

    When several processes ask at once, one converts and the others wait for it. Raises WorkbenchError when the
    model cannot be loaded, or its conversion fails or cannot be written.
    """
    record = kept(kind, source, settings)
    if record is not None:
        return record
    folder = kept_folder(kind, source, settings)
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder.with_suffix(".lock")):
            return kept(kind, source, settings) or _made(kind, source, folder)
    except OSError as error:
        raise WorkbenchError(
            f"The converted model cannot be kept in {in_folder(folder.parent)}: {error.strerror or 'no reason given'}.",
            hint="Make room there, or set WORKBENCH_CACHE to another folder.",
        ) from error


def _made(kind: str, source: Source, folder: Path) -> Record:
    """Convert into a folder beside and move it into its place, so that a kept conversion is whole or not there."""
    for left in folder.parent.glob(f"{folder.name}.part-*"):  # by a process that was killed; the lock is ours
        shutil.rmtree(left)
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.parent))
    try:
        _run(kind, source, part)
        if folder.exists():
            shutil.rmtree(folder)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    record = read_record(folder)
    if record is None:
        raise WorkbenchError(f"The conversion of {source.name!r} left no record.", hint="Try again.")
    return record


def _run(kind: str, source: Source, target: Path) -> None:
    command = [sys.executable, "-m", _MODULE, kind, str(source.folder), str(target), source.name, source.key]
    root = str(Path(backends.__file__).parents[1])
    ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment = {**ours, "PYTHONPATH": root, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own module, no shell
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise WorkbenchError(
            f"The conversion of {source.name!r} took longer than {LIMIT_SECONDS // 60} minutes.",
            hint="Try again when the machine has less to do, or choose a smaller model.",
        ) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        _log.error("The conversion of %s failed (%s):\n%s", source.name, done.returncode, said[-5_000:])
        last = (
            said.splitlines()[-1].replace(str(source.folder), source.name)[:_SAID]
            if said
            else f"it ended with code {done.returncode}"
        )
        raise WorkbenchError(
            f"The model {source.name!r} could not be converted: {last}",
            hint="Choose another model, or look into the log for the whole message.",
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file, which the system takes back when this process ends in whatever way."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
