"""Make the synthetic customer-churn table: python -m sample_data.make_churn.

First the complete customers, then who leaves, then the gaps, so that a missing value never changes the truth
behind it. What churn depends on is written in `_churn_logit`, what goes missing in `_with_gaps`; README.md tells both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sample_data.writing import Tables, write

ROWS = 5_000
SEED = 20_251_231
SNAPSHOT = np.datetime64("2025-12-31", "D")  # the day the table was "taken"
DAYS_PER_MONTH = 30.4375
LONGEST_MONTHS = 72

REGIONS = {"North": 0.31, "South": 0.27, "East": 0.24, "West": 0.18}
PAYMENTS = {"Direct debit": 0.36, "Credit card": 0.29, "Bank transfer": 0.19, "Invoice": 0.16}
CONTRACTS = {"Month-to-month": 0.54, "One year": 0.25, "Two years": 0.21}

NO_ANSWER = {1: 0.50, 2: 0.35, 3: 0.20, 4: 0.12, 5: 0.10}  # the less satisfied, the less willing to say so

OPENINGS = {
    "unhappy": ("Disappointed with", "Third complaint about", "Not happy with", "Annoyed by", "Tired of"),
    "neutral": ("No strong feelings about", "Mixed experience with", "Average, as far as I can judge, is", "Fine with"),
    "happy": ("Very pleased with", "Happy with", "Nothing but praise for", "Pleasantly surprised by", "Glad about"),
}
TOPICS = (
    "the support line",
    "the connection at weekends",
    "the last bill",
    "the router you sent",
    "the speed in the evening",
    "the mobile app",
    "the technician's visit",
    "the price since January",
    "the online account",
    "the film package",
)
CLOSINGS = (
    "",
    " Please call me back.",
    " My neighbours say the same.",
    " I have been asked this before.",
    " Reception in the cellar is another matter.",
    " No answer needed.",
    " I told the shop too.",
)
MOVING = (
    " We are moving house in spring.",
    " I am about to move abroad.",
    " We are giving up the flat soon.",
)

Floats = NDArray[np.float64]


def make_table() -> pd.DataFrame:
    """The table as it is shipped: 5,000 customers, target `churned` (Yes or No)."""
    rng = np.random.default_rng(SEED)
    customers = _customers(rng)
    moving = rng.random(ROWS) < 0.06
    leaves = rng.random(ROWS) < 1 / (1 + np.exp(-_churn_logit(customers, moving)))
    customers["satisfaction_note"] = _notes(customers["satisfaction"].to_numpy(), moving, rng)
    customers["churned"] = np.where(leaves, "Yes", "No")
    return _with_gaps(customers, rng)


def _customers(rng: np.random.Generator) -> pd.DataFrame:
    contract = _draw(CONTRACTS, rng)
    signup = SNAPSHOT - _days_ago(contract, rng)
    months = np.floor((SNAPSHOT - signup).astype(int) / DAYS_PER_MONTH).astype(int)
    charge = np.clip(rng.gamma(5.0, 9.0, ROWS) + 18, 18, 140).round(2)
    calls = rng.poisson(0.7 + 0.9 * (rng.random(ROWS) < 0.3))
    return pd.DataFrame(
        {
            "customer_id": [f"C-{number:05d}" for number in rng.permutation(np.arange(10_000, 10_000 + ROWS))],
            "signup_date": signup.astype(str),
            "months": months,
            "age": np.clip(rng.normal(46, 16, ROWS), 18, 92).astype(int),
            "region": _draw(REGIONS, rng),
            "contract_type": contract,
            "payment_method": _draw(PAYMENTS, rng),
            "paperless_billing": np.where(rng.random(ROWS) < 0.6, "yes", "no"),
            "monthly_charge": charge,
            "total_spent": (months * charge * rng.uniform(0.93, 1.04, ROWS)).round(2),
            "support_calls": calls,
            "satisfaction": np.clip(np.rint(rng.normal(4.1 - 0.35 * calls, 1.0)), 1, 5).astype(int),
        }
    )


def _days_ago(contract: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    mean_months = np.select([contract == "Month-to-month", contract == "One year"], [16.0, 30.0], 42.0)
    months = rng.gamma(1.3, mean_months / 1.3)
    months = np.where(months < LONGEST_MONTHS, months, rng.uniform(0, LONGEST_MONTHS, ROWS))
    return (months * DAYS_PER_MONTH).astype(np.int64)


def _churn_logit(customers: pd.DataFrame, moving: NDArray[np.bool_]) -> Floats:
    """Log-odds of leaving. The products are what a linear model without interactions cannot follow."""
    monthly = (customers["contract_type"] == "Month-to-month").to_numpy(float)
    new = np.exp(-customers["months"].to_numpy() / 9.0)
    charge = customers["monthly_charge"].to_numpy()
    calls = customers["support_calls"].to_numpy()
    stars = customers["satisfaction"].to_numpy()
    age = customers["age"].to_numpy()
    return (
        -2.9
        + 1.2 * monthly
        - 1.1 * (customers["contract_type"] == "Two years").to_numpy(float)
        + 2.8 * monthly * new
        + 0.5 * (3 - stars)
        + 1.7 * ((calls >= 3) & (stars <= 3))
        + 1.9 * ((charge > 75) & (age < 35))
        + 1.3 * monthly * (charge > 75)
        + 0.0009 * (age - 50.0) ** 2
        + 0.5 * (customers["payment_method"] == "Invoice").to_numpy(float)
        + 1.6 * moving
    )


def _notes(stars: NDArray[np.int64], moving: NDArray[np.bool_], rng: np.random.Generator) -> list[str]:
    moods = np.select([stars <= 2, stars == 3], ["unhappy", "neutral"], "happy")
    endings = [MOVING if moves else CLOSINGS for moves in moving]
    draws = rng.random((len(stars), 3))
    return [
        f"{_pick(OPENINGS[mood], first)} {_pick(TOPICS, second)}.{_pick(ending, third)}"
        for mood, ending, (first, second, third) in zip(moods, endings, draws, strict=True)
    ]


def _with_gaps(customers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """`customers` with the values taken out that a real table would not have."""
    silent = rng.random(ROWS) < customers["satisfaction"].map(NO_ANSWER).to_numpy()
    gaps = {
        "age": rng.random(ROWS) < 0.03,
        "payment_method": (customers["region"] == "West").to_numpy() & (rng.random(ROWS) < 0.15),
        "total_spent": (customers["months"] == 0).to_numpy(),
        "satisfaction": silent,
        "satisfaction_note": silent | (rng.random(ROWS) < 0.45),
    }
    whole = customers.astype({"age": "Int64", "satisfaction": "Int64"})
    return whole.assign(**{name: whole[name].mask(gap) for name, gap in gaps.items()})


def _draw(shares: dict[str, float], rng: np.random.Generator) -> NDArray[Any]:
    return rng.choice(list(shares), size=ROWS, p=list(shares.values()))


def _pick(options: tuple[str, ...], draw: float) -> str:
    return options[int(draw * len(options))]


TABLES: Tables = {"customer_churn.csv": make_table}

if __name__ == "__main__":
    write(TABLES)
