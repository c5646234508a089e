"""Columns of words: an identifier, a category or text."""

from __future__ import annotations

import re

import numpy as np

from backends.datasets.describe import Understood, describe_words
from backends.datasets.levels import Levels
from backends.datasets.schema import Kind
from backends.datasets.wording import number_of

NAMED_LIKE_ID = re.compile(
    r"(?i)(?:^|[_\s.-])(?:id|ids|uuid|guid|key|index|rowid|row|nr|no|number|code)$|^(?:unnamed.*|column_1)$|[a-z](?:ID|Id|Key|Nr|No)$"
)
NAMED_STRONGLY = re.compile(r"(?i)(?:^|[_\s.-])(?:id|ids|uuid|guid|index|rowid)$|^column_1$|[a-z](?:ID|Id)$")


def kind_of_words(name: str, levels: Levels) -> tuple[Kind, str]:
    """Decide between identifier, category and text, and say why."""
    texts = [levels.stripped[at] for at in levels.present]
    distinct, filled, rows = len(set(texts)), levels.filled, len(levels.codes)
    shown = texts[:2_000]
    length = sum(map(len, shown)) / len(shown)
    words = sum(len(text.split()) for text in shown) / len(shown)
    told = f"{number_of(distinct, 'distinct value')} in {filled:,}"
    if _names_rows(name, shown, distinct, filled, rows):
        return "identifier", f"{told}, without blanks in them"
    if length > 80 and distinct > 2:
        return "text", f"{told}, {length:.0f} characters long on average"
    if filled < 20:
        kind: Kind = "text" if distinct == filled and distinct > 2 and words > 4 else "category"
        return kind, told
    if distinct > 0.5 * filled or (words > 6 and distinct > 100):
        return "text", f"{told}, {words:.1f} words long on average"
    return "category", told


def _names_rows(name: str, texts: list[str], distinct: int, filled: int, rows: int) -> bool:
    """Is there a different token (no blanks inside, some digit) in each row?"""
    tokens = all(not re.search(r"\s", text) and len(text) <= 64 for text in texts)
    if not tokens or filled < rows or rows < 3:
        return False
    named = bool(NAMED_LIKE_ID.search(name))
    digits = sum(any(c.isdigit() for c in text) for text in texts) > 0.9 * len(texts)
    if distinct == filled:
        return bool(NAMED_STRONGLY.search(name)) or (rows >= 20 and (named or digits))
    return bool(NAMED_STRONGLY.search(name)) and digits and distinct > 0.5 * filled


def as_text(name: str, levels: Levels, kind: Kind, evidence: str) -> Understood:
    """Keep the values as text; categories and identifiers lose the blanks around them."""
    originals = levels.texts.to_pylist()
    kept = originals if kind == "text" else levels.stripped
    values = levels.spread_text([None if gone else text for text, gone in zip(kept, levels.missing, strict=True)])
    found = describe_words(name, kind, values, kept, evidence, levels)
    trimmed = np.array([a != b for a, b in zip(originals, levels.stripped, strict=True)], dtype=bool) & ~levels.missing
    if kind != "text" and trimmed.any():
        count = int(levels.counts[trimmed].sum())
        found = found.noted(
            "blanks-trimmed", f"Blanks around {number_of(count, 'value')} of {name!r} were removed.", count
        )
    return found.noted_marks(levels)
