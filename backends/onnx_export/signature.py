"""What an exported model takes and gives: all that is needed to ask it, as plain data (`schema.json` of the bundle)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from backends.datasets.recipe import Recipe
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.training.policy import Policy

LAYOUT = 1  # of the bundle and of `schema.json`; raised when a reader of the former layout would be wrong

Tensor = Literal["double", "int64", "string"]
TENSORS: tuple[Tensor, ...] = get_args(Tensor)
MISSING_DATE = -(2**63)  # the int64 that stands for no date, as NumPy has it


@dataclass(frozen=True)
class GraphInput:
    """One input of the ONNX graph, shape (rows, 1): a column of the table, nearly always the one of the same name.

    `column` names the column where that is another: ONNX cannot hold an empty name, and a text that the decision
    depends on is given twice, as words and as it stands.

    - "double": numbers, and booleans as 0 and 1; NaN is missing
    - "int64": dates, microseconds since 1970-01-01 in UTC; `MISSING_DATE` is missing
    - "string": categories, "" is missing; texts, as lower-case words between single blanks (see `words`)
    """

    name: str
    tensor: Tensor
    words: bool = False  # a text: it is given as words
    column: str | None = None  # None: `name` is the column's

    @property
    def source(self) -> str:
        """The name of the column."""
        return self.name if self.column is None else self.column


@dataclass(frozen=True)
class Signature:
    """The contract of an exported model.

    `columns` describe the rows as they come: the model's features in table order, and behind them those that only the
    decision asks for (`policy`). `recipe` holds the steps that change values, which come first. `inputs` are the
    graph's, at least one per column. Its outputs are `label`, a string tensor (rows,) with one of `classes` by the
    policy for two classes and the most probable one otherwise, and `probabilities`, double, shape (rows, classes).
    """

    columns: Schema
    inputs: tuple[GraphInput, ...]
    target: Column
    classes: tuple[str, ...]
    features: tuple[str, ...]
    policy: Policy = field(default_factory=Policy)
    recipe: Recipe = field(default_factory=Recipe)
    label: str = "label"  # the outputs' names; others where a column has taken these
    probabilities: str = "probabilities"
    model: str = ""  # what kind of model it is, for people
    dataset: str = ""
    digest: str = ""  # SHA-256 of the dataset

    @property
    def binary(self) -> bool:
        """Two classes, of which the second is the positive one."""
        return len(self.classes) == 2

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return {
            "layout": LAYOUT,
            "columns": self.columns.to_dict(),
            "inputs": [asdict(one) for one in self.inputs],
            "target": Schema((self.target,)).to_dict()[0],
            "classes": list(self.classes),
            "features": list(self.features),
            "policy": self.policy.to_dict(),
            "recipe": self.recipe.to_dict(),
            "outputs": {"label": self.label, "probabilities": self.probabilities},
            "model": self.model,
            "dataset": {"name": self.dataset, "sha256": self.digest},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Signature:
        """Read back what `to_dict` gave. Raises WorkbenchError for another layout."""
        if data.get("layout") != LAYOUT:
            raise WorkbenchError(
                f"The bundle has the layout {data.get('layout')!r}; this workbench reads {LAYOUT}.",
                hint="Export the model again.",
            )
        (target,) = Schema.from_dict([data["target"]])
        return cls(
            columns=Schema.from_dict(data["columns"]),
            inputs=tuple(GraphInput(**one) for one in data["inputs"]),
            target=target,
            classes=tuple(data["classes"]),
            features=tuple(data["features"]),
            policy=Policy.from_dict(data["policy"]),
            recipe=Recipe.from_dict(data["recipe"]),
            label=data["outputs"]["label"],
            probabilities=data["outputs"]["probabilities"],
            model=data["model"],
            dataset=data["dataset"]["name"],
            digest=data["dataset"]["sha256"],
        )
