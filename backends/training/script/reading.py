"""The part of a script that reads the table: columns as text, turned into values by their formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backends.datasets.marks import DEFAULT, Marks
from backends.datasets.recipe import Step
from backends.datasets.schema import Column, Dataset, ValueFormat
from backends.training.inputs import role_of
from backends.training.script.code import Source, call, listing

# Notes of the reader after which pandas still reads the same table; any other repair cannot be repeated.
REPEATABLE = frozenset(
    {
        "encoding-guessed", "preamble-skipped", "header-missing", "header-joined", "name-filled", "name-repeated",
        "cells-blank", "numbers-in-text", "value-exception", "missing-mark", "blanks-trimmed", "separator-ambiguous",
        "date-order-guessed", "time-zone-dropped", "numbers-converted", "dates-converted",
    }
)  # fmt: skip
BLANKS = " \t\xa0\u2007\u2009\u202f"

NUMBERS = '''
def numbers(text, decimal=".", thousands="", strip="", divide_by=1):
    """Text as numbers; what is no finite number is missing."""
    text = text.str.strip(strip + BLANKS)
    if strip:  # a currency sign may also stand behind the sign of the number
        text = text.str.replace(f"^([+-])[{re.escape(strip + BLANKS)}]+", r"\\1", regex=True)
    if thousands:
        text = text.str.replace(thousands, "", regex=False)
    if decimal != ".":
        text = text.str.replace(decimal, ".", regex=False)
    values = pd.to_numeric(text, errors="coerce").astype(float) / divide_by
    return values.where(values.abs() <= np.finfo(np.float32).max)
'''

BOOLEANS = '''
def booleans(text, true, false):
    """1.0, 0.0, or missing."""
    return text.str.strip().map(dict.fromkeys(true, 1.0) | dict.fromkeys(false, 0.0)).astype(float)
'''

LEVELS = '''
def levels(text):
    """The text without blanks around it; a missing one is the empty text."""
    text = text.str.strip()
    return text.where(~text.isin(MISSING), "").astype(object)
'''

DATES = '''
def dates(text, format):
    """Text as dates, in UTC where there is a zone; what is no date is missing."""
    values = pd.to_datetime(text.str.strip(), format=format, errors="coerce", utc="%z" in format)
    return values.dt.tz_localize(None)
'''

WORDS = '''
class PlainWords(dict):
    """Letters, in lower case, digits and underscores stay; any other character becomes a blank."""

    def __missing__(self, code):
        letter = chr(code).lower()[0]
        kept = letter == "_" or unicodedata.category(letter)[0] in "LMN"
        self[code] = letter if kept else " "
        return self[code]


def words(text, plain=PlainWords()):
    """Lower-case words between single blanks; a text without words is one agreed word."""
    return levels(text).map(lambda t: " ".join(t.translate(plain).split()) or "_missing_").astype(object)
'''

FUNCTIONS: Mapping[str, str] = {
    "numbers": NUMBERS,
    "booleans": BOOLEANS,
    "levels": LEVELS,
    "dates": DATES,
    "words": WORDS,
}


@dataclass(frozen=True)
class Reading:
    """How a script reads the table: from the file as it was, or from the cleaned CSV."""

    dataset: Dataset
    repeatable: bool

    @classmethod
    def of(cls, dataset: Dataset) -> Reading:
        """Whether pandas can repeat what the reader did follows from the reader's notes."""
        dialect = dataset.dialect
        plain = dialect is not None and not dialect.sheet and len(dialect.delimiter) == 1
        repairs = any(note.rule not in REPEATABLE for note in dataset.notes)
        accounting = any(column.format.parentheses for column in dataset.schema)  # (5) for -5
        own = set(dialect.missing_values) - set(DEFAULT) if dialect else set()
        numbered = any(any(map(str.isdigit, mark)) for mark in own)  # -999: a number that is none
        return cls(dataset, plain and not repairs and not accounting and not numbered and not _changed(dataset))

    @property
    def file(self) -> str:
        """The file the script reads when it is given none."""
        name = self.dataset.name
        if self.repeatable:
            return name
        return f"{name.rsplit('.', 1)[0]}-{'prepared' if _changed(self.dataset) else 'clean'}.csv"

    @property
    def why(self) -> str:
        """Why the script reads another table than the original file; empty when it reads that."""
        if self.repeatable:
            return ""
        return "the table was prepared first" if _changed(self.dataset) else "pandas cannot repeat its repairs"

    @property
    def remark(self) -> str:
        """What has to be said about the file; empty when it is the original."""
        if self.repeatable:
            return ""
        if steps := _changed(self.dataset):
            said = "; ".join(step.words for step in steps)
            return (
                f"{self.dataset.name} was prepared before the training: {said}.\nThis script reads the prepared table."
            )
        return f"{self.dataset.name} was repaired while it was read: this script reads its cleaned download."

    def format(self, column: Column) -> ValueFormat:
        """How the column's values are written in the file that is read."""
        if self.repeatable:
            return column.format
        return ValueFormat(
            date_format="ISO8601" if column.kind == "datetime" else "",
            true_values=("True", "true"),
            false_values=("False", "false"),
        )

    def missing(self) -> list[str]:
        """The texts that mean no value."""
        dialect = self.dataset.dialect
        if not self.repeatable or dialect is None:
            return [""]
        marked = any(note.rule == "missing-mark" for note in self.dataset.notes)
        return sorted(Marks.from_list(dialect.missing_values).anywhere) if marked else [""]

    def read_call(self, source: Source) -> str:
        """The call of `pd.read_csv`: every cell as text, columns by the names of the schema."""
        source.use("pandas")
        arguments = ["path", "dtype=str", "keep_default_na=False"]
        dialect = self.dataset.dialect
        if self.repeatable and dialect is not None:
            options = {
                "sep": (dialect.delimiter, ","),
                "encoding": (dialect.encoding, "utf-8"),
                "quotechar": (dialect.quotechar or '"', '"'),
                "escapechar": (dialect.escapechar or None, None),
                "comment": (dialect.comment or None, None),
                "skipinitialspace": (dialect.skip_initial_space, False),
            }
            arguments += [f"{name}={source.expression(v)}" for name, (v, usual) in options.items() if v != usual]
            arguments += [] if dialect.quotechar else ["quoting=3"]
            arguments += ["header=None", f"skiprows={dialect.skip_lines + dialect.header_rows}", "names=COLUMNS"]
        return call("pd.read_csv", arguments, 1)

    def names(self) -> str:
        """The list of all column names, for a file whose header is not read."""
        return f"COLUMNS = {listing(self.dataset.schema.names)}" if self.repeatable else ""

    def values(self, column: Column, source: Source, text: str) -> str:
        """An expression for the column's values, given one for its text."""
        form = self.format(column)
        if column.kind == "datetime":
            return f"dates({text}, {source.expression(form.date_format or 'ISO8601')})"
        role = role_of(column)
        if role == "boolean":
            true, false = (listing(values) for values in (form.true_values, form.false_values))
            return f"booleans({text}, {true}, {false})"
        if role == "number":
            return call("numbers", [text, *number_options(form, source)], 1)
        return f"{'words' if role == 'text' else 'levels'}({text})"


def number_options(form: ValueFormat, source: Source) -> list[str]:
    """The arguments of `numbers` that this format needs."""
    strip = "".join(dict.fromkeys(c for c in form.strip if c not in BLANKS))
    options = {"decimal": (form.decimal, "."), "thousands": (form.thousands, ""), "strip": (strip, "")}
    written = [f"{name}={source.expression(value)}" for name, (value, usual) in options.items() if value != usual]
    return written + ([] if form.scale == 1.0 else [f"divide_by={round(1 / form.scale)}"])


def _changed(dataset: Dataset) -> list[Step]:
    """The steps of the recipe after which the table is not the file any more."""
    return [step for step in dataset.recipe if step.action not in ("split_by", "split_in_time")]
