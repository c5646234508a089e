"""The names of collections, and the folders they are kept in. No text of a user is part of a path."""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from pathlib import Path

from backends.errors import WorkbenchError

LONGEST_NAME = 60  # characters
FOLDER = "collections"
NAME_FILE = "collection.json"


def checked_name(name: str) -> str:
    """The name as it is shown: without white space around it.

    >>> checked_name(" Field notes ")
    'Field notes'

    Raises WorkbenchError for an empty or long one, and for one with characters that cannot be seen.
    """
    shown = unicodedata.normalize("NFC", name).strip()
    if not shown or len(shown) > LONGEST_NAME or any(unicodedata.category(one) in ("Cc", "Cs") for one in shown):
        raise WorkbenchError(
            f"A collection cannot be called {shown[:LONGEST_NAME]!r}.",
            hint=f"Use 1 to {LONGEST_NAME} characters without line breaks.",
        )
    return shown


def folder_of(home: Path, name: str) -> Path:
    """Where a collection is kept: names that differ in capitals alone are the same."""
    key = checked_name(name).casefold()
    return home / FOLDER / hashlib.sha256(key.encode("utf-8")).hexdigest()[:24]


def write_name(folder: Path, name: str) -> None:
    """Make the folder and keep the name in it, as it was typed first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME_FILE
    if not path.exists():
        part = path.with_name(f"{NAME_FILE}.{os.getpid()}.part")
        part.write_text(json.dumps({"name": checked_name(name)}, ensure_ascii=False), encoding="utf-8")
        part.replace(path)


def name_in(folder: Path) -> str:
    """The name kept in a folder. Raises WorkbenchError where there is none."""
    try:
        return str(json.loads((folder / NAME_FILE).read_text(encoding="utf-8"))["name"])
    except FileNotFoundError:
        raise WorkbenchError(f"There is no collection in {folder}.", hint="Create it first.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise WorkbenchError(
            f"The file {folder / NAME_FILE} is damaged.", hint='Write the name into it: {"name": "…"}.'
        ) from error
