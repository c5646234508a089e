"""The step between preprocessing, which works in float64, and the model."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

FLOAT32_LIMIT = float(np.finfo(np.float32).max)


class SetPrecision(TransformerMixin, BaseEstimator):
    """Hold every number within ± `limit` and round it to `dtype` ("float32" or "float64").

    Preprocessing in double and rounding once, in front of the model, is what makes a converted model give
    the same probabilities: both sides then compare the very same float32 numbers with a tree's thresholds.
    The limit keeps a number that standardising made huge from becoming infinite.

    >>> SetPrecision("float32", limit=100.0).fit_transform(np.array([[0.1, -1e300, np.nan]])).tolist()
    [[0.10000000149011612, -100.0, nan]]
    """

    def __init__(self, dtype: str = "float32", limit: float = FLOAT32_LIMIT) -> None:
        self.dtype = dtype
        self.limit = limit

    def fit(self, X: Any, y: Any = None) -> SetPrecision:
        """Learn nothing but how many columns there are."""
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        """A matrix, dense or sparse, of the same shape and sparseness; missing stays missing."""
        if sparse.issparse(X):
            held = X.copy()
            held.data = np.clip(held.data, -self.limit, self.limit)
            return held.astype(self.dtype)
        return np.clip(X, -self.limit, self.limit).astype(self.dtype)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the input's columns."""
        return np.asarray(input_features, dtype=object)
