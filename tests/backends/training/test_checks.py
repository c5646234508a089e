"""Every rule with a case in which it must speak and one in which it must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backends.datasets import read_table
from backends.datasets.schema import Column, Schema
from backends.metrics.evaluation import evaluate_probabilities
from backends.training.checks import CHECKS, judge, run_checks
from backends.training.evidence import Evidence
from backends.training.leakage import repeated_rows, shared_groups, telling_features
from backends.training.models import Choice, Range
from backends.training.rules import calibration_error, holdout

ROWS = 400
SAMPLES = Path(__file__).parents[3] / "sample_data"


def fold_scores(
    value: list[float], train: list[float] | None = None, baseline: float | None = 0.5, metric: str = "roc_auc"
) -> pd.DataFrame:
    per_model = {"rf": (value, train or value)} | ({"dummy": ([baseline] * len(value),) * 2} if baseline else {})
    return pd.DataFrame(
        [
            {"model": model, "fold": fold, "metric": metric, "value": v, "train": t}
            for model, (values, trains) in per_model.items()
            for fold, (v, t) in enumerate(zip(values, trains, strict=True))
        ]
    )


def table() -> tuple[pd.DataFrame, np.ndarray, Schema]:
    """One feature that helps, one that does not, one unused column naming each row."""
    random = np.random.default_rng(0)
    codes = random.integers(2, size=ROWS)
    frame = pd.DataFrame(
        {
            "age": random.normal(size=ROWS) + codes,
            "colour": random.choice(["red", "green", "blue"], ROWS),
            "customer_id": [f"c{row}" for row in range(ROWS)],
        }
    )
    kinds = {"age": "number", "colour": "category", "customer_id": "identifier"}
    return frame, codes, Schema(tuple(Column(name, kind) for name, kind in kinds.items()))  # type: ignore[arg-type]


def sound() -> Evidence:
    """A comparison that gives no rule a reason to speak."""
    frame, codes, schema = table()
    train, holdout = np.arange(320), np.arange(320, ROWS)
    random = np.random.default_rng(1)
    said = np.abs(codes[holdout] - (random.random(80) < 0.2))  # four of five are right: about the score of the folds
    return Evidence(
        metric="roc_auc",
        classes=("no", "yes"),
        class_counts=(210, 190),
        fold_scores=fold_scores([0.80, 0.82, 0.81, 0.79, 0.83], [0.85] * 5),
        recommended="rf",
        titles={"rf": "Random forest", "dummy": "Dummy baseline"},
        frame=frame,
        codes=codes,
        schema=schema.select(("age", "colour")),
        table_schema=schema,
        target="y",
        train_rows=train,
        holdout_rows=holdout,
        holdout_proba=calibrated(codes[holdout], said),
        parameters={"rf": {"max_depth": 7}},
        spaces={"rf": {"max_depth": Range(2, 20, "int"), "criterion": Choice(("gini", "entropy"))}},
    )


def calibrated(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Replace what was said by how often it happened, so that it is right on these rows."""
    happened = pd.Series(y).groupby(said).transform("mean").to_numpy()
    return np.column_stack([1 - happened, happened])


def with_column(evidence: Evidence, name: str, values: object, kind: str, used: bool) -> Evidence:
    assert evidence.frame is not None
    column = Column(name, kind)  # type: ignore[arg-type]
    changed = replace(
        evidence,
        frame=evidence.frame.assign(**{name: values}),
        table_schema=Schema((*evidence.table_schema, column)),  # type: ignore[misc]
    )
    return replace(changed, schema=Schema((*evidence.schema, column))) if used else changed  # type: ignore[misc]


def repeating(evidence: Evidence) -> Evidence:
    assert evidence.frame is not None
    frame = evidence.frame.copy()
    frame.loc[320:329, ["age", "colour"]] = frame.loc[0:9, ["age", "colour"]].to_numpy()
    return replace(evidence, frame=frame)


def noisy_leak(evidence: Evidence) -> Evidence:
    codes = evidence.codes
    assert codes is not None
    flipped = np.where(np.arange(ROWS) % 200 == 0, 1 - codes, codes)
    return with_column(evidence, "paid_back", np.where(flipped, "yes", "no"), "category", used=True)


FIRES: dict[str, tuple[Callable[[Evidence], Evidence], str]] = {
    "overfit": (
        lambda e: replace(e, fold_scores=fold_scores([0.7, 0.72, 0.71], [1.0] * 3)),
        "Random forest: ROC AUC is 1.000 on the rows it learnt from and 0.710 on others.",
    ),
    "underfit": (
        lambda e: replace(e, fold_scores=fold_scores([0.53, 0.54, 0.535])),
        "only 0.535 even on the rows it learnt from; guessing gives 0.500",
    ),
    "no-better-than-baseline": (
        lambda e: replace(e, fold_scores=fold_scores([0.45, 0.58, 0.52])),
        "Random forest (0.517) cannot be told from guessing (0.500).",
    ),
    "unstable-folds": (
        lambda e: replace(e, fold_scores=fold_scores([0.95, 0.75, 0.9])),
        "Random forest: ROC AUC runs from 0.750 to 0.950.",
    ),
    "imbalance": (lambda e: replace(e, class_counts=(950, 60)), "Only 5.9 % of the rows are 'yes'"),
    "rare-class": (lambda e: replace(e, class_counts=(390, 10)), "Fewer than 50 rows: 'yes' (10)."),
    "target-leak": (noisy_leak, "'paid_back' alone nearly separates the classes: ROC AUC"),
    "duplicates-across-split": (repeating, "10 of 80 held-out rows have the same feature values"),
    "group-leak": (
        lambda e: with_column(e, "patient", [f"p{row % 50}" for row in range(ROWS)], "category", used=False),
        "100 % of the held-out rows have a 'patient' that was also trained on.",
    ),
    "badly-calibrated": (
        lambda e: replace(e, holdout_proba=np.tile([0.1, 0.9], (80, 1))),
        "Random forest: probabilities are off by",
    ),
    "parameter-at-edge": (
        lambda e: replace(e, parameters={"rf": {"max_depth": 20, "criterion": "gini"}}),
        "Random forest: the best max_depth (20, where 2 to 20 was searched) found lies at the end of its range.",
    ),
    "holdout-differs": (
        lambda e: replace(e, fold_scores=fold_scores([0.99, 0.985, 0.98])),
        "Random forest: ROC AUC is 0.985 in cross-validation, but ",
    ),
}


def test_every_rule_has_a_case_here() -> None:
    assert {row.rule for row in CHECKS} == set(FIRES)
    assert all(row.why.endswith(".") and row.what_to_do.endswith(".") and row.fine.endswith(".") for row in CHECKS)


def test_a_sound_comparison_raises_nothing_and_says_so_rule_by_rule() -> None:
    verdict = judge(sound())
    assert verdict.found == ()
    assert verdict.not_judged == ()
    assert len(verdict.fine) == len(CHECKS)
    assert "No feature alone separates the target." in verdict.fine


@pytest.mark.parametrize("rule", list(FIRES))
def test_the_rule_speaks_where_it_must(rule: str) -> None:
    change, words = FIRES[rule]
    found = {check.rule: check for check in run_checks(change(sound()))}
    assert rule in found
    assert words in found[rule].title


def test_the_gravest_finding_comes_first() -> None:
    checks = run_checks(replace(sound(), fold_scores=fold_scores([0.45, 0.58, 0.52]), class_counts=(950, 60)))
    severities = [check.severity for check in checks]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert checks[0].rule == "no-better-than-baseline"
    assert checks[0].model == "rf"


def test_rules_without_their_evidence_stay_silent_and_are_named() -> None:
    bare = Evidence(
        metric="roc_auc",
        classes=("no", "yes"),
        class_counts=(210, 190),
        fold_scores=fold_scores([np.nan], baseline=None),
        recommended="rf",
    )
    verdict = judge(bare)
    assert verdict.found == ()
    assert set(verdict.not_judged) == {row.rule for row in CHECKS} - {"imbalance", "rare-class"}


def test_a_loss_is_judged_by_skill_too() -> None:
    """Guessing two even classes costs ln 2 = 0.693: 0.05 in training and 0.5 elsewhere is a lost skill of 0.65."""
    evidence = replace(
        sound(), metric="log_loss", fold_scores=fold_scores([0.5] * 3, [0.05] * 3, baseline=0.69, metric="log_loss")
    )
    assert evidence.guess == pytest.approx(np.log(2), abs=0.01)
    assert [check.rule for check in run_checks(evidence)] == ["overfit"]


def test_a_forest_that_knows_its_rows_by_heart_but_generalises_is_no_overfit() -> None:
    evidence = replace(sound(), fold_scores=fold_scores([0.93, 0.94, 0.93], [1.0] * 3), holdout_proba=None)
    assert run_checks(evidence) == ()


def test_three_even_classes_are_balanced_and_ten_percent_of_one_is_not() -> None:
    three = {"classes": ("a", "b", "c"), "metric": "balanced_accuracy", "recommended": None, "holdout_proba": None}
    even = replace(sound(), class_counts=(100, 100, 100), **three)
    assert "imbalance" not in {check.rule for check in run_checks(even)}
    uneven = replace(sound(), class_counts=(900, 500, 60), **three)
    assert "imbalance" in {check.rule for check in run_checks(uneven)}


def test_a_telling_feature_is_found_in_each_kind_of_column() -> None:
    random = np.random.default_rng(0)
    codes = random.integers(3, size=600)
    day = pd.Timestamp("2024-01-01")
    frame = pd.DataFrame(
        {
            "number": codes * 1.0 + random.normal(scale=0.01, size=600),
            "whole": pd.array(np.where(codes == 1, None, codes), dtype="Int64"),  # missing tells the middle class
            "flag": pd.array(random.random(600) < 0.5, dtype="boolean"),
            "date": day + pd.to_timedelta(codes * 10, unit="D"),
            "word": pd.Series(np.array(["x", "y", None], dtype=object)[codes], dtype="str"),
            "huge": np.where(codes == 2, np.inf, random.normal(size=600)),
        }
    )
    kinds = ["number", "integer", "boolean", "datetime", "category", "number"]
    schema = Schema(tuple(Column(name, kind) for name, kind in zip(frame, kinds, strict=True)))  # type: ignore[arg-type]
    found, rows = telling_features(frame, codes, schema, at_least=0.98)
    assert {feature.name for feature in found} == {"number", "whole", "date", "word"}
    assert rows == 600


def test_a_unique_name_per_row_tells_nothing() -> None:
    frame, codes, _ = table()
    found, _ = telling_features(frame, codes, Schema((Column("customer_id", "identifier"),)), at_least=0.6)
    assert found == []


def test_a_large_table_is_sampled_and_the_sample_is_named() -> None:
    codes = np.arange(12_000) % 2
    frame = pd.DataFrame({"copy": codes.astype(float)})
    evidence = Evidence(
        metric="roc_auc",
        classes=("no", "yes"),
        class_counts=(6000, 6000),
        fold_scores=fold_scores([0.9, 0.9]),
        frame=frame,
        codes=codes,
        schema=Schema((Column("copy", "number"),)),
        train_rows=np.arange(12_000),
    )
    assert run_checks(evidence)[0].title.endswith("on a sample of 5,000 rows.")


def test_repeated_rows_count_missing_values_as_equal_and_need_every_column() -> None:
    train = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", None]})
    holdout = pd.DataFrame({"a": [np.nan, 1.0, 1.0], "b": [None, "y", "x"]})
    assert repeated_rows(train, holdout) == 2


def test_groups_need_an_identifying_name_and_enough_values() -> None:
    frame = pd.DataFrame(
        {"patient_id": np.arange(200) % 50, "kind_id": np.arange(200) % 3, "size": np.arange(200) % 50}
    )
    columns = [Column(name, "integer") for name in frame]
    found = shared_groups(frame, columns, np.arange(100), np.arange(100, 200), at_least=0.2)
    assert [(group.name, group.share, group.values) for group in found] == [("patient_id", 1.0, 50)]


@pytest.mark.parametrize(
    ("name", "kind", "grouping"),
    [
        ("malic_acid", "integer", False),
        ("citric acid", "integer", False),
        ("paid", "integer", False),
        ("humid", "category", False),
        ("fluid", "category", False),
        ("patientId", "integer", True),
        ("userID", "category", True),
        ("ID", "integer", True),
        ("Customer ID", "category", True),
        ("patient_id", "number", False),  # a quantity names no one
    ],
)
def test_a_name_that_only_ends_in_id_names_no_group(name: str, kind: str, grouping: bool) -> None:
    frame = pd.DataFrame({name: np.arange(200) % 50})
    columns = [Column(name, kind)]  # type: ignore[arg-type]
    assert bool(shared_groups(frame, columns, np.arange(100), np.arange(100, 200), at_least=0.2)) is grouping


def test_the_bundled_wine_table_has_no_groups() -> None:
    dataset = read_table(SAMPLES / "wine.csv", "wine.csv")
    rows = np.random.default_rng(0).permutation(dataset.rows)
    assert shared_groups(dataset.frame, list(dataset.schema), rows[36:], rows[:36], at_least=0.2) == []


def test_groups_that_were_kept_apart_are_fine() -> None:
    frame = pd.DataFrame({"patient_id": np.arange(200) // 4})
    assert shared_groups(frame, [Column("patient_id", "integer")], np.arange(100), np.arange(100, 200), 0.2) == []


def test_a_calibrated_model_passes_whatever_the_sample() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        said = random.random(100)
        y = (random.random(100) < said).astype(int)
        evidence = replace(
            sound(), codes=np.append(np.zeros(320, dtype=int), y)[:400], holdout_rows=np.arange(320, 400),
            holdout_proba=np.column_stack([1 - said, said])[:80], frame=None,
        )  # fmt: skip
        assert "badly-calibrated" not in {check.rule for check in run_checks(evidence)}


def test_the_calibration_error_of_many_classes_is_that_of_the_predicted_one() -> None:
    assert calibration_error(np.array([0.8] * 10), np.array([True] * 8 + [False] * 2)) == pytest.approx(0)
    confident = np.tile([0.05, 0.05, 0.9], (80, 1))
    evidence = replace(sound(), classes=("a", "b", "c"), class_counts=(140, 130, 130), holdout_proba=confident)
    assert "badly-calibrated" in {check.rule for check in run_checks(evidence)}


def test_only_the_recommended_model_s_parameters_are_looked_at_and_share_one_finding() -> None:
    tree = {"max_depth": Range(2, 20, "int"), "min_samples_leaf": Range(1, 50, "int"), "estimator__C": Range(0.1, 10)}
    tuned = {"max_depth": 20, "min_samples_leaf": 7, "estimator__C": 0.1}
    evidence = replace(
        sound(), parameters={"rf": tuned, "svm": {"C": 10.0}}, spaces={"rf": tree, "svm": {"C": Range(1, 10)}}
    )
    found = [check for check in run_checks(evidence) if check.rule == "parameter-at-edge"]
    assert [(check.title, check.model) for check in found] == [
        (
            "Random forest: the best max_depth (20, where 2 to 20 was searched) and C (0.1, where 0.1 to 10 was "
            "searched) found lie at the end of their range.",
            "rf",
        )
    ]
    assert "model table" not in found[0].what_to_do


def test_another_model_at_the_edge_is_no_finding() -> None:
    evidence = replace(
        sound(), parameters={"rf": {"max_depth": 7}, "svm": {"C": 10.0}}, spaces={"svm": {"C": Range(1, 10)}}
    )
    assert "parameter-at-edge" not in {check.rule for check in run_checks(evidence)}


def accuracy_evidence(right: int, rows: int, folds: list[float]) -> Evidence:
    """`right` of `rows` held-out rows, half of each class, are predicted right."""
    codes = np.arange(rows) % 2
    said = np.where(np.arange(rows) < right, codes, 1 - codes)
    return Evidence(
        metric="accuracy",
        classes=("no", "yes"),
        class_counts=(5 * rows, 5 * rows),
        fold_scores=fold_scores(folds, metric="accuracy"),
        recommended="rf",
        titles={"rf": "Random forest"},
        codes=codes,
        holdout_rows=np.arange(rows),
        holdout_proba=np.column_stack([1 - said, said]) * 0.8 + 0.1,
    )


@pytest.mark.parametrize(
    ("right", "rows", "cross_validation", "words"),
    [
        (800, 1000, 0.86, "only 0.800 on the hold-out (95 % interval 0.77"),  # 0.8 - 1.96 * 0.0126 is 0.775
        (800, 1000, 0.74, "even 0.800 on the hold-out"),
        (800, 1000, 0.82, ""),  # inside
        (80, 100, 0.86, ""),  # the same difference on 100 rows is inside 0.72 to 0.87
        (99_500, 100_000, 0.9965, ""),  # outside, but a skill of 0.990 or of 0.993 is the same to anyone
    ],
)
def test_a_hold_out_that_contradicts_the_folds_is_told(
    right: int, rows: int, cross_validation: float, words: str
) -> None:
    findings = holdout(accuracy_evidence(right, rows, [cross_validation - 0.001, cross_validation + 0.001]))
    assert findings is not None
    assert [words in finding.title for finding in findings] == [True] * bool(words)


@pytest.mark.parametrize(("right", "rows"), [(36, 49), (60, 60)], ids=["too few rows", "no row is wrong"])
def test_a_hold_out_that_gives_no_honest_interval_is_not_judged(right: int, rows: int) -> None:
    assert holdout(accuracy_evidence(right, rows, [0.9, 0.92])) is None


def test_folds_that_differ_as_much_leave_the_difference_to_chance() -> None:
    """The mean is 0.86 both times, outside of 0.78 to 0.82; its error is 0.67 standard deviations."""
    assert holdout(accuracy_evidence(800, 1000, [0.855, 0.865])) != []
    assert holdout(accuracy_evidence(800, 1000, [0.80, 0.92])) == []


def test_the_hold_out_s_interval_is_the_one_that_its_evaluation_shows() -> None:
    evidence = sound()
    assert evidence.codes is not None
    assert evidence.holdout_proba is not None
    evaluation = evaluate_probabilities(evidence.codes[evidence.holdout_rows], evidence.holdout_proba, ("no", "yes"))
    low, high = evaluation.scores.loc["roc_auc", ["low", "high"]]
    findings = holdout(replace(evidence, fold_scores=fold_scores([0.99, 0.985, 0.98])))
    assert findings is not None
    assert f"(95 % interval {low:.3f} to {high:.3f})" in findings[0].title


def test_nothing_given_is_changed() -> None:
    evidence = sound()
    assert evidence.frame is not None
    before = evidence.frame.copy()
    run_checks(evidence)
    assert evidence.frame.equals(before)
