"""What every mitigation works on: the training rows with their groups, the held-out rows, and the model as it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from backends.datasets.schema import Dataset
from backends.errors import WorkbenchError
from backends.fairness.groups import Groups, partitions
from backends.fairness.thresholds.choosing import Sensitive, held_out_groups
from backends.training.results import TrainedModel
from backends.training.targets import encode_target

DENSE_CELLS = 50_000_000  # rows × columns of prepared inputs that are made dense; 200 MB in float32


@dataclass(frozen=True)
class Material:
    """The training rows and the held-out rows of one model, with the groups of both by the same sensitive columns.

    `train` and `test` are group codes (rows,), `codes` the training rows' true class codes.
    """

    model: TrainedModel
    features: pd.DataFrame
    codes: np.ndarray
    train: np.ndarray
    test: np.ndarray
    groups: Groups  # of the held-out rows

    @classmethod
    def of(cls, model: TrainedModel, dataset: Dataset, sensitive: Sensitive) -> Material:
        """Take the rows apart. Raises WorkbenchError when `dataset` is not what the model was trained on."""
        if dataset.digest != model.digest or dataset.rows <= model.train_rows.max(initial=-1):
            raise WorkbenchError(
                f"{model.title} was not trained on the table {dataset.name!r} as it is now.",
                hint="Train it again on this table, or open the table it was trained on.",
            )
        held, by = held_out_groups(model, sensitive)
        columns = [grouping.column for grouping in by]
        both = pd.concat([dataset.frame[columns].iloc[model.train_rows], model.held_out[columns]], ignore_index=True)
        everyone = partitions(both, by)[-1]
        cut = len(model.train_rows)
        codes = encode_target(dataset, model.spec).codes[model.train_rows]
        features = dataset.frame[list(model.schema.names)].iloc[model.train_rows].reset_index(drop=True)
        return cls(model, features, codes, everyone.codes[:cut], everyone.codes[cut:], held)

    @cached_property
    def probabilities(self) -> np.ndarray:
        """What the model as it is says of the held-out rows: the positive class's probability, (rows,)."""
        return self.model.probabilities(self.model.holdout)[:, 1]

    @cached_property
    def decisions(self) -> np.ndarray:
        """What the model as it is decides about the held-out rows, (rows,)."""
        return self.model.policy.decide(self.probabilities, self.model.held_out)


def dense(prepared: object) -> np.ndarray:
    """Prepared inputs as a dense array. Raises WorkbenchError when they are too many."""
    from scipy import sparse

    if not sparse.issparse(prepared):
        return np.asarray(prepared)
    rows, columns = prepared.shape  # type: ignore[attr-defined]
    if rows * columns > DENSE_CELLS:
        raise WorkbenchError(
            f"{rows:,} rows with {columns:,} prepared columns are too many for this mitigation.",
            hint="Use reweighing or thresholds, or leave out texts and columns with many levels.",
        )
    return np.asarray(prepared.toarray())  # type: ignore[attr-defined]
