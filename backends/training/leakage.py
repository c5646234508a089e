"""Three ways in which the answer gets into the question: a telling feature, repeated rows, shared groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Schema
from backends.datasets.traits import names_a_group
from backends.training.scoring import metric

SAMPLE = 5_000  # rows a single feature is tried on
FEATURES = 300  # features that are tried, in table order


@dataclass(frozen=True)
class TellingFeature:
    """A feature that alone tells the classes apart: its ROC AUC on rows the rule was not made from."""

    name: str
    auc: float


@dataclass(frozen=True)
class SharedGroup:
    """A column whose values occur in both parts: `share` of the held-out rows have a value that was trained on."""

    name: str
    share: float
    values: int


def telling_features(
    features: pd.DataFrame, codes: np.ndarray, schema: Schema, at_least: float, seed: int = 0
) -> tuple[list[TellingFeature], int]:
    """Features whose own ROC AUC is `at_least` that high, best first, and the number of rows it was tried on.

    Half of a sample of at most 5,000 rows makes the rule (a tree of depth 3 for numbers and dates, the class
    shares of each value for the rest), the other half judges it. Free text is not tried. At most the
    first 300 features are.
    """
    order = np.random.default_rng(seed).permutation(len(codes))[:SAMPLE]
    made, judged = order[::2], order[1::2]
    found = []
    for column in [column for column in schema if column.kind != "text"][:FEATURES]:
        values = features[column.name]
        auc = _single_auc(values.iloc[made], values.iloc[judged], codes[made], codes[judged], column)
        if auc >= at_least:
            found.append(TellingFeature(column.name, auc))
    return sorted(found, key=lambda feature: -feature.auc), len(order)


def repeated_rows(train: pd.DataFrame, holdout: pd.DataFrame) -> int:
    """How many held-out rows have the very feature values of some training row (missing equals missing).

    >>> repeated_rows(pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2, 3, 2]}))
    2
    """
    hashes = [pd.util.hash_pandas_object(part, index=False).to_numpy() for part in (train, holdout)]
    return int(np.isin(hashes[1], hashes[0]).sum())


def shared_groups(
    frame: pd.DataFrame, columns: Sequence[Column], train: np.ndarray, holdout: np.ndarray, at_least: float
) -> list[SharedGroup]:
    """Columns that look like they name someone and whose values are on both sides of the split.

    A column counts when it is an identifier or is named like one ("patient", "customer_id") and is no number
    with decimals, which would be a quantity; and when it has at least 20 values with 50 rows or fewer each on
    average: fewer, larger ones are categories.
    """
    found = []
    for column in columns:
        named = column.kind != "number" and names_a_group(column.name)
        if column.kind != "identifier" and not named:
            continue
        values = frame[column.name]
        distinct, known = values.nunique(), values.notna().sum()
        held = values.iloc[holdout]
        share = float((held.isin(values.iloc[train].dropna()) & held.notna()).mean())
        if distinct >= 20 and known <= 50 * distinct and share >= at_least:
            found.append(SharedGroup(column.name, share, int(distinct)))
    return found


def _single_auc(
    made: pd.Series, judged: pd.Series, made_codes: np.ndarray, judged_codes: np.ndarray, column: Column
) -> float:
    n_classes = int(max(made_codes.max(initial=0), judged_codes.max(initial=0))) + 1
    if n_classes < 2 or len(judged) < 10:
        return np.nan
    by_value = column.kind in ("category", "boolean", "identifier")
    proba = (_by_value if by_value else _by_tree)(made, judged, made_codes, n_classes)
    return metric("roc_auc").function(judged_codes, proba, n_classes)


def _by_value(made: pd.Series, judged: pd.Series, codes: np.ndarray, n_classes: int) -> np.ndarray:
    """The class shares of each value; missing is a value, one that was never seen gets the overall shares."""
    level, levels = pd.factorize(made.astype("str"), use_na_sentinel=False)
    counts = np.bincount(level * n_classes + codes, minlength=len(levels) * n_classes).reshape(-1, n_classes)
    overall = np.bincount(codes, minlength=n_classes) / len(codes)
    shares = np.vstack([counts / counts.sum(axis=1, keepdims=True), overall])
    return shares[pd.Index(levels).get_indexer(judged.astype("str"))]  # not found is -1: the last line


def _by_tree(made: pd.Series, judged: pd.Series, codes: np.ndarray, n_classes: int) -> np.ndarray:
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=5, random_state=0).fit(_numbers(made), codes)
    proba = np.zeros((len(judged), n_classes))
    proba[:, tree.classes_] = tree.predict_proba(_numbers(judged))
    return proba


def _numbers(values: pd.Series) -> np.ndarray:
    """One column of finite float32; missing is far below everything, since being missing may be what tells."""
    if pd.api.types.is_datetime64_any_dtype(values):
        numbers = values.astype("int64").where(values.notna()).to_numpy(dtype=np.float64) / 1e9
    else:
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.nan_to_num(numbers, nan=-1e30, posinf=1e30, neginf=-1e29).clip(-1e30, 1e30).astype(np.float32)[:, None]
