"""Reading the distinct texts of a column as booleans, numbers or dates: enough of them fit, or it is no such column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets import dates, numbers
from backends.datasets.conversions import tell_dates, tell_numbers
from backends.datasets.describe import Understood, describe, nullable, percentage
from backends.datasets.hints import Hints
from backends.datasets.levels import Levels
from backends.datasets.marks import Marks
from backends.datasets.schema import Kind, ValueFormat
from backends.datasets.wording import agreeing, number_of

ENOUGH = 0.95  # share of the values that have to fit a kind; the rest are listed as exceptions
EXCEPTIONS = 10  # distinct exceptions at most: more of them are a kind of their own
BOOLEANS: tuple[tuple[str, str], ...] = (
    ("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"), ("on", "off"),
    ("ja", "nein"), ("oui", "non"), ("si", "no"), ("sí", "no"), ("sim", "não"), ("vrai", "faux"), ("wahr", "falsch"),
)  # fmt: skip
_ALONE = {"true", "false", "yes", "no"}  # a single one of these is a boolean too


@dataclass(frozen=True)
class Rules:
    """What is known before looking at a column: corrections, and hints from the rest of the table."""

    marks: Marks | None = None  # None means the default ones
    decimal: str = ""  # "" means unknown
    thousands: str | None = None
    hints: Hints = field(default_factory=Hints)


def as_boolean(name: str, levels: Levels, rules: Rules, enough: float) -> Understood | None:
    """Read two words that mean yes and no as booleans; 1 and 0 only when `enough` is 0 (asked for)."""
    if len(levels.present) > 20:  # more than all spellings of two words
        return None
    present = {levels.stripped[at].lower() for at in levels.present}
    pair = next((pair for pair in BOOLEANS if present and present <= set(pair)), None)
    if pair is None and enough == 0 and present <= {"0", "1"}:
        pair = ("1", "0")
    if pair is None or (len(present) == 1 and not present <= _ALONE and enough):
        return None
    yes = np.array([text.lower() == pair[0] for text in levels.stripped], dtype=bool)
    values = nullable(levels.spread(yes), levels.spread(levels.missing))
    spelt = [sorted({levels.stripped[at] for at in levels.present if yes[at] == wanted}) for wanted in (True, False)]
    written = ValueFormat(true_values=tuple(spelt[0]), false_values=tuple(spelt[1]))
    return described(name, "boolean", levels, values, ~levels.missing, written, f"{pair[0]} or {pair[1]}")


def as_number(name: str, levels: Levels, rules: Rules, enough: float) -> Understood | None:
    """Read as numbers when at least `enough` (a share) of the values are some; 0 takes what there is."""
    sample = levels.sample()
    formats = numbers.number_formats(sample, rules.decimal, rules.thousands) if sample else []
    if not formats and enough == 0:
        sample = _with_digits(sample)
        formats = numbers.number_formats(sample, rules.decimal, rules.thousands) if sample else []
    if not formats and enough == 0:
        formats = [ValueFormat(rules.decimal or ".", rules.thousands or "", numbers.BLANKS)]
    if not formats or (enough and _codes(levels)):
        return None
    written = _settled(formats, sample, rules)
    parsed = numbers.parse_numbers(levels.texts, written)
    if not fits(levels, parsed.valid, enough):
        return None
    return _numeric(name, levels, parsed, written, numbers.ambiguous(sample, written) and not rules.decimal)


def _with_digits(sample: list[str]) -> list[str]:
    """The texts that can speak for or against a format, where a kind was asked for: words among them cannot."""
    return [text for text in sample if any(map(str.isdigit, text))]


def _codes(levels: Levels) -> bool:
    present = levels.texts.take(pa.array(levels.present))
    return numbers.has_codes(present) or numbers.has_long_integers(present)


def _settled(formats: list[ValueFormat], sample: list[str], rules: Rules) -> ValueFormat:
    """The best format; where 1,234 could be either, what the other columns of the table do decides."""
    best = formats[0]
    if rules.decimal or not numbers.ambiguous(sample, best):
        if best.decimal == "." and not best.thousands and rules.hints.decimal_comma:
            grouped = [f for f in formats if (f.decimal, f.thousands) == (",", ".")]
            return grouped[0] if grouped and numbers.point_or_group(sample) else best
        return best
    wanted = "," if rules.hints.decimal_comma else "."
    return next((f for f in formats if f.decimal == wanted), best)


def _numeric(name: str, levels: Levels, parsed: numbers.Parsed, written: ValueFormat, doubtful: bool) -> Understood:
    gone = ~parsed.valid | levels.missing
    kind, what = ("integer", "whole numbers") if parsed.whole else ("number", "numbers")
    values = nullable(levels.spread(parsed.values), levels.spread(gone))
    found = described(name, kind, levels, values, parsed.valid, written, what)  # type: ignore[arg-type]
    found = tell_numbers(found, levels, parsed, written)
    if doubtful:
        read_as = "thousands" if written.thousands else "decimal mark"
        found = found.noted(
            "separator-ambiguous",
            f"In {name!r} the separator could be a decimal mark or group thousands; "
            f"{(written.thousands or written.decimal)!r} was read as {read_as}.",
            severity="warning",
        )
    return found


def as_datetime(name: str, levels: Levels, rules: Rules, enough: float) -> Understood | None:
    """Read as dates in the format that fits most values; the values decide on day or month first."""
    sample = levels.sample()
    formats = dates.date_formats(sample) if sample else []
    if not formats and enough == 0:
        sample = _with_digits(sample)
        formats = dates.date_formats(sample) if sample else []
    if not formats:
        return None
    parsed = [(written, dates.parse_dates(levels.stripped, written)) for written in formats[:4]]
    right = [int(levels.counts[~np.isnat(values) & ~levels.missing].sum()) for _, values in parsed]
    best = int(np.argmax(right))
    written, values = parsed[best]
    doubt = any(
        right[at] == right[best] and other == dates.other_order(written) for at, (other, _) in enumerate(parsed)
    )
    if doubt and dates.day_first(written) != rules.hints.day_first:
        written = dates.other_order(written)
        values = dict(parsed)[written]
    valid = ~np.isnat(values)
    if not fits(levels, valid, enough):
        return None
    values = np.where(levels.missing, np.datetime64("NaT"), values)
    found = described(name, "datetime", levels, levels.spread(values), valid, ValueFormat(date_format=written), "dates")
    found = tell_dates(found, levels, values, written, doubt)
    if "%z" in written:
        found = found.noted("time-zone-dropped", f"The times of {name!r} were converted to UTC.")
    return found


def fits(levels: Levels, valid: np.ndarray, enough: float) -> bool:
    """Are enough of the values valid, and the others few of a kind?"""
    wrong = ~valid & ~levels.missing
    fitting = levels.counts[valid & ~levels.missing].sum()
    if not fitting:
        return False
    return enough == 0 or (fitting >= enough * levels.filled and wrong.sum() <= EXCEPTIONS)


def described(
    name: str, kind: Kind, levels: Levels, values: Any, valid: np.ndarray, written: ValueFormat, what: str
) -> Understood:
    """Describe converted values and list what did not fit: exceptions, odd blanks and other marks of missing."""
    wrong = ~valid & ~levels.missing
    blank = levels.missing & levels.blank
    odd = blank & np.asarray(pc.not_equal(levels.texts, ""), dtype=bool)
    fitting, rows = int(levels.counts[valid & ~levels.missing].sum()), len(levels.codes)
    evidence = counted(fitting, rows, what, int(levels.counts[blank].sum()), int(levels.counts[wrong].sum()))
    marked = int(levels.counts[levels.missing & ~blank].sum())
    evidence += f"; {marked:,} marked as missing" if marked else ""
    found = describe(name, kind, values, evidence, written).with_exceptions(levels, wrong | odd)
    found = found.noted_exceptions(levels, wrong, odd, what)
    return found.noted_marks(levels)


def counted(fitting: int, rows: int, what: str, blanks: int, others: int = 0) -> str:
    """The sentence of evidence: how many of all values parse, and what the others are."""
    parts = [f"{percentage(fitting, rows)} of {number_of(rows, 'value')} {agreeing(rows, 'parses', 'parse')} as {what}"]
    parts += [number_of(blanks, "blank")] * bool(blanks)
    parts += [number_of(others, "exception")] * bool(others)
    return "; ".join(parts)
