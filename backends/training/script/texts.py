"""The parts of a script that do not depend on the table: pieces of source by what they are for."""

from __future__ import annotations

ROUNDING = '''
def rounded(X):
    """Numbers as the model takes them: held within {limit:g} and rounded once to {dtype}."""
    if hasattr(X, "tocsr"):
        X = X.copy()
        X.data = np.clip(X.data, -{limit!r}, {limit!r})
        return X.astype("{dtype}")
    return np.clip(X, -{limit!r}, {limit!r}).astype("{dtype}")
'''

DATE_LINES = {
    "year": "{d}.dt.year",
    "month": "{d}.dt.month",
    "day": "{d}.dt.day",
    "weekday": "{d}.dt.weekday",
    "hour": "{d}.dt.hour",
    "days since 1970": '({d} - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)',
}

# The expression for two classes and the one for more, with the functions of sklearn.metrics that they use.
SCORES = {
    "accuracy": ("accuracy_score(y, predicted)", "accuracy_score(y, predicted)"),
    "balanced_accuracy": ("balanced_accuracy_score(y, predicted)", "balanced_accuracy_score(y, predicted)"),
    "precision": (
        "precision_score(y, predicted, zero_division=0)",
        'precision_score(y, predicted, average="macro", zero_division=0)',
    ),
    "recall": (
        "recall_score(y, predicted, zero_division=0)",
        'recall_score(y, predicted, labels=np.unique(np.append(y, predicted)), average="macro", zero_division=0)',
    ),
    "f1": (
        "f1_score(y, predicted, zero_division=0)",
        'f1_score(y, predicted, average="macro", zero_division=0)',
    ),
    "roc_auc": (
        "roc_auc_score(y, proba[:, 1])",
        "np.mean([roc_auc_score(y == k, proba[:, k]) for k in np.unique(y)])",
    ),
    "average_precision": (
        "average_precision_score(y, proba[:, 1])",
        "np.mean([average_precision_score(y == k, proba[:, k]) for k in np.unique(y)])",
    ),
    "log_loss": ("log_loss(y, proba, labels=[0, 1])", "log_loss(y, proba, labels=list(CLASSES.values()))"),
    "brier": ("brier_score_loss(y, proba[:, 1])", "np.mean(((proba - np.eye(len(CLASSES))[y]) ** 2).sum(axis=1))"),
    "mcc": ("matthews_corrcoef(y, predicted)", "matthews_corrcoef(y, predicted)"),
}

_TABLE = ["    X, y = inputs(table[known]), y[known].astype(int).to_numpy()"]
_SHUFFLED = [
    *_TABLE,
    "    X, X_holdout, y, y_holdout = train_test_split(",
    "        X, y, test_size=@holdout, stratify=y, random_state=SEED",
    "    )",
]
CUTS: dict[str, list[str]] = {
    "stratified": _SHUFFLED,
    "repeated": _SHUFFLED,
    "group": [
        *_TABLE,
        "    cut = GroupShuffleSplit(n_splits=1, test_size=@holdout, random_state=SEED)",
        "    kept, holdout = next(cut.split(X, groups=groups))",
        "    X, y, groups = X.iloc[kept], y[kept], groups[kept]",
    ],
    "time": [
        *_TABLE,
        '    order = np.argsort(times[known].to_numpy(), kind="stable")',
        "    order = order[: len(order) - int(np.ceil(len(order) * @holdout))]  # the last part is the hold-out",
        "    X, y = X.iloc[order], y[order]",
    ],
}
RUN = """
if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else FILE
    if not os.path.isfile(path):
        sys.exit(f"There is no file {path!r}. Give the path of {FILE}: python script.py PATH")
    main(path)
"""
METRIC_FUNCTIONS = (
    "accuracy_score", "balanced_accuracy_score", "precision_score", "recall_score", "f1_score",
    "average_precision_score", "roc_auc_score", "log_loss", "brier_score_loss", "matthews_corrcoef",
)  # fmt: skip
