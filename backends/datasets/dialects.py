"""Which delimiter, quote, escape and comment mark a text uses: every candidate reads the head, the best table wins.

A candidate's score is *how alike its rows are* times *how much its cells look like values*, the idea of
van den Burg, Nazábal & Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019).
Rows are alike when they have the same number of cells: the score is the sum over row widths w of
share(w)² · (1 − 1/w), so that one column scores nothing by itself and a ragged reading little.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from backends.datasets.cells import cell_type
from backends.datasets.rows import Form, Record, RowReader

ROWS = 300  # records of the head that a candidate reads
CELLS = 4_000  # cells of them whose type is looked at

# Delimiter -> how readily it is believed, everything else being equal.
DELIMITERS: dict[str, float] = {
    ",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0,
    "\x1f": 0.95, "\x01": 0.95, "\x1e": 0.95, "¬": 0.9, "¦": 0.9, "§": 0.9,
    "^": 0.9, "~": 0.9, "#": 0.75, "&": 0.75, "!": 0.75, "@": 0.7, "*": 0.7, "$": 0.6, "%": 0.6,
    ":": 0.7, "=": 0.6, "/": 0.5, "_": 0.5, " ": 0.65,
}  # fmt: skip
COMMENTS = ("#", "//", "%", "--", "*", "!", "'", ";")
ONE_COLUMN = 0.14  # what a table of several columns has to beat
_WEIGHT = {"empty": 0.8, "text": 0.9}  # cells of any other type count 1
_FOREIGN = re.compile(r"[,;\t|]")


@dataclass(frozen=True)
class Guess:
    """The form that reads the head best, and its score (0 to 1)."""

    form: Form
    score: float


def guess_form(head: str, fixed: dict[str, str] | None = None) -> Form:
    """The likeliest form of the text that starts with `head`.

    `fixed` holds fields of `Form` that are known and not to be guessed. A delimiter of "" is one column.

    >>> guess_form("a;b\\n1,5;2,5\\n3,5;4,0\\n").delimiter
    ';'
    """
    fixed = fixed or {}
    comment = fixed["comment"] if "comment" in fixed else _comment(head, fixed)
    candidates = sorted((_judged(head, form) for form in _candidates(head, comment, fixed)), key=lambda g: -g.score)
    if "delimiter" in fixed:
        return replace(candidates[0].form, spaced=_spaced(head, candidates[0].form))
    for guess in candidates:
        if guess.score >= ONE_COLUMN and not _one_column(head, guess.form):
            form = _repeated(head, guess.form)
            return replace(form, spaced=_spaced(head, form))
    return replace(candidates[0].form, delimiter="")


def _candidates(head: str, comment: str, fixed: dict[str, str]) -> Iterator[Form]:
    delimiters = [fixed["delimiter"]] if "delimiter" in fixed else [d for d in DELIMITERS if d in head] or [","]
    for delimiter in delimiters:
        for quote in [fixed["quotechar"]] if "quotechar" in fixed else _quotes(head, delimiter):
            for escape in [fixed["escapechar"]] if "escapechar" in fixed else _escapes(head, delimiter, quote):
                yield Form(delimiter, quote, escape, comment)


def _quotes(head: str, delimiter: str) -> list[str]:
    """Quote marks that open and close cells; the double quote is the default."""
    edge = re.escape(delimiter)
    counts = {}
    for quote in ('"', "'", "`"):
        opens = len(re.findall(rf"(?:^|{edge}) ?{quote}", head, re.M))
        closes = len(re.findall(rf"{quote} ?(?:$|{edge}|\r)", head, re.M))
        counts[quote] = min(opens, closes)
    others = [quote for quote in ("'", "`") if counts[quote] and not counts['"']]
    return ['"', *others]


def _escapes(head: str, delimiter: str, quote: str) -> list[str]:
    return ["", "\\"] if "\\" + quote in head or "\\" + delimiter in head else [""]


def _records(head: str, form: Form) -> tuple[list[Record], RowReader]:
    reader = RowReader(form)
    return [record for record in islice(reader.records(head), ROWS) if not record.blank], reader


def _judged(head: str, form: Form) -> Guess:
    records, reader = _records(head, form)
    rows = [record.cells for record in records]
    if not rows:
        return Guess(form, 0.0)
    broken = (len(reader.findings.stray) + len(reader.findings.unclosed)) / len(rows)
    alike = likeness([len(row) for row in rows])
    quoting = 0.98 if form.quotechar != '"' and not _uses(head, form) else 1.0
    belief = DELIMITERS.get(form.delimiter, 0.9) * (0.99 if form.escapechar else 1.0) * quoting
    return Guess(form, belief * alike * value_share(rows, form.delimiter) / (1 + broken))


def _uses(head: str, form: Form) -> bool:
    return form.quotechar in head


def likeness(widths: Sequence[int]) -> float:
    """How alike the rows are, 0 (one column, or no two rows alike) to nearly 1 (many columns, all rows alike).

    >>> likeness([3, 3, 3]) > likeness([3, 3, 2]) > likeness([1, 1, 1])
    True
    """
    return sum((count / len(widths)) ** 2 * (1 - 1 / width) for width, count in Counter(widths).items())


def value_share(rows: Sequence[Sequence[str]], delimiter: str) -> float:
    """How much the cells look like whole values: low when they hold other delimiters or are cut numbers."""
    cells = [cell for row in rows for cell in row[: max(20, CELLS // len(rows))]][:CELLS]
    return sum(_weight(cell, delimiter) for cell in cells) / len(cells)


def _weight(cell: str, delimiter: str) -> float:
    kind = cell_type(cell)
    if kind == "text" and len(cell) < 200 and any(mark != delimiter for mark in _FOREIGN.findall(cell)):
        return 0.45
    return _WEIGHT.get(kind, 1.0)


def _one_column(head: str, form: Form) -> bool:
    """Is the text a single column, in spite of this delimiter?"""
    records, _ = _records(head, form)
    widths = [len(record.cells) for record in records]
    if not widths or max(widths) == 1:
        return True
    lines = [line for line in re.split(r"\r\n|\n|\r", head) if line.strip()][: len(records)]
    body = lines[1:] or lines
    whole = sum(cell_type(line) not in ("text", "empty") for line in body) / max(1, len(body))
    if form.delimiter in (",", ";", "\t", "|"):
        return whole > 0.9 and widths[0] == 1 and len(widths) > 1
    return whole > 0.9 or (form.delimiter == " " and not _columns_of_values(records))


def _columns_of_values(records: Sequence[Record]) -> bool:
    """Blanks separate columns only where most of the cells are more than words."""
    cells = [cell for record in records for cell in record.cells]
    return sum(cell_type(cell) not in ("text", "empty") for cell in cells) > 0.4 * len(cells)


def _repeated(head: str, form: Form) -> Form:
    """Two or more delimiters in a row that always come together, in several rows, are one: `a||b`."""
    if len(form.delimiter) != 1 or form.delimiter == " ":
        return form
    runs = {len(run) for run in re.findall(re.escape(form.delimiter) + "+", head)}
    rows = [record.cells for record in _records(head, form)[0]]
    if len(runs) != 1 or max(runs) == 1 or len(rows) < 2 or len({len(row) for row in rows}) > 1:
        return form
    joined = replace(form, delimiter=form.delimiter * max(runs))
    columns = zip(*(record.cells for record in _records(head, joined)[0]), strict=True)
    return joined if all(any(cell.strip() for cell in column) for column in columns) else form


def _spaced(head: str, form: Form) -> bool:
    """Is (nearly) every delimiter followed by a blank?"""
    if form.delimiter.isspace() or not form.delimiter:
        return False
    cells = [cell for record in _records(head, replace(form, spaced=False))[0] for cell in record.cells[1:]]
    filled = [cell for cell in cells if cell.strip()]
    followed = len(re.findall(re.escape(form.delimiter) + " ", head))
    return len(filled) > 1 and followed >= 0.9 * len(filled) and followed >= 0.7 * head.count(form.delimiter)


def _comment(head: str, fixed: dict[str, str]) -> str:
    """The mark that starts comment lines: lines that stand out from the table they are in."""
    lines = [line for line in re.split(r"\r\n|\n|\r", head) if line.strip()][:ROWS]
    for mark in COMMENTS:
        marked = [line for line in lines if line.lstrip().startswith(mark)]
        others = [line for line in lines if not line.lstrip().startswith(mark)]
        if marked and len(others) > 1 and _stands_out(marked, others, mark, lines[: len(marked)] == marked, fixed):
            return mark
    return ""


def _stands_out(marked: list[str], others: list[str], mark: str, in_front: bool, fixed: dict[str, str]) -> bool:
    form = guess_form("\n".join(others), {**fixed, "comment": ""})
    table = Counter(len(record.cells) for record in _records("\n".join(others), form)[0])
    width = table.most_common(1)[0][0]
    same = sum(len(RowReader(form)._split(line)) == width for line in marked)
    if mark == form.delimiter or (len(marked) > max(len(others), 20) and not in_front):
        return False
    if width == 1:
        return mark == "#" and all(re.match(r"\s*#\s", line) for line in marked)
    return same == 0 and (mark in ("#", "//", "%", "--") or len(marked) > 1)
