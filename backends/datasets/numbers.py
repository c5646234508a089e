"""Numbers in text: decimal commas, thousands separators, currency, percent; and codes that only look like numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.cells import CURRENCY
from backends.datasets.levels import sample_of
from backends.datasets.schema import ValueFormat

BLANKS = "\u00a0\u2007\u2009\u202f \t"  # blanks that stand around numbers and between thousands
CODES = ("EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CAD", "AUD", "INR", "kr", "zł", "Fr.")
# Decimal mark and thousands separator, in the order in which they are believed.
SEPARATORS: tuple[tuple[str, str], ...] = (
    (".", ""), (".", ","), (",", ""), (",", "."), (".", " "), (",", " "), (".", "\u00a0"), (",", "\u00a0"),
    (".", "\u202f"), (",", "\u202f"), (".", "'"), (".", "\u2019"), (",", "'"),
)  # fmt: skip
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_POINT_OR_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_CODE = re.compile(r"[+-]?0\d+")


@dataclass(frozen=True)
class Parsed:
    """Values of texts, aligned with them; `valid` is False where a text is no number."""

    values: np.ndarray  # int64 or float64
    valid: np.ndarray

    @property
    def whole(self) -> bool:
        """Are all numbers whole (and exact to 64 bits)?"""
        return bool(self.values.dtype == np.int64)


def pattern(decimal: str, thousands: str) -> str:
    """The regular expression (RE2 and Python) of a number with these separators.

    >>> bool(re.fullmatch(pattern(",", "."), "1.234,5")), bool(re.fullmatch(pattern(",", "."), "12.34"))
    (True, False)
    """
    d, t = re.escape(decimal), re.escape(thousands)
    grouped = rf"[1-9]\d{{0,2}}(?:{t}\d{{3}})+|" if thousands else ""
    return rf"[+-]?(?:(?:(?:{grouped}\d+)(?:{d}\d*)?|{d}\d+)(?:[eE][+-]?\d+)?|(?i:inf|infinity))"


def number_formats(sample: Sequence[str], decimal: str, thousands: str | None) -> list[ValueFormat]:
    """Formats under which at least nine tenths of `sample` (stripped, not missing) are numbers, likeliest first.

    `decimal` "" and `thousands` None mean unknown.

    >>> [(f.decimal, f.thousands, f.strip.strip(), f.scale) for f in number_formats(["$1,200.50", "$3.00"], "", None)]
    [('.', ',', '$', 1.0)]
    """
    if not any(c.isdigit() for text in sample for c in text):
        return []
    symbols, scale = _symbols(sample)
    parentheses = any(text.startswith("(") and text.endswith(")") for text in sample)
    cores = [_core(text, symbols, parentheses) for text in sample]
    scored = []
    for rank, (d, t) in enumerate(_separators(decimal, thousands)):
        fitting = sum(re.fullmatch(pattern(d, t), core) is not None for core in cores) / len(cores)
        if fitting >= 0.9:
            scored.append((-fitting, rank, ValueFormat(d, t, symbols, scale, parentheses=parentheses)))
    return [written for _, _, written in sorted(scored, key=lambda item: item[:2])]


def _separators(decimal: str, thousands: str | None) -> Iterable[tuple[str, str]]:
    if decimal and thousands is not None:
        return [(decimal, thousands)]
    return [
        pair
        for pair in SEPARATORS
        if (not decimal or pair[0] == decimal)
        and (thousands is None or (pair[1] in ("", thousands) and pair[0] != thousands))
    ] or [(decimal or ".", thousands or "")]


def _symbols(sample: Sequence[str]) -> tuple[str, float]:
    """The characters to take off both ends, and the factor: 0.01 where every number is a percentage."""
    percent = sum(text.rstrip().endswith("%") for text in sample)
    found = "".join(dict.fromkeys(c for text in sample for c in text if c in CURRENCY))
    for code in CODES:
        if sum(code in text for text in sample) >= 0.5 * len(sample):
            found += code
    if percent >= 0.9 * len(sample):
        return BLANKS + found + "%", 0.01
    return BLANKS + found, 1.0


def _core(text: str, symbols: str, parentheses: bool) -> str:
    text = text.strip(symbols)
    if parentheses and text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1].strip(symbols)
    return text[0] + text[1:].lstrip(symbols) if text[:1] in ("+", "-") else text


def ambiguous(sample: Sequence[str], written: ValueFormat) -> bool:
    """Could each separator in `sample` be the decimal mark as well as the thousands separator (1,234)?"""
    mark = written.thousands or written.decimal
    if mark not in ",." or (not written.thousands and mark == "."):
        return False
    cores = [core for core in (_core(t, written.strip, written.parentheses) for t in sample) if mark in core]
    return bool(cores) and all(re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}", core) for core in cores)


def parse_numbers(texts: pa.Array, written: ValueFormat) -> Parsed:
    """The numbers that `texts` are when written as `written` says; exact to 64 bits when all are whole."""
    cores = pc.utf8_trim(texts, written.strip) if written.strip else texts
    symbols = "".join(rf"\x{{{ord(c):x}}}" for c in written.strip)
    if written.parentheses:
        cores = pc.replace_substring_regex(cores, rf"^\([{symbols}]*(.*?)[{symbols}]*\)$", r"-\1")
    if symbols:
        cores = pc.replace_substring_regex(cores, rf"^([+-])[{symbols}]+", r"\1")
    valid = pc.match_substring_regex(cores, f"^(?:{pattern(written.decimal, written.thousands)})$")
    valid = np.asarray(pc.fill_null(valid, False))
    cores = pc.if_else(pa.array(valid), cores, None)
    if written.thousands:
        cores = pc.replace_substring(cores, written.thousands, "")
    cores = pc.utf8_ltrim(pc.replace_substring(cores, written.decimal, "."), "+")
    return _numbers(cores, valid, written.scale)


def _numbers(cores: pa.Array, valid: np.ndarray, scale: float) -> Parsed:
    if scale == 1.0:
        try:
            whole = pc.cast(cores, pa.int64())
            return Parsed(whole.fill_null(0).to_numpy(zero_copy_only=False), valid)
        except pa.ArrowInvalid:
            pass  # decimals, or more digits than 64 bits hold
    values = pc.cast(cores, pa.float64()).to_numpy(zero_copy_only=False)
    return Parsed(_scaled(values, scale), valid)


def _scaled(values: np.ndarray, scale: float) -> np.ndarray:
    """Percentages divide by 100, which rounds better than multiplying by 0.01."""
    return values if scale == 1.0 else values / round(1 / scale)


def point_or_group(sample: Sequence[str]) -> bool:
    """Could the point in every one of these group thousands (1.234) as well as mark decimals?"""
    return all(_POINT_OR_GROUP.fullmatch(text) for text in sample)


def plain_type(column: pa.ChunkedArray) -> pa.DataType | None:
    """int64 or float64 where the cells of a sample read like plain numbers, else None.

    Numbers that could all group thousands with a point (1.234) are not plain.
    """
    sample = sample_of(column)
    if not sample or not all(_PLAIN.fullmatch(text) for text in sample):
        return None
    if point_or_group(sample):
        return None
    return pa.int64() if all(text.lstrip("+-").isdigit() for text in sample) else pa.float64()


def all_decimal(column: pa.ChunkedArray) -> bool:
    """Do all cells of a sample have a decimal point? Codes have none, so no zero in front of these is part of one."""
    return all("." in text for text in sample_of(column))


def doubtful_decimals(values: pa.ChunkedArray) -> bool:
    """Numbers whose text has to be looked at: a written NaN or infinity, or digits that 64 bits may not hold."""
    extremes = pc.min_max(pc.abs(values)).as_py()
    return _has_nan(values) or (extremes["max"] is not None and extremes["max"] >= 1e15)


def parse_plain(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    """Straight to `kind` (from int64 on to float64) where every cell is a plain number or empty, else None.

    Codes with leading zeros, hexadecimal and whole numbers beyond 64 bits are no plain numbers.
    """
    empty = pc.equal(column, "")
    filled = pc.if_else(empty, None, column) if pc.any(empty).as_py() else column
    for wanted in dict.fromkeys((kind, pa.float64())):
        try:
            values = pc.cast(filled, wanted)
        except pa.ArrowInvalid:  # costly, as Arrow words an error for each cell
            continue
        doubtful = has_codes(filled) or (wanted == pa.float64() and (has_long_integers(filled) or _has_nan(values)))
        return None if doubtful else values
    return None


def _has_nan(values: pa.ChunkedArray) -> bool:
    """Was a written NaN read, which is a missing value to be told?"""
    return bool(pc.any(pc.is_nan(values)).as_py())


def has_codes(column: pa.ChunkedArray | pa.Array) -> bool:
    """Does any cell have a zero in front of its digits, as postcodes and article numbers do?

    >>> has_codes(pa.array(["7", "007"])), has_codes(pa.array(["0", "0.5", "-0.2"]))
    (True, False)
    """
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    for chunk in chunks:
        suspects = chunk.take(pa.array(_zero_led(chunk)))
        if any(_CODE.fullmatch(text.strip()) or "x" in text.lower() for text in suspects.to_pylist() if text):
            return True
    return False


def _zero_led(chunk: pa.Array) -> np.ndarray:
    """Positions of cells of two bytes or more that start with 0 (a sign before it) but not with a decimal 0."""
    offset_type = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
    _, offsets_buffer, text = chunk.buffers()
    if not text or not text.size or not len(chunk):  # texts that are all empty need no bytes
        return np.array([], dtype=np.int64)
    offsets: np.ndarray = np.frombuffer(offsets_buffer, dtype=offset_type)[chunk.offset : chunk.offset + len(chunk) + 1]
    data = np.frombuffer(text, dtype=np.uint8)
    starts, last = offsets[:-1], len(data) - 1
    first = data[np.minimum(starts, last)]
    signed = (first == ord("-")) | (first == ord("+"))
    if signed.any():
        starts = starts + signed
        first = data[np.minimum(starts, last)]
    at = np.flatnonzero((first == ord("0")) & (offsets[1:] - starts >= 2))
    second = data[starts[at] + 1]
    return at[(second != ord(".")) & (second != ord("e")) & (second != ord("E"))]


def has_long_integers(column: pa.ChunkedArray | pa.Array) -> bool:
    """Does any cell have whole digits that 64 bits cannot hold exactly?"""
    long = pc.filter(column, pc.greater_equal(pc.binary_length(column), 19))
    return any(re.fullmatch(r"[+-]?\d+", t.strip()) and _beyond(t) for t in long.to_pylist())


def _beyond(text: str) -> bool:
    """Do whole digits say a number that 64 bits cannot hold? (Python reads a few thousand digits at most.)"""
    digits = text.strip().lstrip("+-").lstrip("0")
    return len(digits) > 19 or int(digits or "0") >= 2**63
