"""The folders of collections: made whole, found by name, and told apart from what is left of one."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from backends.errors import WorkbenchError, in_folder
from backends.retrieval.index.schema import FILE
from backends.retrieval.index.store import Store
from backends.retrieval.naming import FOLDER, NAME_FILE, checked_name, folder_of, name_in, write_name

_REMOVED, _DRAFT = ".removed-", ".draft-"
_DRAFT_SECONDS = 3_600.0  # after which nobody makes a collection of a draft any more


@dataclass(frozen=True)
class Place:
    """The folder of a collection, and the name that it is listed by."""

    folder: Path
    name: str
    trouble: str = ""  # why that is not a name that somebody gave it


def make(home: Path, name: str) -> Path:
    """The folder of a new, empty collection: there whole, or not at all.

    So a collection whose file is missing or empty has lost it. Where another process was faster, its collection is the
    one. Raises WorkbenchError for what is no name.
    """
    shown, folder = checked_name(name), folder_of(home, name)
    draft = folder.with_name(f"{_DRAFT}{secrets.token_hex(8)}")
    try:
        Store.open(draft).close()
        write_name(draft, shown)
        if folder.is_dir() and is_left(folder):
            _put_aside(folder)
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def find(home: Path, name: str) -> Path | None:
    """The folder of the collection of that name, None where there is none."""
    usual = folder_of(home, name)
    if usual.is_dir() and not is_left(usual):
        return usual
    return next((place.folder for place in places(home) if folder_of(home, place.name) == usual), None)


def places(home: Path) -> tuple[Place, ...]:
    """The collections in order of their names; each name is there once.

    A folder with neither a readable name nor a collection file is passed over. One that lacks the name alone, or has
    that of another collection, is listed by a name made of its folder's.
    """
    known = [_place(folder) for folder in _folders(home) if not is_left(folder)]
    found: dict[Path, Place] = {}
    for one in sorted(known, key=lambda place: place.folder != folder_of(home, place.name)):
        key = folder_of(home, one.name)
        if key in found:
            mend = f"Write another name into {in_folder(one.folder / NAME_FILE)}, or delete it."
            one = _unnamed(one.folder, f"Another collection is called {one.name!r} too. {mend}")
        found[folder_of(home, one.name)] = one
    return tuple(sorted(found.values(), key=lambda place: place.name.casefold()))


def is_left(folder: Path) -> bool:
    """Whether a folder has neither a readable name nor a collection file: nobody can miss it."""
    if (folder / FILE).exists():
        return False
    try:
        name_in(folder)
    except WorkbenchError:
        return True
    return False


def take_away(folder: Path) -> Path:
    """Give the folder of a collection a name by which it is none any more, and whoever lists them deletes it."""
    return folder.rename(folder.with_name(f"{_REMOVED}{secrets.token_hex(8)}"))


def _put_aside(folder: Path) -> None:
    away = take_away(folder)
    if is_left(away):
        shutil.rmtree(away, ignore_errors=True)
    else:  # another process has made a collection of it meanwhile
        away.rename(folder)


def _folders(home: Path) -> list[Path]:
    root = home / FOLDER
    if not root.is_dir():
        return []
    for left in (*root.glob(f"{_REMOVED}*"), *root.glob(f"{_DRAFT}*")):  # of a process that was killed meanwhile
        if left.name.startswith(_REMOVED) or _old(left):
            shutil.rmtree(left, ignore_errors=True)
    return [path for path in sorted(root.iterdir()) if path.is_dir() and not path.name.startswith(".")]


def _old(draft: Path) -> bool:
    try:
        return time.time() - draft.stat().st_mtime > _DRAFT_SECONDS
    except FileNotFoundError:
        return False


def _place(folder: Path) -> Place:
    try:
        return Place(folder, name_in(folder))
    except WorkbenchError as error:
        return _unnamed(folder, str(error))


def _unnamed(folder: Path, trouble: str) -> Place:
    shown = re.sub(r"[^\w.-]", "_", folder.name)[:40]
    return Place(folder, f"unnamed {shown}", trouble)
