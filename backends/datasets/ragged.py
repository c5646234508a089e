"""Rows that have not as many cells as their table has columns: filled up or cut, counted, and told with their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from backends.datasets.raw import LISTED
from backends.datasets.rows import Record
from backends.datasets.schema import Note, Severity
from backends.datasets.wording import agreeing, number_of, were

SHOWN = 5  # cells and rows of which a message quotes what was cut off


@dataclass
class Ragged:
    """Where the rows of another width are: line numbers, or positions of records as long as lines are not known."""

    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    extra: list[list[str]] = field(default_factory=list)  # what was cut off the first long rows
    trailing: list[int] = field(default_factory=list)  # rows that end in empty cells beyond the last column
    blank: list[int] = field(default_factory=list)

    def fit(self, record: Record, width: int) -> list[str] | None:
        """The cells of `record`, `width` of them; None for a blank line, which is a row in tables of one column only.

        >>> ragged = Ragged()
        >>> ragged.fit(Record(["a"], 7, 0), 2), ragged.fit(Record(["a", "b", "c"], 8, 0), 2), ragged.short, ragged.long
        (['a', ''], ['a', 'b'], [7], [8])
        """
        cells = record.cells
        if record.blank and not width == len(cells) == 1:
            self.blank.append(record.line)
            return None
        if len(cells) < width:
            self.short.append(record.line)
            return cells + [""] * (width - len(cells))
        if len(cells) > width:
            self._cut(record, width)
        return cells[:width]

    def _cut(self, record: Record, width: int) -> None:
        extra = [cell for cell in record.cells[width:] if cell.strip()]
        if not extra:
            self.trailing.append(record.line)
            return
        self.long.append(record.line)
        if len(self.extra) < SHOWN:
            self.extra.append([_short(cell) for cell in extra[:SHOWN]])

    def extend(self, other: Ragged, offset: int) -> None:
        """Add what `other` found, whose positions count from `offset`."""
        for name in ("short", "long", "trailing", "blank"):
            getattr(self, name).extend(position + offset for position in getattr(other, name))
        self.extra = (self.extra + other.extra)[:SHOWN]

    def relined(self, lines: Callable[[Sequence[int]], Sequence[int]]) -> Ragged:
        """The same with `lines` of the positions instead of the positions."""
        short, long, trailing, blank = (list(lines(at)) for at in (self.short, self.long, self.trailing, self.blank))
        return Ragged(short, long, self.extra, trailing, blank)

    def notes(self, width: int) -> Iterator[Note]:
        """What was done to the rows of a table of `width` columns, a note for each kind of repair."""
        cells = number_of(width, "cell")
        if self.short:
            message = f"{_rows_have(self.short)} fewer than {cells}; the missing ones were left empty."
            yield lines_note("row-padded", message, self.short)
        if self.long:
            cut = zip(self.long[:SHOWN], self.extra, strict=True)
            told = "; ".join(f"line {line}: {', '.join(map(repr, extra))}" for line, extra in cut)
            message = f"{_rows_have(self.long)} more than {cells}. What was cut off: {told}."
            yield lines_note("row-cut", message, self.long, "warning")
        if self.trailing:
            rows = f"{number_of(len(self.trailing), 'row')} {agreeing(len(self.trailing), 'ends', 'end')}"
            message = f"{rows} in empty cells beyond the last column, which were left out."
            yield lines_note("row-trailing", message, self.trailing)
        if self.blank:
            yield lines_note("row-blank", f"{were(len(self.blank), 'blank line')} skipped.", self.blank, "info")


def lines_note(rule: str, message: str, lines: Sequence[int], severity: Severity = "repair") -> Note:
    """A note about all of `lines`, of which it lists the first."""
    return Note(rule, message, len(lines), tuple(lines[:LISTED]), severity=severity)


def _rows_have(lines: Sequence[int]) -> str:
    return f"{number_of(len(lines), 'row')} {agreeing(len(lines), 'has', 'have')}"


def _short(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"
