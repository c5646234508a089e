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
import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from unicodedata import category

import numpy as np

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it reports to its makers unless this is set before its import
import onnxruntime

BLOCK = 10_000  # rows that the model is asked for at a time
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
UNITS = {"D": 86_400_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}  # of written dates, in microseconds
CLOCK = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}
EMPTY = {"double": float("nan"), "int64": -(2**63)}  # how a tensor holds a missing value; a text is ""
ISO = ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m", "%Y")  # besides what Python itself reads as ISO 8601
TYPES = {"double": np.float64, "int64": np.int64, "string": object}
ABSENT = {"", "na", "n/a", "nan", "nat", "null", "none", "<na>"}
YES, NO = {"true", "yes", "y", "t", "1", "1.0"}, {"false", "no", "n", "f", "0", "0.0"}


def digits(text: str, form: dict) -> str:
    """The digits that a text is by the column's separators and signs, with a decimal point."""
    signs, point, comma = form["strip"], re.escape(form["decimal"]), re.escape(form["thousands"])
    text = text.strip(signs)
    if form["parentheses"] and text[:1] == "(" and text[-1:] == ")":
        text = "-" + text[1:-1].strip(signs)
    text = text[0] + text[1:].lstrip(signs) if text[:1] in ("+", "-") else text
    grouped = rf"[1-9]\d{{0,2}}(?:{comma}\d{{3}})+|" if comma else ""
    plain = rf"(?:(?:{grouped}\d+)(?:{point}\d*)?|{point}\d+)(?:e[+-]?\d+)?"
    if not re.fullmatch(rf"[+-]?(?:{plain}|inf|infinity)", text, re.ASCII | re.IGNORECASE):
        raise ValueError("a number")
    text = text.replace(form["thousands"], "") if comma else text
    return text.replace(form["decimal"], ".")


def number(text: str, form: dict) -> float:
    """The number that a text is, by the scale as well."""
    return float(digits(text, form)) / round(1 / form["scale"])


def boolean(text: str, form: dict) -> float:
    """1.0 or 0.0 by the column's words, or else by the usual ones."""
    lower, written = text.lower(), {*form["true_values"], *form["false_values"]}
    if text not in written and lower not in YES | NO:
        raise ValueError("true or false")
    return float(text in form["true_values"] if text in written else lower in YES)


def date(text: str, form: dict) -> int:
    """Microseconds since 1970 in UTC, by the column's format or else ISO 8601."""
    for written in (form["date_format"] or ISO[0], *ISO, ""):
        try:
            moment = datetime.strptime(text, written) if written else datetime.fromisoformat(text)
        except ValueError:
            continue
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND
    raise ValueError("a date")


def known(mark: str) -> list[int]:
    """The date that a mark of missing values is in ISO 8601; other marks mean no date."""
    try:
        return [date(mark, {"date_format": ""})]
    except ValueError:
        return []


def words(text: str) -> str:
    """Lower-case words between single blanks: letters, digits and underscores of any script Python knows."""
    lower = (letter.lower()[0] for letter in text)
    plain = (letter if letter == "_" or category(letter)[0] in "LMN" else " " for letter in lower)
    return " ".join("".join(plain).split()) or "_missing_"


READ = {"number": number, "integer": number, "identifier": number, "boolean": boolean, "datetime": date}


class Stage:
    """A column as it is read between two steps that treat it as another kind, and what changes it there."""

    def __init__(self, reading: dict, steps: list[dict], words: bool) -> None:
        self.kind, self.form, self.steps, self.words = reading["kind"], reading["format"], steps, words
        self.unit, self.exceptions = reading.get("unit", "D"), reading["exceptions"]
        marks = [mark for step in steps if step["action"] == "treat_as_missing" for mark in step["values"]]
        if self.kind == "datetime":
            self.gone = {found for mark in marks if isinstance(mark, str) for found in known(mark)}
        else:
            marks = [float(f"{mark['infinity']}inf") if isinstance(mark, dict) else mark for mark in marks]
            self.gone = {mark for mark in marks if isinstance(mark, str) == words and self.kind != "boolean"}

    def value(self, text: str) -> float | int | None:
        """The number, truth or date that a text is; None is missing."""
        text = text.strip()
        if text.lower() in ABSENT or text in self.exceptions:
            return None
        value = READ[self.kind](text, self.form)
        return None if value in self.gone else value

    def changed(self, text: str) -> str:
        """The text of a column of words after the steps; a missing one stays missing."""
        for step in self.steps:
            if step["action"] == "merge_levels" and text:
                text = dict(step["renames"]).get(text, text)
            if step["action"] == "keep_levels" and text and text not in map(str, step["values"]):
                text = "other"
            if step["action"] == "treat_as_missing" and text in step["values"]:
                text = ""
            text = text if self.kind == "text" else text.strip()
        return text

    def written(self, text: str) -> str:
        """The text of a value, as the next stage reads it."""
        if self.words:
            return self.changed(text)
        value = self.value(text)
        if value is None:
            return ""
        if self.kind == "boolean":
            return next(iter(self.form["true_values" if value else "false_values"]), str(bool(value)))
        if self.kind == "datetime":
            return written_date(int(value), self.unit)
        if self.kind == "integer" and float(value).is_integer():
            exact = digits(text.strip(), self.form)
            return str(int(exact if self.form["scale"] == 1 and exact.lstrip("+-").isdigit() else value))
        return str(value)


def written_date(moment: int, unit: str) -> str:
    """A date with at least as much of the time as the unit says."""
    unit = next(name for name in [*UNITS][[*UNITS].index(unit) :] if moment % UNITS[name] == 0)
    found = (EPOCH + moment * MICROSECOND).replace(tzinfo=None)
    return found.date().isoformat() if unit == "D" else found.isoformat(" ", CLOCK[unit])


class Cells:
    """Reads the cells of a column, as `schema.json` declares it, into the values of one input of the model."""

    def __init__(self, schema: dict, taken: dict) -> None:
        self.column = taken["name"] if taken["column"] is None else taken["column"]
        [column] = [column for column in schema["columns"] if column["name"] == self.column]
        self.tensor, self.words = taken["tensor"], taken["words"]
        parts: list[list[dict]] = [[]]
        for step in (step for step in schema["recipe"] if self.column in step["columns"]):
            parts.append([]) if step["action"] == "treat_as" else parts[-1].append(step)
        before = column.get("before", [])
        before = before[len(before) - len(parts) + 1 :]
        words = [one["kind"] in ("category", "text", "identifier") for one in before] + [self.tensor == "string"]
        self.stages = [Stage(*one) for one in zip([*before, column], parts, words, strict=True)]
        marks = schema["file"]["missing" if self.stages[0].words else "missing_among_values"]
        self.missing = {"", *marks}  # exceptions of a column of values mean no value either: see `Stage.value`
        complete = column["kind"] == "category" and 0 < column["distinct"] <= len(column["categories"])
        self.levels = {*column["categories"]} if complete and before and not self.words else set()

    def value(self, cell: str) -> float | int | str:
        """The value of a cell. One that only a level's name can mean is that level, where the file wrote others."""
        text = cell if self.stages[0].kind == "text" else cell.strip()
        try:
            found = self.read("" if text.strip() in self.missing else text)
        except ValueError:
            if text not in self.levels:
                raise
            found = text
        return text if found and found not in self.levels and text in self.levels else found

    def read(self, text: str) -> float | int | str:
        """The value of a text, through all stages; the steps that were decided on before the training are repeated."""
        *formers, last = self.stages
        for former, following in zip(formers, self.stages[1:], strict=True):
            text = former.written(text)
            text = text.strip() if following.words and following.kind != "text" else text
        if self.tensor == "string":
            text = last.changed(text)
            return words(text) if self.words else text
        value = last.value(text)
        return EMPTY[self.tensor] if value is None else value


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
        given = rows.fieldnames or []
        for names in (named(given), [name.strip() for name in given]):
            rows.fieldnames = names
            absent = [name for name in wanted if names.count(name) != 1]
            if not absent:
                return rows
            lacking = min(lacking, absent, key=len)
    raise SystemExit(f"The first line has to name the column {lacking[0]!r} once.")


def named(header: Sequence[str]) -> list[str]:
    """The names that the table's columns had: blank ones by their place, repeated ones with a number."""
    names = [" ".join(name.split()) for name in header]
    taken, seen, found = {*names} - {""}, set(), []
    for place, name in enumerate(names, 1):
        new = name or f"column_{place}"
        if (name in seen) if name else (new in taken):
            new = next(one for one in (f"{new}_{count}" for count in range(2, len(names) + 3)) if one not in taken)
        seen.add(name)
        taken.add(new)
        found.append(new)
    return found


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
