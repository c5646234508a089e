"""The loan sample, trained once: the applicant group is no feature, but its district gives it away."""

from __future__ import annotations

from functools import lru_cache

from backends.datasets import Dataset, read_table
from backends.datasets.samples import sample_bytes
from backends.training import TrainingSpec, compare
from backends.training.results import Comparison, TrainedModel

GROUP = ["applicant_group"]


@lru_cache(maxsize=1)
def loans() -> Dataset:
    """The sample as it is read."""
    return read_table(sample_bytes("loans"), "loan_approval.csv")


@lru_cache(maxsize=1)
def comparison() -> Comparison:
    """A logistic regression, and neighbours, which take no weights."""
    aside = {"approved", "applicant_group", "application_id", "application_date"}
    features = tuple(name for name in loans().schema.names if name not in aside)
    models = ("logistic_regression", "nearest_neighbours")
    return compare(loans(), TrainingSpec("approved", features=features, models=models, folds=3, processes=1))


def model(key: str = "logistic_regression") -> TrainedModel:
    """One of them."""
    return comparison().models[key]
