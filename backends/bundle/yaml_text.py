"""Plain data as YAML: blocks of mappings and lists, scalars as JSON writes them, which is YAML too."""

from __future__ import annotations

import json
from typing import Any

from backends.profiling.report.texts import shown

LONGEST = 300  # characters of a text; metadata is no place for more


def yaml_text(data: Any, depth: int = 0) -> str:
    """YAML lines of `data`: mappings, lists, texts, numbers, true, false and null.

    Texts are quoted, and characters that YAML does not allow are made visible, so that no text can be read as
    anything else.

    >>> print(yaml_text({"name": "a: #1", "tags": ["x"], "rows": [{"n": 1, "ok": True}]}))
    name: "a: #1"
    tags:
    - "x"
    rows:
    - n: 1
      ok: true
    """
    pad = "  " * depth
    if isinstance(data, dict) and data:
        return "\n".join(f"{pad}{key}:{_behind(value, depth)}" for key, value in data.items())
    if isinstance(data, list) and data:
        return "\n".join(f"{pad}- {yaml_text(value, depth + 1).lstrip()}" for value in data)
    text = json.dumps(shown(data, LONGEST) if isinstance(data, str) and data else data, ensure_ascii=False)
    # A number without a point, such as 1e-05, is a text to readers of YAML 1.1.
    return text.replace("e", ".0e", 1) if isinstance(data, float) and "." not in text else text


def _behind(value: Any, depth: int) -> str:
    """A value behind its key: scalars on the same line, a list as deep as the key, a mapping one deeper."""
    if isinstance(value, dict | list) and value:
        return "\n" + yaml_text(value, depth + isinstance(value, dict))
    return " " + yaml_text(value)
