"""The results of a whole table, written row by row as CSV or as JSON lines while the table is read in blocks."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

import orjson

from backends.serving.api.problems import SHOWN, NotAcceptable, fault
from backends.settings import MEGABYTE

if TYPE_CHECKING:
    from backends.onnx_export.feeds import Problem
    from backends.serving.api.uploads import Block
    from backends.serving.predictions import Predictions

CSV, NDJSON = "text/csv", "application/x-ndjson"
PIECE = 64 * 1024  # bytes that are sent at once
IN_MEMORY = 1 * MEGABYTE
_OFFERED = {
    CSV: CSV,
    NDJSON: NDJSON,
    "application/ndjson": NDJSON,
    "application/jsonl": NDJSON,
    "*/*": CSV,
    "text/*": CSV,
}


class Writer(Protocol):
    """A format of results."""

    def start(self) -> bytes:
        """What stands in front of the rows."""

    def block(self, predictions: Predictions, start: int) -> bytes:
        """A line for each row of one block, in order; the first is the table's row `start`."""


@dataclass(frozen=True)
class CsvWriter:
    """CSV with the columns row, label, one per class named `probability of …`, problem and warning.

    A row that was skipped has its number and its problem alone; a warning says what is unusual about a predicted one.
    """

    classes: tuple[str, ...]
    probabilities: bool = True

    def start(self) -> bytes:
        """The header."""
        columns = [f"probability of {name}" for name in self.classes] if self.probabilities else []
        return _csv_lines([["row", "label", *columns, "problem", "warning"]])

    def block(self, predictions: Predictions, start: int) -> bytes:
        """The rows in the order of the table."""
        width = len(self.classes) if self.probabilities else 0
        shares = predictions.probabilities.tolist() if width else [[] for _ in predictions.rows]
        unusual = {row: _said(warnings) for row, warnings in _by_row(predictions.warnings).items()}
        lines = {
            row: [start + row, label, *of_row, "", unusual.get(row, "")]
            for row, label, of_row in zip(predictions.rows, predictions.labels, shares, strict=True)
        }
        for row, problems in _by_row(predictions.problems).items():
            lines[row] = [start + row, "", *[""] * width, _said(problems), ""]
        return _csv_lines(lines[row] for row in range(predictions.sent))


@dataclass(frozen=True)
class JsonLinesWriter:
    """One JSON object per row: row, label, probabilities and any warnings, or row and errors."""

    probabilities: bool = True

    def start(self) -> bytes:
        """Nothing: every line stands for itself."""
        return b""

    def block(self, predictions: Predictions, start: int) -> bytes:
        """The rows in the order of the table."""
        lines: dict[int, dict[str, Any]] = {
            one["row"]: {**one, "row": start + one["row"]} for one in records(predictions, self.probabilities)
        }
        for row, problems in _by_row(predictions.problems).items():
            lines[row] = {"row": start + row, "errors": _faults(problems, start)}
        for row, warnings in _by_row(predictions.warnings).items():
            lines[row]["warnings"] = _faults(warnings, start)
        option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
        return b"".join(orjson.dumps(lines[row], default=str, option=option) for row in range(predictions.sent))


def writer(kind: str, classes: tuple[str, ...], probabilities: bool) -> Writer:
    """The writer of a format that `accepted` gave."""
    return CsvWriter(classes, probabilities) if kind == CSV else JsonLinesWriter(probabilities)


def records(predictions: Predictions, probabilities: bool) -> list[dict[str, Any]]:
    """Each predicted row: its place in the request, its label and, where wanted, the probability of each class."""
    if probabilities:
        return predictions.to_records()
    return [{"row": row, "label": label} for row, label in zip(predictions.rows, predictions.labels, strict=True)]


def accepted(accept: str) -> str:
    """The format of results that a client accepts, CSV where it has no wish. Raises NotAcceptable (406).

    >>> accepted("application/x-ndjson"), accepted("*/*"), accepted("")
    ('application/x-ndjson', 'text/csv', 'text/csv')
    """
    wishes = [part.partition(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    found = next((_OFFERED[wish] for wish in wishes if wish in _OFFERED), None)
    if found is None and wishes:
        raise NotAcceptable(f"Results are not written as {accept[:80]!r}.", hint=f"Accept {CSV} or {NDJSON}.")
    return found or CSV


def written(blocks: Iterator[Block], predict: Callable[[Block], Predictions], to: Writer) -> Iterator[bytes]:
    """The results of all blocks, a piece for each."""
    yield to.start()
    for block in blocks:
        yield to.block(predict(block), block.start)


def kept(pieces: Iterator[bytes]) -> IO[bytes]:
    """All pieces in a file on disk: so nothing is sent of an answer that fails in its last row."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - who asks closes it
    try:
        for piece in pieces:
            file.write(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file in pieces."""
    while piece := file.read(PIECE):
        yield piece


def _by_row(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for one in problems:
        found.setdefault(int(one.row), []).append(one)
    return found


def _said(problems: list[Problem]) -> str:
    return " ".join(one.message for one in problems[:SHOWN])


def _faults(problems: list[Problem], start: int) -> list[dict[str, Any]]:
    return [{**fault(one), "row": start + one.row} for one in problems[:SHOWN]]


def _csv_lines(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
