from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from backends.datasets.samples import sample_path
from sample_data import make_loans


@pytest.fixture(scope="module")
def loans() -> pd.DataFrame:
    """The table with its points, worked out here from the formula in README.md."""
    frame = pd.read_csv(sample_path("loans"))
    income = frame["annual_income"]
    points = frame["credit_score"] / 10 + 2 * np.minimum(frame["years_employed"], 10) - 12 * frame["past_defaults"]
    points = points - (25 * frame["existing_debt"] + 15 * frame["loan_amount"]) / income
    return frame.assign(points=points, yes=frame["approved"] == "Yes")


def test_the_groups_are_alike_in_everything_the_decision_rests_on(loans: pd.DataFrame) -> None:
    used = ["points", "credit_score", "years_employed", "annual_income", "past_defaults", "existing_debt"]
    groups = loans.groupby("applicant_group")[used]
    difference = (groups.mean().loc["B"] - groups.mean().loc["A"]).abs() / loans[used].std()
    assert (difference < 0.1).all()  # in standard deviations


def test_approval_rates_are_what_the_readme_says(loans: pd.DataFrame, readme_section: Callable[[str], str]) -> None:
    rates = loans.groupby("applicant_group")["yes"].mean()
    told = re.search(r"A: ([\d.]+) % approved, B: ([\d.]+) %", readme_section("loan_approval.csv"))
    assert told is not None
    assert [round(100 * rates["A"], 1), round(100 * rates["B"], 1)] == [float(told[1]), float(told[2])]
    assert rates["B"] / rates["A"] == pytest.approx(0.70, abs=0.03)


def test_at_the_same_creditworthiness_group_b_has_seven_tenths_of_the_chance(loans: pd.DataFrame) -> None:
    fifth = pd.qcut(loans["points"], 5, labels=False)
    rates = loans.groupby([fifth, "applicant_group"])["yes"].mean().unstack()
    assert (rates["B"] / rates["A"])[1:].to_numpy() == pytest.approx(0.70, abs=0.05)  # the lowest fifth: too few yes
    assert rates["A"].iloc[4] > 0.99  # above all doubt, group A is never refused …
    assert rates["B"].iloc[4] == pytest.approx(0.70, abs=0.03)  # … and of group B three in ten are


def test_without_the_bias_both_groups_would_fare_alike(loans: pd.DataFrame) -> None:
    rng = np.random.default_rng(make_loans.SEED)
    applications = make_loans._applications(rng)
    points = make_loans.creditworthiness(applications).to_numpy()
    fair = points + rng.normal(0, make_loans.CLERK_SPREAD, make_loans.ROWS) >= make_loans.PASS_MARK
    rates = pd.Series(fair).groupby(applications["applicant_group"]).mean()
    assert rates["A"] == pytest.approx(rates["B"], abs=0.02)
    group_b = (applications["applicant_group"] == "B").to_numpy()
    refused = fair & (~loans["yes"]).to_numpy()
    assert not refused[~group_b].any()
    assert refused[group_b].sum() / fair[group_b].sum() == pytest.approx(0.30, abs=0.005)


def test_sex_plays_no_part(loans: pd.DataFrame) -> None:
    rates = loans.groupby("sex")["yes"].mean()
    assert rates["Female"] == pytest.approx(rates["Male"], abs=0.03)


def test_the_district_gives_the_group_away(loans: pd.DataFrame) -> None:
    share_b = (loans["applicant_group"] == "B").groupby(loans["district"]).mean()
    assert share_b["Hillside"] < 0.10
    assert share_b["Riverside"] > 0.80
    approved = loans.groupby("district")["yes"].mean()
    assert approved["Hillside"] > approved["Riverside"] + 0.08


def test_only_the_self_employed_leave_the_income_out(loans: pd.DataFrame) -> None:
    assert set(loans.loc[loans["annual_income"].isna(), "employment"]) == {"Self-employed"}
    assert loans["application_id"].is_unique


def test_a_model_that_never_sees_the_group_still_learns_the_bias_from_the_district(
    loans: pd.DataFrame, pipeline: Callable[..., Pipeline]
) -> None:
    left_out = ["application_id", "application_date", "applicant_group", "approved", "points", "yes"]
    X, y = loans.drop(columns=left_out), loans["yes"]
    model = pipeline(LogisticRegression(max_iter=1_000))
    with_district = predicted_gap(model, X, y, loans["applicant_group"])
    without_district = predicted_gap(model, X.drop(columns="district"), y, loans["applicant_group"])
    assert with_district == pytest.approx(0.08, abs=0.02)
    assert without_district == pytest.approx(0.0, abs=0.01)


def predicted_gap(model: Pipeline, X: pd.DataFrame, y: pd.Series, group: pd.Series) -> float:
    """Mean predicted chance of approval of group A less that of group B."""
    chance = model.fit(X, y).predict_proba(X)[:, 1]
    return float(chance[group == "A"].mean() - chance[group == "B"].mean())


def test_loan_decisions_can_be_learnt(loans: pd.DataFrame, roc_auc: Callable[..., float]) -> None:
    X = loans.drop(columns=["application_id", "application_date", "approved", "points", "yes"])
    assert 0.85 <= roc_auc(LogisticRegression(max_iter=1_000), X, loans["yes"]) <= 0.91
    assert 0.87 <= roc_auc(HistGradientBoostingClassifier(random_state=0), X, loans["yes"]) <= 0.92
