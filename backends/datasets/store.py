"""A dataset in a folder: Parquet for the values, JSON for everything else. No pickle, exact both ways."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from backends.datasets.recipe import Recipe
from backends.datasets.schema import Dataset, Dialect, Note, Schema
from backends.datasets.spreadsheets import exact_csv
from backends.errors import WorkbenchError

log = logging.getLogger(__name__)

FORMAT = 1
_TABLE, _FACTS = "table.parquet", "dataset.json"


def save_dataset(dataset: Dataset, folder: Path) -> None:
    """Write `dataset` into `folder`, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = dataset.frame
    by_position = frame.set_axis([str(at) for at in range(frame.shape[1])], axis=1)
    by_position.to_parquet(folder / _TABLE, index=False)
    facts = {
        "format": FORMAT,
        "name": dataset.name,
        "read_as": dataset.format,
        "digest": dataset.digest,
        "rows": len(frame),
        "columns": [str(name) for name in frame.columns],
        "dtypes": [str(dtype) for dtype in frame.dtypes],
        "schema": dataset.schema.to_dict(),
        "notes": [asdict(note) for note in dataset.notes],
        "dialect": asdict(dataset.dialect) if dataset.dialect else None,
        "recipe": dataset.recipe.to_dict(),
    }
    (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=True), encoding="utf-8")


def load_dataset(folder: Path) -> Dataset:
    """Read back what `save_dataset` wrote. Raises WorkbenchError when the folder holds no such dataset."""
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        frame = pd.read_parquet(folder / _TABLE)
    except (OSError, ValueError) as error:
        log.warning("the dataset in %s cannot be read: %s", folder, error)
        raise WorkbenchError(f"There is no saved dataset in {folder.name!r}.", hint="Load the table again.") from None
    if facts.get("format") != FORMAT:
        raise WorkbenchError(
            f"The dataset in {folder.name!r} has format {facts.get('format')!r}; this version reads {FORMAT}.",
            hint="Load the table again.",
        )
    frame = frame.astype(dict(zip(frame.columns, facts["dtypes"], strict=True))).set_axis(facts["columns"], axis=1)
    frame.index = pd.RangeIndex(facts["rows"])
    dialect = facts["dialect"] and Dialect(**_tuples(facts["dialect"], "missing_values"))
    notes = tuple(Note(**_tuples(note, "lines")) for note in facts["notes"])
    schema, read_as = Schema.from_dict(facts["schema"]), facts.get("read_as", "text")
    recipe = Recipe.from_dict(facts.get("recipe", []))
    return Dataset(frame, schema, notes, facts["name"], facts["digest"], dialect, read_as, recipe)


def to_csv(dataset: Dataset) -> bytes:
    """The table as read, as clean UTF-8 CSV: comma, one header row, LF, missing cells empty.

    Cells are exact; what people download goes through `spreadsheets.spreadsheet_csv`.
    """
    return exact_csv(dataset.frame)


def _tuples(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**row, **{key: tuple(row[key]) for key in keys}}
