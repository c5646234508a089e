"""A table that comes in blocks: what CSV and Parquet have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backends.errors import WorkbenchError
from backends.settings import Settings

if TYPE_CHECKING:
    from backends.serving.predictions import Payload

BLOCK = 2_000  # rows that are predicted at once


@dataclass(frozen=True)
class Block:
    """Consecutive rows of a table, as a predictor takes them; `start` is the number of the first, counted from 0."""

    rows: Payload
    start: int


def checked_names(names: Sequence[str], settings: Settings) -> tuple[str, ...]:
    """The columns' names, when there are some, not too many, and no two alike. Raises WorkbenchError otherwise."""
    if not names:
        raise WorkbenchError("The table is empty.", hint="Send a header and at least one row.")
    if len(names) > settings.max_columns:
        raise WorkbenchError(
            f"The table has {len(names):,} columns.", hint=f"At most {settings.max_columns:,} are read."
        )
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise WorkbenchError(f"The column {twice!r} is there twice.", hint="Give each column a name of its own.")
    return tuple(names)


def check_rows(rows: int, settings: Settings) -> None:
    """Raise WorkbenchError for more rows than the settings allow."""
    if rows > settings.max_rows:
        raise WorkbenchError(f"The table has more than {settings.max_rows:,} rows.", hint="Send it in parts.")
