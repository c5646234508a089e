"""Pseudo-relevance feedback: the question's vector moved towards the passages that look best (Rocchio).

The refined vector is ``question + mean of the best passages' vectors``, made unit length again. Every candidate of
either way of searching is ranked by its cosine with it. That helps in two ways: a passage found by words alone gets a
place by meaning as well, and what the documents call the subject comes to the question's help (Li et al., "Pseudo
Relevance Feedback with Deep Language Models and Dense Retrievers", 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def refined(question: np.ndarray, best: Sequence[np.ndarray]) -> np.ndarray:
    """The unit vector (dimension,) that lies between a question and the mean of some passages' vectors.

    >>> refined(np.array([1.0, 0.0]), [np.array([0.0, 1.0])]).round(3).tolist()
    [0.707, 0.707]
    """
    moved = question + np.mean(best, axis=0) if len(best) else question
    length = float(np.linalg.norm(moved))
    return moved / length if length > 0 else question
