"""No value of the table is in a private report, in any format."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backends.datasets.recipe import Step
from backends.profiling import Profile, profile
from backends.profiling.alerts import RULES
from backends.profiling.report import to_html, to_json, to_markdown
from backends.profiling.report.fields import GROUP
from tests.backends.profiling.report.tables import NOW, an_alert, dataset, with_alerts

FORMATS: tuple[Callable[..., str], ...] = (to_html, to_json, to_markdown)
ROWS = 48


def secrets() -> pd.DataFrame:
    """Columns of every kind whose values cannot be mistaken for anything else."""
    at = np.arange(ROWS)
    return pd.DataFrame(
        {
            "number": 700_000.137 + at * 1.0091,
            "few_numbers": np.where(at % 2, 912_345.25, 812_345.75),
            "constant": np.full(ROWS, 654_321.5),
            "integer": 31_415_926 + at * 7,
            "category": np.array(["zanzibar", "ouagadougou", "timbuktu"])[at % 3],
            "rare": np.where(at < 2, "xochimilco", "popocatepetl"),
            "identifier": [f"QX{number:07d}Z" for number in at * 7919],
            "text": [f"mellifluous{number} quixotic remark" for number in at],
            "datetime": pd.Timestamp("1987-06-05 04:03:02") + pd.to_timedelta(at * 37, unit="h"),
            "answer": np.array(["affirmativo", "negatorio"])[at % 2],
        }
    ).where(lambda frame: ~((at % 11 == 0)[:, None] & frame.columns.isin(["category", "number"])))


def values_of(frame: pd.DataFrame) -> set[str]:
    """The values as somebody would look for them, numbers also in the ways that people write them."""
    found: set[str] = set()
    for name in frame:
        for value in frame[name].dropna().unique():
            if isinstance(value, (float, int, np.integer, np.floating)):
                found |= {repr(value.item()), f"{value:,.0f}", f"{value:.0f}", f"{value:,.4g}", f"{value:,.1f}"}
            else:
                found |= {str(value), str(value)[:19].replace(" ", "T"), str(value)[:10]}
    return {text for text in found if len(text) > 4}


@cache
def secret_profile(target: str | None) -> Profile:
    return profile(dataset(secrets(), identifier="identifier", text="text"), target)


def alerts_that_quote(frame: pd.DataFrame) -> list[Any]:
    """For each rule an alert that quotes values wherever an alert can."""
    quoted = tuple(sorted(values_of(frame)))
    steps = (
        Step("treat_as_missing", ("rare",), values=("xochimilco", 912_345.25)),
        Step("merge_levels", ("rare",), renames=(("xochimilco", "popocatepetl"),)),
        Step("keep_levels", ("category",), values=("zanzibar", "timbuktu")),
    )
    alert = an_alert("rare", found=" ".join(quoted), value=912_345.25, examples=quoted, steps=steps)
    words = ("title", "condition", "meaning", "advice", "severity")
    return [type(alert)(**{**alert.__dict__, "rule": r.key, **{w: getattr(r, w) for w in words}}) for r in RULES]


@pytest.mark.parametrize("write", FORMATS)
@pytest.mark.parametrize("target", [None, "answer", "number"])
def test_no_value_is_in_a_private_report(write: Callable[..., str], target: str | None) -> None:
    known = secret_profile(target)
    quoting = with_alerts(secret_profile(target), *alerts_that_quote(secrets()))
    for text in (write(known, True, now=NOW), write(quoting, True, now=NOW)):
        assert not [value for value in values_of(secrets()) if value in text]
        assert all(name.replace("_", "\\_") in text or name in text for name in secrets())


@pytest.mark.parametrize("write", FORMATS)
def test_the_open_report_has_them(write: Callable[..., str]) -> None:
    text = write(secret_profile("answer"), now=NOW)
    assert all(value in text for value in ("popocatepetl", "affirmativo", "1987"))


@pytest.mark.parametrize("write", [to_html, to_markdown])
def test_a_private_report_says_what_stays_in_it(write: Callable[..., str]) -> None:
    assert "it can equal a value of the table" in write(secret_profile(None), True, now=NOW)
    assert "the SHA-256 stay" in write(secret_profile(None), True, now=NOW)
    assert "the SHA-256 stay" not in write(secret_profile(None), now=NOW)


def private_rows(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    report = json.loads(to_json(profile(dataset(frame)), private=True))
    return {row["column"]: row for row in report["columns"]["rows"]}


def test_figures_of_groups_stay_rounded() -> None:
    row = private_rows(pd.DataFrame({"x": np.arange(1000.0) + 0.5}))["x"]
    assert (row["mean"], row["p50"], row["p1"]) == (500.0, 500.0, 10.5)
    assert row["min"] is row["max"] is row["mode"] is row["histogram"]["edges"] is None
    assert sum(row["histogram"]["counts"]) == 1000


def test_a_quantile_needs_five_rows_beyond_it() -> None:
    row = private_rows(pd.DataFrame({"x": np.arange(100.0)}))["x"]
    assert row["p1"] is row["p99"] is None
    assert row["p5"] is not None
    row = private_rows(pd.DataFrame({"x": np.arange(9.0)}))["x"]
    assert row["p50"] is None
    assert row["mean"] is not None


def test_a_column_of_few_values_has_no_quantiles_and_a_constant_no_mean() -> None:
    rows = private_rows(pd.DataFrame({"two": [3.0, 4.0] * 50, "one": [5.0] * 100}))
    assert rows["two"]["p50"] is None
    assert rows["two"]["mean"] == 3.5
    assert rows["one"]["mean"] is rows["one"]["p50"] is None


def test_a_level_of_few_rows_is_not_counted() -> None:
    words = ["a"] * 20 + ["b"] * GROUP + ["c"] * (GROUP - 1)
    assert private_rows(pd.DataFrame({"x": words}))["x"]["top"] == [
        {"value": None, "count": 20},
        {"value": None, "count": GROUP},
    ]
    row = private_rows(pd.DataFrame({"x": ["a", "a", "b"]}))["x"]
    assert row["mode_count"] is row["mode_share"] is None
