"""Which estimators keep rows of the table they were trained on, so that every export of them holds these rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backends.errors import WorkbenchError

# What an estimator has after `fit` that keeps rows: neighbours all of them, support vector machines those at the edge,
# Gaussian processes all.
KEEPING = ("rows_", "_fit_X", "support_vectors_", "X_train_")
# Where an estimator has others in it: calibration, pipelines, ensembles, mitigations.
INSIDE = ("steps", "estimator", "estimator_", "estimators_", "calibrated_classifiers_", "fitted_", "predictors_")


def keeps_rows(estimator: Any) -> bool:
    """Whether a fitted estimator, or one inside it, holds rows of its training data.

    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.linear_model import LogisticRegression
    >>> [keeps_rows(one.fit([[0.0], [1.0]], [0, 1])) for one in (KNeighborsClassifier(1), LogisticRegression())]
    [True, False]
    """
    return any(hasattr(one, name) for one in _all(estimator, 0) for name in KEEPING)


def check_private(estimator: Any, title: str) -> None:
    """Raises WorkbenchError for a model that no private bundle can be made of."""
    if keeps_rows(estimator):
        raise WorkbenchError(
            f"{title} answers by training rows that it keeps: its ONNX file holds them, whatever else is left out.",
            hint="Choose a model that keeps none, such as a logistic regression or a forest, or export this openly.",
        )


def _all(estimator: Any, depth: int) -> Iterator[Any]:
    """The estimator and those inside it, as deep as any of ours goes."""
    if depth > 8 or estimator is None or isinstance(estimator, str):
        return
    if isinstance(estimator, list | tuple):
        for one in estimator:
            yield from _all(one, depth + 1)
        return
    yield estimator
    for name in INSIDE:
        yield from _all(getattr(estimator, name, None), depth + 1)
