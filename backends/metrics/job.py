"""A learning curve as a background job: the folder holds the model and the dataset, and then the curve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from backends.datasets import Dataset, load_dataset, save_dataset
from backends.metrics.learning import learning_curve
from backends.settings import Settings
from backends.training.results import TrainedModel
from backends.training.targets import encode_target

ADDRESS = "backends.metrics.job:run"
CURVE = "learning_curve.parquet"
_MODEL = "model.joblib"  # written by the server into the job's private folder, read by the job alone
_DATASET = "dataset"


def prepare(dataset: Dataset, model: TrainedModel, metric: str) -> Callable[[Path], None]:
    """What writes the input of the job into its folder."""

    def write(folder: Path) -> None:
        joblib.dump((model, metric), folder / _MODEL)
        (folder / _DATASET).mkdir()
        save_dataset(dataset, folder / _DATASET)

    return write


def run(folder: Path, report: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]) -> None:
    """Draw the model's learning curve on its training rows only; the held-out rows stay unseen."""
    model, metric = joblib.load(folder / _MODEL)
    dataset = load_dataset(folder / _DATASET)
    report({"doing": f"{model.title} on growing shares of the rows"})
    codes = encode_target(dataset, model.spec).codes[model.train_rows]
    features = dataset.frame[list(model.schema.names)].iloc[model.train_rows].reset_index(drop=True)
    curve = learning_curve(
        model.pipeline,
        features,
        codes,
        metric,
        seed=model.spec.seed,
        processes=model.spec.processes or Settings.from_environment().worker_count,
    )
    if not cancelled():
        curve.to_parquet(folder / CURVE)


def read(path: Path) -> pd.DataFrame:
    """The curve that the job left."""
    return pd.read_parquet(path)
