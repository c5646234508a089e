from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest
from sklearn.base import ClassifierMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from backends.datasets.samples import FOLDER

PipelineOf = Callable[[ClassifierMixin], Pipeline]


@pytest.fixture(scope="session")
def readme_section() -> Callable[[str], str]:
    """The one section of the samples' README whose heading is this file."""
    parts = re.split(r"^## ", (FOLDER / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)

    def section(file: str) -> str:
        found = [part for part in parts if part.startswith(file)]
        assert len(found) == 1, f"README.md needs one section '## {file}'"
        return found[0]

    return section


@pytest.fixture(scope="session")
def pipeline() -> PipelineOf:
    """A classifier behind plain preprocessing of numbers and categories."""

    def of(classifier: ClassifierMixin) -> Pipeline:
        numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
        columns = make_column_transformer(
            (numbers, make_column_selector(dtype_include="number")),
            (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
            sparse_threshold=0,
        )
        return make_pipeline(columns, classifier)

    return of


@pytest.fixture(scope="session")
def roc_auc(pipeline: PipelineOf) -> Callable[[ClassifierMixin, pd.DataFrame, pd.Series], float]:
    """Mean ROC AUC of a classifier over three folds."""

    def score(classifier: ClassifierMixin, X: pd.DataFrame, y: pd.Series) -> float:
        folds = StratifiedKFold(3, shuffle=True, random_state=0)
        return float(cross_val_score(pipeline(classifier), X, y, cv=folds, scoring="roc_auc").mean())

    return score
