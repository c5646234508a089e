"""Predict the rows of a CSV file with the model beside this script.

    python predict.py rows.csv > predictions.csv

Without a file it reads standard input. It needs Python 3.11, onnxruntime, numpy and the files `model.onnx` and
`schema.json` of its folder. The first line names the columns, in any order; cells are written as in the table that
the model was trained on. For each row it prints the label and the probability of each class.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from unicodedata import category

import numpy as np
import onnxruntime

BLOCK = 10_000  # rows that the model is asked for at a time
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
EMPTY = {"double": float("nan"), "int64": -(2**63)}  # how a tensor holds a missing value; a text is ""
ISO = ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m", "%Y")  # besides what Python itself reads as ISO 8601
TYPES = {"double": np.float64, "int64": np.int64, "string": object}
ABSENT = {"", "na", "n/a", "nan", "nat", "null", "none", "<na>"}
YES, NO = {"true", "yes", "y", "t", "1", "1.0"}, {"false", "no", "n", "f", "0", "0.0"}


def number(text: str, form: dict) -> float:
    """The number that a text is by the column's separators, signs and scale."""
    signs, point, comma = form["strip"], re.escape(form["decimal"]), re.escape(form["thousands"])
    text = text.strip(signs)
    if form["parentheses"] and text[:1] == "(" and text[-1:] == ")":
        text = "-" + text[1:-1].strip(signs)
    text = text[0] + text[1:].lstrip(signs) if text[:1] in ("+", "-") else text
    grouped = rf"[1-9]\d{{0,2}}(?:{comma}\d{{3}})+|" if comma else ""
    digits = rf"(?:(?:{grouped}\d+)(?:{point}\d*)?|{point}\d+)(?:e[+-]?\d+)?"
    if not re.fullmatch(rf"[+-]?(?:{digits}|inf|infinity)", text, re.ASCII | re.IGNORECASE):
        raise ValueError("a number")
    text = text.replace(form["thousands"], "") if comma else text
    return float(text.replace(form["decimal"], ".")) / round(1 / form["scale"])


def boolean(text: str, form: dict) -> float:
    """1.0 or 0.0 by the column's words, or else by the usual ones."""
    yes, no = text in form["true_values"], text in form["false_values"]
    if not yes and not no:
        yes, no = text.lower() in YES, text.lower() in NO
    if not yes and not no:
        raise ValueError("true or false")
    return float(yes)


def date(text: str, form: dict) -> int:
    """Microseconds since 1970 in UTC, by the column's format or else ISO 8601."""
    for written in (form["date_format"] or ISO[0], *ISO, ""):
        try:
            moment = datetime.strptime(text, written) if written else datetime.fromisoformat(text)
        except ValueError:
            continue
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND
    raise ValueError("a date")


def words(text: str) -> str:
    """Lower-case words between single blanks: letters, digits and underscores of any script Python knows."""
    lower = (letter.lower()[0] for letter in text)
    plain = (letter if letter == "_" or category(letter)[0] in "LMN" else " " for letter in lower)
    return " ".join("".join(plain).split()) or "_missing_"


class Cells:
    """Reads the cells of a column, as `schema.json` declares it, into the values of one input of the model."""

    def __init__(self, schema: dict, taken: dict) -> None:
        self.column = taken["name"] if taken["column"] is None else taken["column"]
        [column] = [column for column in schema["columns"] if column["name"] == self.column]
        self.kind, self.form = column["kind"], column["format"]
        self.tensor, self.words = taken["tensor"], taken["words"]
        marks = schema["file"]["missing" if self.tensor == "string" else "missing_among_values"]
        self.missing = {"", *marks, *(() if self.tensor == "string" else column["exceptions"])}
        self.steps = [step for step in schema["recipe"] if self.column in step["columns"]]
        gone = [mark for step in self.steps if step["action"] == "treat_as_missing" for mark in step["values"]]
        self.gone = {float(f"{mark['infinity']}inf") if isinstance(mark, dict) else mark for mark in gone}
        if self.tensor == "int64":
            self.gone = {date(mark, self.form) for mark in self.gone if isinstance(mark, str)}

    def value(self, cell: str) -> float | int | str:
        """The value of a cell; the steps that were decided on before the training come first."""
        text = cell if self.kind == "text" else cell.strip()
        if text.strip() in self.missing or (self.tensor != "string" and text.lower() in ABSENT):
            text = ""
        for step in self.steps:
            text = self.stepped(text, step)
        if self.tensor == "string":
            return words(text) if self.words else text
        read = date if self.tensor == "int64" else boolean if self.kind == "boolean" else number
        value = read(text, self.form) if text else EMPTY[self.tensor]
        return EMPTY[self.tensor] if value in self.gone else value

    def stepped(self, text: str, step: dict) -> str:
        """The text after one step of the recipe; a missing one stays missing."""
        if step["action"] == "merge_levels":
            text = dict(step["renames"]).get(text, text)
        if step["action"] == "keep_levels" and text and text not in map(str, step["values"]):
            text = "other"
        if step["action"] == "treat_as_missing" and self.tensor == "string" and {text, plain(text)} & self.gone:
            text = ""
        return text if self.kind == "text" else text.strip()


def plain(text: str) -> float | str:
    """The number that a level is, where it is one: a mark of the recipe may name it as a number."""
    try:
        return float(text)
    except ValueError:
        return text


def table(data: bytes, schema: dict) -> csv.DictReader:
    """The rows of a CSV file: UTF-8 or else the encoding of the training's file, by the delimiter that fits."""
    file, wanted = schema["file"], [column["name"] for column in schema["columns"]]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode(file["encoding"])
    lacking = wanted
    for delimiter in dict.fromkeys((file["delimiter"], ",", ";", "\t", "|")):
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, **file["quoting"])
        names = rows.fieldnames = [name.strip() for name in rows.fieldnames or ()]
        absent = [name for name in wanted if names.count(name) != 1]
        if not absent:
            return rows
        lacking = min(lacking, absent, key=len)
    raise SystemExit(f"The first line has to name the column {lacking[0]!r} once.")


def ask(rows: csv.DictReader, schema: dict, model: Path) -> Iterator[list]:
    """The label of each row, and behind it the probability of each class."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    inputs = {taken["name"]: Cells(schema, taken) for taken in schema["inputs"]}
    while block := [(rows.line_num, row) for row in islice(rows, BLOCK)]:
        feeds = {}
        for name, cells in inputs.items():
            values = []
            for line, row in block:
                try:
                    values.append(cells.value(row[cells.column] or ""))
                except ValueError as wanted:
                    raise SystemExit(f"Line {line}, {cells.column!r}: {row[cells.column]!r} is not {wanted}.") from None
            feeds[name] = np.array(values, dtype=TYPES[cells.tensor]).reshape(-1, 1)
        labels, chances = session.run([schema["outputs"]["label"], schema["outputs"]["probabilities"]], feeds)
        yield from ([label, *row] for label, row in zip(labels, chances.tolist(), strict=True))


def main() -> None:
    """Read rows, ask the model, print what it says."""
    folder = Path(__file__).parent
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    csv.field_size_limit(2**31 - 1)
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else sys.stdin.buffer.read()
    rows = table(data, schema)
    with io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="") as shown:
        out = csv.writer(shown, lineterminator="\n")
        out.writerow(["label", *(f"probability of {name}" for name in schema["classes"])])
        out.writerows(ask(rows, schema, folder / "model.onnx"))


if __name__ == "__main__":
    main()
