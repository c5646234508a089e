"""A comparison on disk: what a training job leaves for the server.

The files are joblib dumps, so they may be opened only when they are known to be the job's own: whoever
loads them passes `trusted`, which hands out a path only after checking the digest that the job named on its
private pipe (`tasks.Job.output`). They never travel; a model that travels is ONNX.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import joblib

from backends.training.results import Comparison, TrainedModel

COMPARISON = "comparison.joblib"
Trusted = Callable[[str], Path]


def save_comparison(comparison: Comparison, folder: Path) -> None:
    """Write the comparison and, each in a file of its own, its models."""
    for key, model in comparison.models.items():
        joblib.dump(model, folder / _file(key))
    joblib.dump((tuple(comparison.models), replace(comparison, models={})), folder / COMPARISON)


def load_comparison(trusted: Trusted) -> Comparison:
    """Read a comparison back; a model is read only when it is asked for."""
    keys, comparison = joblib.load(trusted(COMPARISON))
    return replace(comparison, models=StoredModels(keys, trusted))


class StoredModels(Mapping[str, TrainedModel]):
    """The models of a finished comparison by key, read from disk when asked for; the last few are kept."""

    def __init__(self, keys: tuple[str, ...], trusted: Trusted) -> None:
        self._keys = keys
        self._load = lru_cache(maxsize=4)(lambda key: joblib.load(trusted(_file(key))))

    def __getitem__(self, key: str) -> TrainedModel:
        if key not in self._keys:
            raise KeyError(key)
        model: TrainedModel = self._load(key)
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _file(key: str) -> str:
    return f"model-{key}.joblib"
