"""Gaussian naive Bayes that stays a number where nothing varies."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.naive_bayes import GaussianNB

LEAST_VARIANCE = 1e-4


class FlooredGaussianNB(GaussianNB):
    """`GaussianNB` in which no column varies less than `LEAST_VARIANCE`, for standardised inputs.

    Where every column is constant the variances are zero and all probabilities would be undefined; here
    they are the class shares.

    >>> FlooredGaussianNB().fit([[1.0], [1.0], [1.0], [1.0]], [0, 0, 0, 1]).predict_proba([[1.0]]).round(6).tolist()
    [[0.75, 0.25]]
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> FlooredGaussianNB:
        """Fit as usual, then lift the variances."""
        super().fit(X, y, sample_weight)
        self.var_: np.ndarray = np.maximum(self.var_, LEAST_VARIANCE)
        return self
