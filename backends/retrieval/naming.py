"""The names of collections, and the folders they are kept in. No text of a user is part of a path."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path

from backends.errors import WorkbenchError, in_folder

LONGEST_NAME = 60  # characters
_NOT_IN_NAMES = frozenset("/\\")  # inside an address they end a name, and the API could not reach it
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # Unicode's controls, halves of pairs, and ends of lines and paragraphs
FOLDER = "collections"
NAME_FILE = "collection.json"


def checked_name(name: str) -> str:
    """The name as it is shown: without white space around it.

    >>> checked_name(" Field notes ")
    'Field notes'

    Raises WorkbenchError for a long one, for one with nothing to be seen or only dots, and for one with slashes, line
    breaks or control characters.
    """
    shown = _shown(name)
    kinds = {unicodedata.category(one) for one in shown}
    visible = any(kind[0] not in "CZ" for kind in kinds) and shown.strip(".")
    if not visible or len(shown) > LONGEST_NAME or kinds & _UNSEEN or set(shown) & _NOT_IN_NAMES:
        raise WorkbenchError(
            f"A collection cannot be called {shown[:LONGEST_NAME]!r}.",
            hint=f"Use 1 to {LONGEST_NAME} characters, without slashes, backslashes and line breaks.",
        )
    return shown


def folder_of(home: Path, name: str) -> Path:
    """Where a collection is kept: names that differ in capitals alone are the same."""
    key = _shown(name).casefold()
    return home / FOLDER / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _shown(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def write_name(folder: Path, name: str) -> None:
    """Keep the name in a folder, as it was typed first."""
    (folder / NAME_FILE).write_text(json.dumps({"name": name}, ensure_ascii=False), encoding="utf-8")


def name_in(folder: Path) -> str:
    """The name kept in a folder. Raises WorkbenchError where there is none that can be read."""
    path = folder / NAME_FILE
    try:
        return checked_name(json.loads(path.read_text(encoding="utf-8"))["name"])
    except FileNotFoundError:
        if not folder.is_dir():
            raise WorkbenchError(f"There is no collection {folder.name}.", hint="Create it first.") from None
        problem = "is missing"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, RecursionError, WorkbenchError):
        problem = "is damaged"
    raise WorkbenchError(f"The file {in_folder(path)} {problem}.", hint='Write the name into it: {"name": "…"}.')
