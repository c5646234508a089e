"""What a predictor gives for rows: labels, probabilities and what was wrong with the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np

from backends.errors import WorkbenchError
from backends.serving.shown import Unreadable, shown

if TYPE_CHECKING:
    import pandas as pd

    from backends.onnx_export.feeds import Problem

Unusual = Literal["refuse", "accept"]
OnError = Literal["fail", "skip"]
Record: TypeAlias = Mapping[str, Any]
Payload: TypeAlias = "Sequence[Record] | Mapping[str, Sequence[Any]] | pd.DataFrame"

MOST_ROWS = 100_000  # of one call; more come in parts
MOST_SAID = 1_000  # problems and warnings that an answer lists; all are counted
_PLAIN = frozenset((str, int, float, bool, type(None)))  # of which JSON and CSV have all their values


@dataclass(frozen=True)
class Predictions:
    """Predictions for some of `sent` rows: those at the positions `rows`.

    `labels` has one of `classes` per row, `probabilities` is (rows, classes). `problems` names what kept the other
    rows from being predicted: the first `MOST_SAID` of `problem_count`, and of each row after those its first one, so
    that no row goes without a reason. `warnings` names what is unusual about rows that were predicted, of
    `warning_count` as many in the same way.
    """

    classes: tuple[str, ...]
    labels: tuple[str, ...]
    probabilities: np.ndarray
    rows: tuple[int, ...]
    sent: int
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    problem_count: int = 0
    warning_count: int = 0

    def __len__(self) -> int:
        return len(self.labels)

    def to_records(self) -> list[dict[str, Any]]:
        """One JSON-ready object per prediction: row (from 0), label, and the probability of each class."""
        chances = self.probabilities.tolist()
        return [
            {"row": row, "label": label, "probabilities": dict(zip(self.classes, chance, strict=True))}
            for row, label, chance in zip(self.rows, self.labels, chances, strict=True)
        ]

    def to_frame(self) -> pd.DataFrame:
        """Predictions as a table: row, label, and a column per class, which may have any name."""
        import pandas as pd

        given = pd.DataFrame({"row": self.rows, "label": self.labels})
        chances = pd.DataFrame(self.probabilities, columns=[f"probability of {name}" for name in self.classes])
        return pd.concat([given, chances], axis=1)


def as_records(payload: Payload) -> Sequence[Record]:
    """Rows as records, whichever way they came. Raises WorkbenchError for what is no table, or too long a one.

    A value that no column can hold, such as a list, becomes `Unreadable`, so that nobody has to write it out again.

    >>> as_records({"age": [31, 42], "sex": ["f", "m"]})
    [{'age': 31, 'sex': 'f'}, {'age': 42, 'sex': 'm'}]
    """
    if isinstance(payload, list):
        records: Sequence[Record] = payload
    elif isinstance(payload, Mapping):
        records = _of_columns(payload)
    elif hasattr(payload, "to_dict") and hasattr(payload, "columns"):
        records = _of_frame(cast("pd.DataFrame", payload))
    elif isinstance(payload, Sequence) and not isinstance(payload, str | bytes):
        records = payload
    else:
        raise _no_table(payload)
    if len(records) > MOST_ROWS:
        raise WorkbenchError(
            f"These are {len(records):,} rows; at most {MOST_ROWS:,} are predicted in one go.",
            hint="Send them in parts, or as a file.",
        )
    if not all(isinstance(record, Mapping) for record in records):
        raise _no_table(next(record for record in records if not isinstance(record, Mapping)))
    return _readable(records)


def _readable(records: Sequence[Record]) -> Sequence[Record]:
    """The records, those with an unreadable value replaced."""
    odd = [at for at, record in enumerate(records) if not _PLAIN.issuperset(map(type, record.values()))]
    if not odd:
        return records
    made = list(records)
    for at in odd:
        made[at] = {
            name: value if type(value) in _PLAIN else _readable_value(value) for name, value in made[at].items()
        }
    return made


def _readable_value(value: Any) -> Any:
    import pandas as pd

    signalling = isinstance(value, Decimal) and value.is_snan()  # it raises wherever it is compared
    single = isinstance(value, Unreadable) or (pd.api.types.is_scalar(value) and not signalling)
    return value if single else Unreadable(value)


def _of_columns(columns: Mapping[str, Sequence[Any]]) -> list[Record]:
    for name, values in columns.items():
        if not isinstance(values, list | tuple | np.ndarray):
            raise WorkbenchError(
                f"Column {shown(name, 80)!r} is {shown(values, 40)!r} rather than a list.",
                hint='Send columns as {"name": [values]}, or rows as a list of objects.',
            )
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        short, long = min(lengths, key=lambda name: lengths[name]), max(lengths, key=lambda name: lengths[name])
        raise WorkbenchError(
            f"Column {short!r} has {lengths[short]:,} values and {long!r} has {lengths[long]:,}.",
            hint="Give every column one value per row; null where it is missing.",
        )
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _of_frame(frame: pd.DataFrame) -> list[Record]:
    plain = frame.astype(object)
    return cast("list[Record]", plain.where(plain.notna(), None).to_dict("records"))


def _no_table(payload: Any) -> WorkbenchError:
    return WorkbenchError(
        f"{shown(payload, 40)!r} is no row.", hint='Send a list of objects, or {"column": [values]} for all columns.'
    )
