"""Bytes to a `Dataset`: the values, what each column means, and what had to be done to read them.

The way of a text file: `encodings` (bytes → UTF-8) → `dialects` (delimiter, quotes) → `layout` (preamble,
header, width) → `fast` or `exact` (records → columns of text) → `kinds` (text → values, with evidence).
Parquet, JSON and Excel join it where they have to. Whatever was guessed or repaired is a `Note`. What is decided
about the table afterwards (drop, treat as, merge …) is a `Step` of its `Recipe`, done by `prepare`.
"""

from backends.datasets.preparation import prepare
from backends.datasets.reader import guess_dialect, read_pasted, read_table
from backends.datasets.recipe import Recipe, Step
from backends.datasets.schema import KINDS, Column, Dataset, Dialect, Kind, Note, Schema, ValueFormat
from backends.datasets.spreadsheets import spreadsheet_csv
from backends.datasets.store import load_dataset, save_dataset, to_csv

__all__ = [
    "KINDS",
    "Column",
    "Dataset",
    "Dialect",
    "Kind",
    "Note",
    "Recipe",
    "Schema",
    "Step",
    "ValueFormat",
    "guess_dialect",
    "load_dataset",
    "prepare",
    "read_pasted",
    "read_table",
    "save_dataset",
    "spreadsheet_csv",
    "to_csv",
]
