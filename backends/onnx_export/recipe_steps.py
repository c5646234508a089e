"""The steps of a recipe that a new row needs, column by column, as changes of texts and marks of missing values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from backends.datasets.recipe import OTHER, Recipe, Step
from backends.datasets.schema import Column, Schema

TextChange = Callable[[str], str]  # "" is missing


@dataclass(frozen=True)
class Changes:
    """What happens to one column's values before they are read.

    `texts` change the column's texts, in their order. `numbers` are values, and `moments` microseconds since 1970,
    that mean no value. Steps that treat a column as another kind need no change here: the column is described as
    what it became, and its values are read by that description.
    """

    texts: tuple[TextChange, ...] = ()
    numbers: frozenset[float] = frozenset()
    moments: frozenset[int] = frozenset()

    def of_text(self, text: str) -> str:
        """The text after all changes.

        >>> Changes((partial(_renamed, {"Bern ": "Bern"}), partial(_kept, frozenset(["Bern"])))).of_text("Genf")
        'other'
        """
        for change in self.texts:
            text = change(text)
        return text


def of_columns(recipe: Recipe, names: tuple[str, ...]) -> Recipe:
    """The steps that change values of these columns, and say nothing of others."""
    steps = (replace(step, columns=tuple(n for n in step.columns if n in names)) for step in recipe.rowwise)
    return Recipe(tuple(step for step in steps if step.columns))


def changes_of(columns: Schema, recipe: Recipe) -> dict[str, Changes]:
    """The changes of each column that has any."""
    steps = {column.name: [step for step in recipe.rowwise if column.name in step.columns] for column in columns}
    found = {column.name: _changes(column, steps[column.name]) for column in columns if steps[column.name]}
    return {name: changes for name, changes in found.items() if changes != Changes()}


def _changes(column: Column, steps: list[Step]) -> Changes:
    words = column.kind in ("category", "text", "identifier")
    texts: list[TextChange] = []
    for at, step in enumerate(steps):
        later = any(other.action == "treat_as" for other in steps[at:])  # so it may have been of another kind here
        texts += _text_changes(step, words and later)
        if texts and words and column.kind != "text":
            texts.append(str.strip)  # a level has no blanks around it
    marks = [value for step in steps if step.action == "treat_as_missing" for value in step.values]
    numbers = frozenset(value for value in marks if not isinstance(value, str))
    dates = column.kind == "datetime"
    moments = frozenset(_moments([value for value in marks if isinstance(value, str)])) if dates else frozenset()
    return Changes(tuple(texts), numbers, moments)


def _text_changes(step: Step, numbers_too: bool) -> list[TextChange]:
    if step.action == "merge_levels":
        return [partial(_renamed, dict(step.renames))]
    if step.action == "keep_levels":
        return [partial(_kept, frozenset(map(str, step.values)))]
    if step.action != "treat_as_missing":
        return []
    marks = frozenset(value for value in step.values if isinstance(value, str))
    numbers = frozenset(value for value in step.values if not isinstance(value, str)) if numbers_too else frozenset()
    return [partial(_unmarked, marks, numbers)] if marks or numbers else []


def _renamed(renames: dict[str, str], text: str) -> str:
    return renames.get(text, text)


def _kept(levels: frozenset[str], text: str) -> str:
    return text if text in levels or not text else OTHER


def _unmarked(marks: frozenset[str], numbers: frozenset[float], text: str) -> str:
    """Nothing where the text is a mark, or a number that is one."""
    return "" if text in marks or (numbers and _number(text) in numbers) else text


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moments(texts: list[str]) -> list[int]:
    dates = pd.to_datetime(pd.Series(texts, dtype="str"), errors="coerce", format="ISO8601").dropna()
    return dates.astype("datetime64[us]").astype("int64").tolist()
