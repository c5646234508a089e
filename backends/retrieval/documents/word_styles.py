"""What the style of a Word paragraph says it is: a heading of some level, a list item, or a plain paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from backends.retrieval.documents.document import BlockKind

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_MOST_PARENTS = 20  # styles that a style may be based on, one on the other; a ring of them ends here


@dataclass(frozen=True)
class Styles:
    """Per style id: its outline level (1 is the highest, 0 none), and whether it makes list items."""

    levels: dict[str, int]
    lists: frozenset[str]

    @classmethod
    def of(cls, part: Any | None) -> Styles:
        """The styles of a file; none where the part is missing."""
        found = {style.get(f"{W}styleId", ""): style for style in part.iter(f"{W}style")} if part is not None else {}
        chains = {key: list(_chain(key, found)) for key in found}
        levels = {key: next(filter(None, map(_level, chain)), 0) for key, chain in chains.items()}
        lists = frozenset(key for key, chain in chains.items() if any(map(_is_list, chain)))
        return cls(levels, lists)

    def block(self, paragraph: Any) -> tuple[BlockKind, int]:
        """The kind of a paragraph and its level as a heading."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return "paragraph", 0
        style = _value(properties.find(f"{W}pStyle"))
        level = _outline(properties) or self.levels.get(style, 0)
        if level:
            return "heading", level
        listed = properties.find(f"{W}numPr") is not None or style in self.lists
        return ("list item", 0) if listed else ("paragraph", 0)


def _chain(key: str, found: dict[str, Any]) -> list[Any]:
    chain: list[Any] = []
    while key in found and len(chain) < _MOST_PARENTS:
        chain.append(found[key])
        key = _value(found[key].find(f"{W}basedOn"))
    return chain


def _value(element: Any | None) -> str:
    return element.get(f"{W}val", "") if element is not None else ""


def _level(style: Any) -> int:
    """By the built-in name, which is English in files of every language, or by the outline level."""
    name = _value(style.find(f"{W}name"))
    named = _HEADING.match(name)
    if named:
        return int(named.group(1))
    properties = style.find(f"{W}pPr")
    return 1 if name.lower() == "title" else _outline(properties) if properties is not None else 0


def _outline(properties: Any) -> int:
    """Word counts outline levels from 0; 9 means body text."""
    said = _value(properties.find(f"{W}outlineLvl"))
    return int(said) + 1 if said in set("012345678") else 0


def _is_list(style: Any) -> bool:
    properties = style.find(f"{W}pPr")
    named = _value(style.find(f"{W}name")).lower().startswith("list")
    return named or (properties is not None and properties.find(f"{W}numPr") is not None)
