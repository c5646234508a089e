from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from backends.datasets.samples import sample_path
from sample_data import make_churn


@pytest.fixture(scope="module")
def churn() -> pd.DataFrame:
    return pd.read_csv(sample_path("churn"))


def test_churn_identifier_is_unique_and_carries_no_signal(churn: pd.DataFrame) -> None:
    assert churn["customer_id"].is_unique
    left = (churn["churned"] == "Yes").astype(int)
    assert abs(churn["customer_id"].str[2:].astype(int).corr(left)) < 0.05


def test_months_follow_from_the_signup_date(churn: pd.DataFrame) -> None:
    days = (pd.Timestamp("2025-12-31") - pd.to_datetime(churn["signup_date"])).dt.days
    assert (days // 30.4375 == churn["months"]).all()


def test_churn_gaps_have_the_shares_the_readme_tells(churn: pd.DataFrame, readme_section: Callable[[str], str]) -> None:
    shares = (churn.isna().mean() * 100).round(1)
    found = {name: share for name, share in shares.items() if share > 0}
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) % \|", readme_section("customer_churn.csv"), flags=re.MULTILINE))
    assert found == {name: float(share) for name, share in told.items()}


def test_the_bill_is_empty_exactly_for_customers_not_billed_yet(churn: pd.DataFrame) -> None:
    assert (churn["total_spent"].isna() == (churn["months"] == 0)).all()


def test_the_payment_method_is_missing_in_one_region_only(churn: pd.DataFrame) -> None:
    assert set(churn.loc[churn["payment_method"].isna(), "region"]) == {"West"}


def test_satisfaction_is_missing_more_among_those_who_leave(churn: pd.DataFrame) -> None:
    silent = churn["satisfaction"].isna().groupby(churn["churned"]).mean()
    assert silent["Yes"] > silent["No"] + 0.02


def test_the_satisfied_answer_more_often_than_the_dissatisfied(churn: pd.DataFrame) -> None:
    # the truth behind the gaps is known only to the generator: take it before the gaps are made
    truth = make_churn._customers(np.random.default_rng(make_churn.SEED))
    assert (truth["customer_id"] == churn["customer_id"]).all()
    silent = churn["satisfaction"].isna().groupby(truth["satisfaction"]).agg(["mean", "size"])
    expected = pd.Series(make_churn.NO_ANSWER)
    standard_error = np.sqrt(expected * (1 - expected) / silent["size"])
    assert ((silent["mean"] - expected).abs() < 3 * standard_error).all()
    assert silent["mean"].is_monotonic_decreasing
    assert (churn["satisfaction"].dropna() == truth["satisfaction"][churn["satisfaction"].notna()]).all()


def test_a_note_about_moving_announces_churn(churn: pd.DataFrame) -> None:
    noted = churn.dropna(subset="satisfaction_note")
    moving = noted["satisfaction_note"].str.contains("moving house|move abroad|giving up the flat")
    left = (noted["churned"] == "Yes").groupby(moving).mean()
    assert left[True] > left[False] + 0.1


def test_churn_can_be_learnt_and_boosting_beats_a_linear_model_a_little(
    churn: pd.DataFrame, roc_auc: Callable[..., float]
) -> None:
    X, y = churn.drop(columns=["customer_id", "signup_date", "satisfaction_note", "churned"]), churn["churned"] == "Yes"
    linear = roc_auc(LogisticRegression(max_iter=1_000), X, y)
    boosted = roc_auc(GradientBoostingClassifier(random_state=0), X, y)
    assert 0.80 <= linear <= 0.86
    assert 0.83 <= boosted <= 0.88
    assert 0.01 <= boosted - linear <= 0.05
