"""Make the synthetic loan-approval table, with one bias put in on purpose: python -m sample_data.make_loans.

The decision is made twice. First fairly: the points of `creditworthiness` plus what a clerk sees beyond the form
(noise) must reach `PASS_MARK`; group, sex, age and district play no part. Then unfairly: of the applications of group
B that were to be approved, `REFUSED_IN_TEN` of every ten next to one another in points are refused all the same.
So at any creditworthiness an application of group B has 70 % of the chance that one of group A has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sample_data.writing import Tables, write

ROWS = 4_000
SEED = 19_741_028
PASS_MARK = 55.0  # points
CLERK_SPREAD = 5.0  # points, standard deviation
REFUSED_IN_TEN = 3

GROUPS = {"A": 0.65, "B": 0.35}
DISTRICTS = ("Hillside", "Old Town", "Station", "Harbour", "Riverside")
LIVES_IN = {"A": (0.34, 0.30, 0.20, 0.11, 0.05), "B": (0.04, 0.07, 0.14, 0.28, 0.47)}  # segregated: a proxy for group
PURPOSES = {"Car": 0.31, "Home improvement": 0.25, "Debt consolidation": 0.22, "Education": 0.12, "Wedding": 0.10}
EMPLOYMENTS = {"Salaried": 0.70, "Self-employed": 0.18, "Public service": 0.12}
HOMES = {"Rent": 0.44, "Mortgage": 0.36, "Own": 0.20}


def make_table() -> pd.DataFrame:
    """The table as it is shipped: 4,000 applications, target `approved` (Yes or No)."""
    rng = np.random.default_rng(SEED)
    applications = _applications(rng)
    points = creditworthiness(applications).to_numpy()
    fair = points + rng.normal(0, CLERK_SPREAD, ROWS) >= PASS_MARK
    refused = _refused(points, fair & (applications["applicant_group"] == "B").to_numpy(), rng)
    applications["approved"] = np.where(fair & ~refused, "Yes", "No")
    return _with_gaps(applications, rng)


def creditworthiness(applications: pd.DataFrame) -> pd.Series:
    """Points of each application, from five columns of the table; missing where one of them is.

    >>> form = {"credit_score": [700], "years_employed": [12], "existing_debt": [10_000]}
    >>> form |= {"loan_amount": [20_000], "annual_income": [50_000], "past_defaults": [1]}
    >>> creditworthiness(pd.DataFrame(form)).tolist()  # 70 + 20 - 5 - 6 - 12
    [67.0]
    """
    income = applications["annual_income"]
    return (
        applications["credit_score"] / 10
        + 2 * applications["years_employed"].clip(upper=10)
        - 25 * applications["existing_debt"] / income
        - 15 * applications["loan_amount"] / income
        - 12 * applications["past_defaults"]
    )


def _applications(rng: np.random.Generator) -> pd.DataFrame:
    """Complete applications: all but the district is drawn alike for both groups."""
    group = _draw(GROUPS, rng)
    age = np.clip(rng.normal(41, 12, ROWS), 20, 75).astype(int)
    income = (np.exp(rng.normal(10.65, 0.38, ROWS)) / 100).round().astype(int) * 100
    day = np.datetime64("2025-01-01", "D") + np.sort(rng.integers(0, 365, ROWS))
    return pd.DataFrame(
        {
            "application_id": [f"L-{20_000 + number}" for number in range(ROWS)],
            "application_date": day.astype(str),
            "applicant_group": group,
            "sex": np.where(rng.random(ROWS) < 0.48, "Female", "Male"),
            "age": age,
            "district": _districts(group, rng),
            "employment": _draw(EMPLOYMENTS, rng),
            "years_employed": np.minimum(rng.gamma(1.6, 4.0, ROWS), age - 18).astype(int),
            "annual_income": income,
            "credit_score": np.clip(rng.normal(650, 75, ROWS), 300, 850).astype(int),
            "past_defaults": rng.poisson(0.16, ROWS),
            "existing_debt": (income * rng.gamma(1.4, 0.2, ROWS) / 100).astype(int) * 100,
            "loan_amount": np.maximum((income * rng.gamma(2.5, 0.16, ROWS) / 100).astype(int) * 100, 1_000),
            "loan_months": rng.choice([12, 24, 36, 48, 60, 84], ROWS),
            "purpose": _draw(PURPOSES, rng),
            "home": _draw(HOMES, rng),
        }
    )


def _refused(points: NDArray[np.float64], eligible: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Three of every ten eligible rows, chosen by lot among neighbours in points, so that the bias is even."""
    rows = np.flatnonzero(eligible)
    rows = rows[np.argsort(points[rows], kind="stable")]
    lots = pd.Series(rng.random(len(rows))).groupby(np.arange(len(rows)) // 10).rank().to_numpy()
    refused = np.zeros(len(points), dtype=bool)
    refused[rows[lots <= REFUSED_IN_TEN]] = True
    return refused


def _districts(group: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    homes = {name: rng.choice(DISTRICTS, size=ROWS, p=shares) for name, shares in LIVES_IN.items()}
    return np.where(group == "B", homes["B"], homes["A"])


def _with_gaps(applications: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """`applications` with the gaps of a paper form: the self-employed often leave the income out."""
    gaps = {
        "annual_income": (applications["employment"] == "Self-employed").to_numpy() & (rng.random(ROWS) < 0.22),
        "years_employed": rng.random(ROWS) < 0.03,
        "home": rng.random(ROWS) < 0.02,
    }
    whole = applications.astype({"annual_income": "Int64", "years_employed": "Int64"})
    return whole.assign(**{name: whole[name].mask(gap) for name, gap in gaps.items()})


def _draw(shares: dict[str, float], rng: np.random.Generator) -> NDArray[Any]:
    return rng.choice(list(shares), size=ROWS, p=list(shares.values()))


TABLES: Tables = {"loan_approval.csv": make_table}

if __name__ == "__main__":
    write(TABLES)
