"""For models that take missing numbers: what to do with a column that has nothing but missing numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


class EmptyAsZero(TransformerMixin, BaseEstimator):
    """Columns without any number when fitted (`empty_`) are zero ever after; the others stay as they are.

    Hist gradient boosting cannot be fitted on an empty column, and nothing can be learnt from one.

    >>> step = EmptyAsZero().fit([[1.0, np.nan], [np.nan, np.nan]])
    >>> step.transform([[np.nan, 5.0]]).tolist()
    [[nan, 0.0]]
    """

    def fit(self, X: Any, y: Any = None) -> EmptyAsZero:
        """Learn which columns are empty."""
        self.empty_ = np.isnan(np.asarray(X, dtype=np.float64)).all(axis=0)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Float64, of the same shape."""
        return np.where(self.empty_, 0.0, np.asarray(X, dtype=np.float64))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the input's columns."""
        return np.asarray(input_features, dtype=object)
