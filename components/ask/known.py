"""Whose collections there are: those of the workbench, which everybody sees, and those of one visitor alone.

Both may have the same names, so a collection is known by a key: its name, with `OWN` behind it for one's own. No name
has a slash in it.
"""

from __future__ import annotations

from backends.retrieval import Collection, Library
from components import admin, cached, state

OWN = " / yours alone"


def listed() -> list[str]:
    """The keys of all collections that this visitor sees: those of the workbench, then their own."""
    own = cached.private_libraries().names(state.owner())
    return [*cached.library().names(), *(name + OWN for name in own)]


def key_of(collection: Collection) -> str:
    """The key of a collection."""
    own = collection.folder.is_relative_to(cached.private_libraries().folder)
    return collection.name + OWN if own else collection.name


def key_of_new(name: str) -> str:
    """The key of a collection that this visitor would create: one of the workbench for who may change those."""
    return name if admin.rights().may_change else name + OWN


def is_own(key: str) -> bool:
    """Whether a collection is one visitor's alone.

    >>> is_own("Notes"), is_own("Notes / yours alone")
    (False, True)
    """
    return key.endswith(OWN)


def name_of(key: str) -> str:
    """The name of a collection.

    >>> name_of("Notes / yours alone")
    'Notes'
    """
    return key.removesuffix(OWN)


def library_of(key: str) -> Library:
    """The library that a collection is in, or would be."""
    return cached.private_libraries().of(state.owner()) if is_own(key) else cached.library()


def opened(key: str) -> Collection:
    """The collection. Raises WorkbenchError where there is none, or it cannot be opened."""
    return library_of(key).open(name_of(key))


def created(key: str) -> Collection:
    """A new, empty collection. Raises WorkbenchError where there is one, and for who may not."""
    check(key)
    return library_of(key).create(name_of(key))


def may_change(key: str) -> bool:
    """Whether this visitor may fill, edit, set and delete a collection."""
    return is_own(key) or admin.rights().may_change


def check(key: str) -> None:
    """Raise WorkbenchError where this visitor may not change a collection."""
    if not is_own(key):
        admin.rights().check()


def delete(key: str) -> None:
    """Delete a collection, and what this visitor asked and measured there. Raises WorkbenchError for who may not."""
    check(key)
    library_of(key).delete(name_of(key))
    work = state.work()
    beside = ("answers", "outcomes", "question_sets", "measured")
    left = {field: tuple(pair for pair in getattr(work, field) if pair[0] != key) for field in beside}
    state.update(collection=None, **left)
