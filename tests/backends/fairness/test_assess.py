"""A model's decisions by group: values equal Fairlearn's and scikit-learn's, and bad input gets a sentence."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import replace
from pathlib import Path

import fairlearn.metrics as fairlearn
import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from backends.datasets.grouping import Grouping
from backends.datasets.samples import sample_path
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.fairness import FairnessReport, Options, assess, assess_decisions, assess_each
from backends.fairness.measures import BY_KEY
from backends.training.policy import Policy
from backends.training.results import TrainedModel
from backends.training.spec import TrainingSpec
from tests.backends.fairness.decisions import counted

QUICK = Options(resamples=200)
ADULT = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "tabular" / "adult_train.csv"
RATES = {
    "selection_rate": fairlearn.selection_rate,
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "tpr": fairlearn.true_positive_rate,
    "fpr": fairlearn.false_positive_rate,
    "fnr": fairlearn.false_negative_rate,
    "tnr": fairlearn.true_negative_rate,
    "ppv": metrics.precision_score,
}


def trained(frame: pd.DataFrame, y: np.ndarray, features: list[str], classes: tuple[str, ...]) -> TrainedModel:
    """A logistic regression of number columns; half of the rows are held out, other columns are left aside."""
    train, held = np.arange(0, len(frame), 2), np.arange(1, len(frame), 2)
    kinds = {name: "number" if frame[name].dtype.kind in "if" else "category" for name in frame}
    schema = Schema(tuple(Column(name, kinds[name]) for name in frame))  # type: ignore[arg-type]
    aside = tuple(name for name in frame if name not in features)
    return TrainedModel(
        key="logistic_regression",
        title="Logistic regression",
        pipeline=make_pipeline(LogisticRegression(max_iter=2_000)).fit(frame[features].iloc[train], y[train]),
        schema=schema.select(tuple(features)),
        target=Column("target", "category"),
        classes=classes,
        spec=TrainingSpec(target="target"),
        train_rows=train,
        holdout_rows=held,
        holdout=frame[features].iloc[held].reset_index(drop=True),
        holdout_codes=y[held],
        aside=frame[list(aside)].iloc[held].reset_index(drop=True),
        aside_schema=schema.select(aside),
    )


@pytest.fixture(scope="module")
def loans() -> TrainedModel:
    """The loan sample: what the decision rests on as features, who it is about left aside."""
    frame = pd.read_csv(sample_path("loans"))
    features = ["credit_score", "years_employed", "past_defaults", "existing_debt", "loan_amount", "group_b"]
    frame = frame.assign(group_b=(frame["applicant_group"] == "B") * 1.0)
    frame[features] = frame[features].fillna(frame[features].median())
    frame[features] = (frame[features] - frame[features].mean()) / frame[features].std()
    kept = frame[[*features, "sex", "applicant_group", "age", "application_id"]]
    return trained(kept, (frame["approved"] == "Yes").to_numpy().astype(int), features, ("No", "Yes"))


def value(report: FairnessReport, group: str, measure: str, column: str = "value") -> float:
    rows = report.by_group[(report.by_group["group"] == group) & (report.by_group["measure"] == measure)]
    assert len(rows) == 1
    return rows.iloc[0][column]


def test_the_planted_bias_of_the_loan_sample_is_found(loans: TrainedModel) -> None:
    report = assess(loans, ["applicant_group", "sex"], options=replace(QUICK, depth=1))
    gaps = report.disparities[(report.disparities["kind"] == "difference") & (report.disparities["against"] == "best")]
    clear = gaps[gaps["q"] <= 0.05]
    assert set(clear["split"]) == {"applicant_group"}
    assert set(clear["group"]) == {"applicant_group=B"}
    held = loans.held_out.assign(yes=loans.holdout_codes == 1)
    base = report.by_group[report.by_group["measure"] == "base_rate"].set_index("group")
    for group, truth in (("A", 0.653), ("B", 0.459)):  # of all 4,000 applications
        row = base.loc[f"applicant_group={group}"]
        assert row["low"] <= truth <= row["high"]
        assert row["value"] == pytest.approx(held.loc[held["applicant_group"] == group, "yes"].mean())


def test_values_by_group_are_fairlearns_and_scikit_learns(loans: TrainedModel) -> None:
    report = assess(loans, ["applicant_group"], options=QUICK)
    y, yes = loans.holdout_codes, loans.decide(loans.held_out)
    scores, group = loans.probabilities(loans.held_out)[:, 1], loans.aside["applicant_group"]
    theirs = fairlearn.MetricFrame(metrics=RATES, y_true=y, y_pred=yes, sensitive_features=group).by_group
    for name in "AB":
        for key in RATES:
            assert value(report, f"applicant_group={name}", key) == pytest.approx(theirs.loc[name, key], abs=1e-12)
        mask = (group == name).to_numpy()
        area, brier = metrics.roc_auc_score(y[mask], scores[mask]), metrics.brier_score_loss(y[mask], scores[mask])
        assert value(report, f"applicant_group={name}", "auc") == pytest.approx(area, abs=1e-12)
        assert value(report, f"applicant_group={name}", "brier") == pytest.approx(brier, abs=1e-12)
    assert report.overall.set_index("measure").loc["accuracy", "value"] == metrics.accuracy_score(y, yes)


def test_values_are_fairlearns_on_adult() -> None:
    if not ADULT.exists():
        pytest.skip(f"{ADULT} is not there; set WORKBENCH_EXTRA_DATA")
    frame = pd.read_csv(ADULT, keep_default_na=False)
    names = [name for name in frame if frame[name].dtype.kind in "if"]
    y = frame["class"].str.contains(">50K").to_numpy().astype(int)
    scaled = frame[names] / frame[names].max()
    model = trained(scaled.assign(race=frame["race"], sex=frame["sex"]), y, names, ("<=50K", ">50K"))
    report = assess(model, ["race", "sex"], options=QUICK)
    yes, truth = model.decide(model.held_out), model.holdout_codes
    frames = [model.aside["race"], model.aside["sex"], model.aside["race"] + "|" + model.aside["sex"]]
    gaps = report.disparities[report.disparities["against"] == "best"].set_index(["split", "criterion", "kind"])[
        "value"
    ]
    for split, groups in zip(report.splits, frames, strict=True):
        parity = fairlearn.demographic_parity_difference(truth, yes, sensitive_features=groups)
        assert gaps[split, "demographic_parity", "difference"] == pytest.approx(parity, abs=1e-12)
        odds = []  # of the groups with ten rows or more of each truth, which are those that are compared
        for rate, outcome in ((fairlearn.true_positive_rate, 1), (fairlearn.false_positive_rate, 0)):
            enough = (pd.Series(truth == outcome).groupby(groups.to_numpy()).transform("sum") >= 10).to_numpy()
            by_group = fairlearn.MetricFrame(
                metrics=rate, y_true=truth[enough], y_pred=yes[enough], sensitive_features=groups[enough]
            )
            odds.append(by_group.difference())
        assert gaps[split, "equalised_odds", "difference"] == pytest.approx(max(odds), abs=1e-12)


def test_by_group_has_one_row_per_group_and_measure_with_intervals_around_the_value(loans: TrainedModel) -> None:
    report = assess(loans, ["sex", Grouping("age", (30.0, 50.0))], options=QUICK)
    assert report.splits == ("sex", "age", "sex × age")
    frame = report.by_group
    assert len(frame) == (2 + 3 + 6) * len(BY_KEY)
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()
    assert frame[frame["measure"] == "accuracy"].groupby("split")["rows"].sum().tolist() == [2_000] * 3
    assert report.wide.shape == (11, 3 + len(BY_KEY))
    assert report.wide.loc[0, "tpr"] == value(report, report.wide.loc[0, "group"], "tpr")


def test_the_policy_of_the_model_decides(loans: TrainedModel) -> None:
    strict = replace(loans, policy=Policy(0.9))
    assert value(assess(strict, ["sex"], options=QUICK), "sex=Male", "selection_rate") < value(
        assess(loans, ["sex"], options=QUICK), "sex=Male", "selection_rate"
    )
    everybody = assess(loans, ["sex"], decisions=np.ones(2_000, dtype=int), options=QUICK)
    assert value(everybody, "sex=Male", "selection_rate") == 1


def test_the_negative_outcome_turns_the_rates_round(loans: TrainedModel) -> None:
    yes, no = assess(loans, ["sex"], options=QUICK), assess(loans, ["sex"], "No", options=QUICK)
    assert (yes.positive, no.positive) == ("Yes", "No")
    assert value(no, "sex=Male", "tpr") == pytest.approx(value(yes, "sex=Male", "tnr"))
    assert value(no, "sex=Male", "auc") == pytest.approx(value(yes, "sex=Male", "auc"))


def test_the_same_seed_gives_the_same_report(loans: TrainedModel) -> None:
    first, again = (assess(loans, ["sex"], options=QUICK).to_dict() for _ in range(2))
    assert first == again


def test_a_report_is_plain_json(loans: TrainedModel) -> None:
    tiny = assess_decisions(*counted(a=(5, 5, 5, 5), b=(0, 0, 20, 0), c=(1, 0, 0, 1)), options=QUICK)
    for report in (assess(loans, [Grouping("age", (40.0,))], options=QUICK), tiny):
        data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
        assert len(data["by_group"]) == len(report.by_group)
    rows = {(row["group"], row["measure"]): row for row in data["by_group"]}
    assert rows["group=c", "tpr"]["value"] is None


def test_each_outcome_of_more_than_two_is_told_from_the_rest() -> None:
    random = np.random.default_rng(0)
    y = random.integers(3, size=900)
    frame = pd.DataFrame({"x": y + random.normal(size=900), "sex": random.choice(["f", "m"], 900)})
    model = trained(frame, y, ["x"], ("low", "mid", "top"))
    reports = assess_each(model, ["sex"], QUICK)
    assert list(reports) == ["low", "mid", "top"]
    codes, scores = model.decide(model.holdout), model.probabilities(model.holdout)
    women = (model.aside["sex"] == "f").to_numpy()
    expected = (codes[women & (model.holdout_codes == 2)] == 2).mean()
    assert value(reports["top"], "sex=f", "tpr") == pytest.approx(expected)
    area = metrics.roc_auc_score(model.holdout_codes[women] == 2, scores[women, 2])
    assert value(reports["top"], "sex=f", "auc") == pytest.approx(area)
    most = model.classes[np.bincount(model.holdout_codes).argmax()]
    assert assess(model, ["sex"], options=QUICK).positive == most


# Bad input


def test_too_small_a_group_is_not_measurable_and_says_so() -> None:
    report = assess_decisions(*counted(a=(10, 10, 10, 10), b=(10, 10, 10, 10), c=(1, 1, 1, 0)), options=QUICK)
    assert np.isnan(value(report, "group=c", "accuracy"))
    assert value(report, "group=c", "accuracy", "note") == "not measurable (n = 3)"
    assert "1 of 3 groups of group has fewer than 10 rows and is not measurable." in report.notes


@pytest.mark.parametrize(("positives", "said"), [(1, "n = 1 positive"), (29, "n = 1 negative"), (9, "n = 9 positives")])
def test_figures_of_two_kinds_of_rows_need_enough_of_both(positives: int, said: str) -> None:
    y = np.concatenate([np.tile([0, 1], 30), np.repeat([1, 0], [positives, 30 - positives])])
    scores = np.linspace(0.05, 0.95, 90)
    report = assess_decisions(y, (scores > 0.5).astype(int), ["a"] * 60 + ["b"] * 30, scores, options=QUICK)
    for key in ("balanced_accuracy", "auc"):
        assert np.isnan(value(report, "group=b", key))
        assert np.isnan(value(report, "group=b", key, "low"))
        assert value(report, "group=b", key, "note") == f"not measurable ({said})"
        assert 0 <= value(report, "group=a", key) <= 1
    assert value(report, "group=b", "accuracy") >= 0


def test_no_positive_decision_in_a_group_leaves_its_precision_open() -> None:
    report = assess_decisions(*counted(a=(10, 10, 10, 10), b=(0, 0, 20, 20)), options=QUICK)
    assert np.isnan(value(report, "group=b", "ppv"))
    assert value(report, "group=b", "ppv", "note") == "not measurable (no positive decisions among 40 rows)"
    assert value(report, "group=b", "selection_rate") == 0  # measured, and nobody
    assert value(report, "group=b", "selection_rate", "high") > 0.03
    assert "Jeffreys" in value(report, "group=b", "selection_rate", "note")  # type: ignore[operator]


def test_a_holdout_of_twelve_rows_measures_nothing_and_says_so() -> None:
    report = assess_decisions(*counted(a=(2, 2, 1, 1), b=(1, 1, 2, 2)), options=QUICK)
    assert report.by_group["value"].isna().all()
    assert report.disparities["value"].isna().all()
    (words,) = report.reading
    assert words.startswith("Nothing can be compared: of 12 held-out rows, no two groups of group have the 10 rows")


def test_a_column_that_gives_the_truth_away_is_noted() -> None:
    y = np.repeat([0, 1], 50)
    report = assess_decisions(y, np.tile([0, 1], 50), np.where(y == 1, "paid", "owed"), options=QUICK)
    assert any("tells the truth of every row" in note for note in report.notes)
    gaps = report.disparities.set_index(["criterion", "kind", "against"])
    assert np.isnan(gaps.loc[("equal_opportunity", "difference", "best"), "value"])
    assert "fewer than two groups" in gaps.loc[("equal_opportunity", "difference", "best"), "note"]


def test_five_thousand_values_are_cut_to_the_largest(loans: TrainedModel) -> None:
    report = assess(loans, ["application_id"], options=QUICK)
    assert len(report.groups[0]) == 20
    assert any("2,000 groups; the 20 largest are shown" in note for note in report.notes)
    assert report.reading[0].startswith("Nothing can be compared")


@pytest.mark.parametrize("fill", [None, "x"])
def test_a_column_with_one_value_or_none_is_nobody_to_compare(loans: TrainedModel, fill: str | None) -> None:
    aside = loans.aside.assign(sex=pd.Series([fill] * 2_000, dtype="str"))
    with pytest.raises(WorkbenchError, match="nobody to compare"):
        assess(replace(loans, aside=aside), ["sex"])
    both = assess(replace(loans, aside=aside), ["sex", "applicant_group"], options=QUICK)
    assert both.splits == ("applicant_group",)
    assert both.notes[0].startswith("Left out: all 2,000 held-out rows are sex")


def test_a_model_without_probabilities_has_no_scores(loans: TrainedModel) -> None:
    pipeline: Pipeline = make_pipeline(RidgeClassifier()).fit(loans.holdout, loans.holdout_codes)
    report = assess(replace(loans, pipeline=pipeline), ["sex"], options=QUICK)
    assert np.isnan(value(report, "sex=Male", "auc"))
    assert str(value(report, "sex=Male", "auc", "note")).startswith("not measurable (no probabilities among 1,0")
    assert not np.isnan(value(report, "sex=Male", "tpr"))
    assert "There are no probabilities" in report.notes[0]
    assert report.calibration.empty


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sensitive": ["income"]}, "no column 'income'"),
        ({"positive": "Maybe"}, "no outcome 'Maybe'"),
        ({"reference": "sex=X"}, "no group 'sex=X'"),
        ({"decisions": np.ones(3)}, "3 decisions for 2,000"),
        ({"decisions": np.full(2_000, 7)}, "no class code"),
    ],
)
def test_what_does_not_exist_is_named(loans: TrainedModel, changed: dict, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        assess(loans, **{"sensitive": ["sex"], **changed})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"y": ["no", "yes"] * 10}, "truth 'no' is neither 0 nor 1"),
        ({"decisions": [0.5] * 20}, "decision 0.5 is neither"),
        ({"groups": ["a"] * 7}, "7 group labels for 20 rows"),
        ({"groups": ["a"] * 20}, "nobody to compare"),
        ({"probabilities": [np.nan] * 20}, "20 of 20 probabilities are none"),
        ({"probabilities": [0.5] * 3}, "different lengths: 3, 20"),
    ],
)
def test_arrays_that_cannot_be_judged_are_named(changed: dict, words: str) -> None:
    given = {"y": [0, 1] * 10, "decisions": [0, 1] * 10, "groups": ["a", "b"] * 10, **changed}
    with pytest.raises(WorkbenchError, match=words):
        assess_decisions(**given)


def test_rows_that_belong_together_are_noted(loans: TrainedModel) -> None:
    grouped = replace(loans, spec=replace(loans.spec, scheme="group"))
    assert "too narrow" in assess(grouped, ["sex"], options=QUICK).notes[-1]


def test_no_warning_leaks() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for counts in ((0, 0, 0, 20), (20, 0, 0, 0), (0, 20, 0, 0), (1, 0, 0, 0)):
            data = counted(a=(5, 5, 5, 5), b=counts)
            report = assess_decisions(*data, probabilities=data[1] * 0.5, options=QUICK)
            assert report.reading
