"""What an explanation costs beside the bare shap call: ``python -m benchmarks.explaining``.

Adult, 500 held-out rows, a random forest of 100 trees of depth 12 in the workbench's own pipeline. The bare call is
``shap.TreeExplainer(forest).shap_values(X)`` on the matrix that the forest is given; `explain` starts from the table's
rows and includes preparing them, reading the trees, both checks and summing to source columns. Both sides take turns in
one process, after one call of each that is not counted; the first call of `explain` is timed in a process of its own.

For models that are asked about mixed rows (k-nearest neighbours, support vectors): breast cancer, whose 30 columns are
one input each, 30 held-out rows against the same 20. The bare call is ``shap.PermutationExplainer`` on the matrix with
one pair of orders a row, which asks the model as often as `explain` does: 30 × 20 × 2 × 30 rows. Both are estimates
from random orders, so that they differ; `explain` asks on two threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from backends.datasets.schema import Dataset
from backends.training.results import TrainedModel
from benchmarks._rows import Bar, Row, report

ADULT = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "tabular" / "adult_train.csv"
ROWS, ROUNDS = 500, 3
CASES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("forest, 100 trees of depth 12", "random_forest", {"max_depth": 12, "min_samples_leaf": 1}),
    ("hist gradient boosting, defaults", "hist_gradient_boosting", {}),
)


ASKED = (("k-nearest neighbours", "nearest_neighbours"), ("RBF SVM", "rbf_svm"))
ASKED_ROWS, BACKGROUND = 30, 20
RATIO, SECONDS = Bar("<=", 1.2), Bar("<", 2, "here")


def main() -> None:
    """Measure and report."""
    if not ADULT.exists():
        sys.exit(f"{ADULT} is not there; set WORKBENCH_EXTRA_DATA to the folder that has tabular/adult_train.csv.")
    first = subprocess.run(
        [sys.executable, "-m", "benchmarks.explaining", "first"], capture_output=True, text=True, check=True
    )
    print(f"Adult, {ROWS} held-out rows, quickest of {ROUNDS} rounds\n")
    print("| case | bare shap, s | explain, s | explain ÷ shap | largest difference | largest residual |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    rows = [
        shown(title, "`shap.TreeExplainer`", measured(trained(key, parameters)), (RATIO, SECONDS))
        for title, key, parameters in CASES
    ]
    for title, key in ASKED:
        found = asked(trained_on(breast_cancer(), "diagnosis", key, {}))
        title = f"{title}, {ASKED_ROWS} rows against {BACKGROUND}"
        rows.append(shown(title, "`shap.PermutationExplainer`, as many evaluations", found, (RATIO,)))
    print(f"\nThe forest's first explanation in a new process, compiled before: {float(first.stdout):.1f} s")
    report("explaining", rows)


def shown(title: str, peer: str, found: tuple[float, float, float, float], bars: tuple[Bar, ...]) -> Row:
    """Print the line of one case; gives its row."""
    theirs, ours, apart, residual = found
    print(f"| {title} | {theirs:.2f} | {ours:.2f} | {ours / theirs:.3f} | {apart:.0e} | {residual:.0e} |")
    return Row(title, ours, "s", peer, theirs, bars)


def trained(key: str, parameters: dict[str, object]) -> TrainedModel:
    """One model of Adult, fitted on 80 % of its rows."""
    from backends.datasets import read_table

    return trained_on(read_table(ADULT, ADULT.name), "class", key, parameters)


def breast_cancer() -> Dataset:
    """The sample of 569 rows with 30 numbers."""
    from backends.datasets import read_table
    from backends.datasets.samples import SAMPLES, sample_bytes

    [sample] = [sample for sample in SAMPLES if sample.key == "breast_cancer"]
    return read_table(sample_bytes(sample.key), sample.file)


def trained_on(dataset: Dataset, target: str, key: str, parameters: dict[str, object]) -> TrainedModel:
    """One model of a table, fitted on 80 % of its rows."""
    from backends.datasets.schema import Schema
    from backends.training import TrainingSpec
    from backends.training.models import model_row
    from backends.training.pipeline import build_pipeline
    from backends.training.plan import prepare

    spec = TrainingSpec(target=target)
    problem = prepare(dataset, spec)
    schema: Schema = problem.schema
    train, held = problem.split.train_rows, problem.split.holdout_rows
    frame, codes = problem.frame, problem.target.codes
    pipeline = build_pipeline(model_row(key), schema, 0, parameters).fit(frame.iloc[train], codes[train])
    return TrainedModel(
        key, model_row(key).title, pipeline, schema, dataset.schema[target], problem.target.classes, spec,
        train, held, frame.iloc[held].reset_index(drop=True), codes[held],
    )  # fmt: skip


def measured(model: TrainedModel) -> tuple[float, float, float, float]:
    """Seconds of both sides, and how far apart their values and the sums are."""
    import shap

    from backends.explanations import explain
    from backends.explanations.computed import folded
    from backends.explanations.sources import prepared, sources

    rows = model.holdout.head(ROWS)
    matrix, estimator = prepared(model, rows), model.pipeline[-1]
    shap.TreeExplainer(estimator).shap_values(matrix[:2])
    explain(model, rows.head(2))
    times: dict[str, list[float]] = {"shap": [], "ours": []}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        theirs = np.asarray(shap.TreeExplainer(estimator).shap_values(matrix))
        times["shap"].append(time.perf_counter() - start)
        start = time.perf_counter()
        found = explain(model, rows)
        times["ours"].append(time.perf_counter() - start)
    theirs = theirs.reshape(len(rows), matrix.shape[1], -1)[:, :, -1:]
    known = sources(model)
    assert known is not None
    everything = np.ones(matrix.shape[1], dtype=bool)
    summed = folded(known, everything, lambda inputs: theirs[:, inputs], (len(rows), 1)).array
    return (
        min(times["shap"]),
        min(times["ours"]),
        float(np.abs(summed - found.array).max()),
        float(found.residuals.max()),
    )


def asked(model: TrainedModel) -> tuple[float, float, float, float]:
    """As `measured`, for a model that both sides ask about mixed rows."""
    import shap

    from backends.explanations import ExplainBudget, explain
    from backends.explanations.budget import taken
    from backends.explanations.sources import dense, prepared

    budget = ExplainBudget(seconds=0.0, background=BACKGROUND)
    rows, sample = model.holdout.head(ASKED_ROWS), budget.draw(len(model.holdout), BACKGROUND)
    matrix = np.asarray(dense(prepared(model, rows)), dtype=np.float64)
    background = np.asarray(dense(prepared(model, taken(model.holdout, sample))), dtype=np.float64)
    assert matrix.shape[1] == len(model.schema)

    def bare(some: np.ndarray) -> np.ndarray:
        masker = shap.maskers.Independent(background, max_samples=BACKGROUND)
        explainer = shap.PermutationExplainer(lambda x: model.pipeline[-1].predict_proba(x)[:, 1], masker, seed=0)
        return np.asarray(explainer(some, max_evals=2 * some.shape[1] + 1, silent=True).values)

    bare(matrix[:1])
    explain(model, rows.head(1), budget)
    times: dict[str, list[float]] = {"shap": [], "ours": []}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        theirs = bare(matrix)
        times["shap"].append(time.perf_counter() - start)
        start = time.perf_counter()
        found = explain(model, rows, budget)
        times["ours"].append(time.perf_counter() - start)
    apart = float(np.abs(theirs - found.array[:, :, 0]).max())
    return min(times["shap"]), min(times["ours"]), apart, float(found.residuals.max())


def first() -> None:
    """Print the seconds of the very first explanation in this process."""
    from backends.explanations import explain

    model = trained(*CASES[0][1:])
    start = time.perf_counter()
    explain(model, model.holdout.head(ROWS))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    first() if "first" in sys.argv[1:] else main()
