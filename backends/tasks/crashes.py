"""What the log says of a fault inside a job: where it was, without what was being worked on."""

from __future__ import annotations

import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]
FRAMES = 12


def where(error: BaseException) -> str:
    """The kind of error and the calls that led to it, the innermost last: a line of text.

    Its message is left out, as it may quote the user's data, and so is where the files lie on this machine.

    >>> try:
    ...     where(1 / 0)
    ... except ZeroDivisionError as error:
    ...     print(where(error).startswith("ZeroDivisionError in "))
    True
    """
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    calls = " → ".join(f"{_file(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} in {calls}"


def _file(name: str) -> str:
    path = Path(name)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    return "/".join(path.parts[-2:])
