from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import read_table
from backends.datasets.preparation import prepare
from backends.datasets.recipe import Recipe, Step
from backends.datasets.samples import SAMPLES, sample_bytes
from backends.datasets.schema import Column, Dataset, Schema
from backends.profiling import Alert, Budget, profile
from backends.profiling.alert import SEVERITIES
from backends.profiling.alerts import RULES, find_alerts
from backends.profiling.alerts.evidence import LEVELS
from tests.backends.profiling.alerts.tables import TODAY, Columns, alerts, dataset, known, met, normal
from tests.backends.profiling.columns import EXTRA

ORDER = [rule.key for rule in RULES]
WILD: dict[str, dict[str, object]] = {
    "no column": {},
    "no row": {"x": np.array([], dtype=float), "t": pd.Series([], dtype="str")},
    "one row": {"x": [1.0], "t": pd.Series(["a"], dtype="str"), "d": np.array(["2020-01-01"], dtype="datetime64[us]")},
    "one column": {"x": normal(50)},
    "only missing": {"x": [np.nan] * 50, "t": pd.Series([None] * 50, dtype="str")},
    "infinite": {"x": [np.inf, -np.inf] * 25, "y": [np.inf, 1.0, 2.0, np.nan, -np.inf] * 10},
    "long cells": {"t": pd.Series([f"{i}" + "x" * 200_000 for i in range(30)], dtype="str")},
    "odd names": {"": normal(50), " ": normal(50, 1), "<b>": normal(50, 2), "🙂": normal(50, 3), "1": normal(50, 4)},
    "odd texts": {"t": pd.Series(["<script>", "🙂", "", " ", "\x00", "\u202e", "'", None] * 8, dtype="str")},
    "large integers": {"n": np.array([2**63 - 1, -(2**63), 2**63 - 2, 0] * 30), "m": np.arange(120) + 2**62},
    "far dates": {"d": np.array(["1677-09-22", "9999-12-31", "0001-01-01", "NaT"] * 30, dtype="datetime64[us]")},
    "huge": {"x": np.array([1e300, -1e300, 1e-300, 0.0, 5e-324] * 30)},
    "one level": {"t": pd.Series(["a"] * 120, dtype="str"), "b": np.array([True] * 120)},
}


def wild(columns: dict[str, object]) -> Dataset:
    frame = pd.DataFrame(columns)
    kinds = {"f": "number", "i": "integer", "b": "boolean", "M": "datetime"}
    found = (Column(name, kinds.get(frame[name].dtype.kind, "category")) for name in frame)  # type: ignore[arg-type]
    return Dataset(frame, Schema(tuple(found)))


def test_rules_are_complete_and_stronger_ones_stand_first() -> None:
    assert len(set(ORDER)) == len(ORDER)
    for rule in RULES:
        assert all((rule.title, rule.condition, rule.meaning, rule.advice))
        assert rule.severity in SEVERITIES
        assert all(ORDER.index(stronger) < ORDER.index(rule.key) for stronger in rule.unless)


def test_the_worst_comes_first_then_the_order_of_the_rules_then_the_larger_figure() -> None:
    found = alerts({
        "gaps": ("number", [None] * 50 + list(range(50))),
        "more_gaps": ("number", [None] * 60 + list(range(40))),
        "bad": ("number", [np.inf, *normal(99)]),
        "same": ("number", [1.0] * 100),
        "x": ("number", normal(100, 1)),
    })  # fmt: skip
    assert [alert.rule for alert in found] == ["infinite", "constant", "many_missing", "many_missing"]
    assert [alert.columns for alert in found[2:]] == [("more_gaps",), ("gaps",)]


@pytest.mark.parametrize("target", [None, "Churn"])
def test_the_same_table_gives_the_same_alerts(target: str | None) -> None:
    path = EXTRA / "tabular" / "telco_churn.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    first, again = (find_alerts(profile(read_table(path, path.name), target), TODAY) for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("columns", "said", "silent"),
    [
        ({"x": ("number", [None] * 100)}, "all_missing", {"constant", "many_missing", "near_constant"}),
        ({"x": ("number", [None] * 90 + [1.0] * 10)}, "constant", {"many_missing", "near_constant"}),
        ({"x": ("integer", [0] * 199 + [5])}, "near_constant", {"zeros", "far_values", "skewed", "outliers"}),
        ({"t": ("category", ["a"] * 199 + ["b"])}, "near_constant", {"imbalanced"}),
        ({"a": ("number", normal(100)), "b": ("number", normal(100))}, "duplicate_columns", {"near_duplicate_columns"}),
        ({"a": ("number", [2.0] * 9), "b": ("number", [2.0] * 9)}, "constant", {"duplicate_columns"}),
        ({"x": ("number", [5e6, *normal(199)])}, "far_values", {"skewed"}),
        ({"n": ("identifier", [f"k{i // 2}" for i in range(100)])}, "groups", {"unique"}),
        ({"t": ("category", [f"LX{i:03}" for i in range(100)])}, "unique", {"same_length"}),
    ],
)
def test_a_rule_is_silent_where_a_stronger_one_has_said_it(columns: Columns, said: str, silent: set[str]) -> None:
    rows = len(next(iter(columns.values()))[1])
    other: Columns = {"other": ("category", [["p", "q"][at % 2] for at in range(rows)])}
    rules = {alert.rule for alert in alerts(columns | other)}
    assert said in rules
    assert not rules & silent


def test_equal_columns_are_one_alert_and_the_target_is_the_one_to_keep() -> None:
    same = ("integer", list(range(30)))
    table: Columns = {"a": same, "b": same, "c": same, "d": ("number", normal(30))}
    [alert] = met(alerts(table), "duplicate_columns")
    assert (alert.columns, alert.steps) == (("a", "b", "c"), (Step("drop_columns", ("b", "c")),))
    table = {"a": ("category", ["p", "q"] * 15), "b": ("category", ["p", "q"] * 15), "d": ("number", normal(30))}
    [alert] = met(alerts(table, target="b"), "duplicate_columns")
    assert (alert.columns, alert.steps) == (("b", "a"), (Step("drop_columns", ("a",)),))


def test_no_step_drops_the_target_or_the_last_column() -> None:
    assert (
        met(alerts({"x": ("number", [1.0] * 9), "y": ("category", ["a"] * 9)}, target="y"), "constant")[1].steps == ()
    )
    assert met(alerts({"x": ("number", [1.0] * 9)}), "constant")[0].steps == ()


def test_what_was_decided_is_not_asked_again() -> None:
    table = dataset({
        "patient": ("integer", [i // 4 for i in range(200)]),
        "Pclass": ("integer", [1, 2, 3, 3] * 50),
        "title": ("text", [f"the {i}th" for i in range(200)]),
    })  # fmt: skip
    steps = (
        Step("split_by", ("patient",)),
        Step("treat_as", ("Pclass",), kind="category"),
        Step("treat_as", ("title",), kind="identifier"),
    )
    assert {alert.rule for alert in find_alerts(profile(table), TODAY)} >= {"groups", "integer_codes", "unique"}
    rules = {alert.rule for alert in find_alerts(profile(prepare(table, Recipe(steps))), TODAY)}
    assert not rules & {"groups", "integer_codes", "unique", "numbers_as_text", "duplicate_rows"}


def test_a_sample_of_the_different_values_is_named() -> None:
    mails = [f"person{i}@example.org" for i in range(2 * LEVELS)]
    [alert] = met(alerts({"mail": ("text", mails), "x": ("number", normal(2 * LEVELS))}), "personal_pattern")
    assert alert.found == "5,000 of 5,000 different values of 'mail' are e-mail addresses."
    assert alert.sample == "from a random sample of 5,000 of 10,000 different values"


def test_a_long_value_is_cut_where_it_is_quoted() -> None:
    [alert] = met(alerts({"t": ("category", ["x" * 200_000] * 3), "y": ("number", [1, 2, 3])}), "constant")
    assert len(alert.found) < 200
    assert len(alert.examples[0]) < 50


@pytest.mark.parametrize("columns", WILD.values(), ids=WILD)
def test_nothing_breaks_on_odd_tables(columns: dict[str, object]) -> None:
    table = wild(columns)
    check(table, find_alerts(profile(table), TODAY))
    for name in table.schema.names:
        check(table, find_alerts(profile(table, name), TODAY))


CELL = st.sampled_from(
    [None, "", "a", "A ", "a.", "1", "2.5", "-1", "999", "2020-01-31", "unknown", "x@y.zz", "é", "🙂", "f"]
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, st.floats(width=32)), min_size=0, max_size=40), st.sampled_from(["category", "text"])
)
def test_nothing_breaks_on_wild_tables(rows: list[tuple[str | None, str | None, float]], kind: str) -> None:
    cells = list(zip(*rows, strict=True)) or [(), (), ()]
    table = dataset({"a": (kind, cells[0]), "b": ("category", cells[1]), "x": ("number", cells[2])})  # type: ignore[dict-item]
    check(table, find_alerts(profile(table, "b"), TODAY))


def check(table: Dataset, found: tuple[Alert, ...]) -> None:
    """The promises that hold for any table: order, columns, figures, and steps that can be done."""
    assert list(found) == sorted(found, key=lambda a: (SEVERITIES.index(a.severity), ORDER.index(a.rule), -a.value))
    for alert in found:
        assert set(alert.columns) <= set(table.schema.names)
        assert alert.rule == "drift" or any(character.isdigit() for character in alert.found)
        assert np.isfinite(alert.value)
        for step in alert.steps:
            prepare(table, Recipe((step,)))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_the_shipped_samples_raise_no_alarm(sample) -> None:
    table = read_table(sample_bytes(sample.key), sample.file)
    found = find_alerts(profile(table, sample.target), TODAY)
    check(table, found)
    assert not [alert for alert in found if alert.severity == "high"]


REAL: dict[str, tuple[str, dict[str, int]]] = {
    "adult_train.csv": ("class", {
        "sensitive": 6, "placeholder_numbers": 1, "duplicate_rows": 1, "near_duplicate_columns": 1, "rare_levels": 3,
        "imbalanced": 1, "zeros": 2, "outliers": 1, "missing_together": 1,
    }),
    "telco_churn.csv": ("Churn", {"sensitive": 2, "imbalanced": 1, "unique": 1}),
    "titanic.csv": ("Survived", {
        "personal_name": 1, "many_missing": 1, "mixed_types": 1, "sensitive": 2, "skewed": 1, "unique": 1,
        "integer_codes": 1,
    }),
}  # fmt: skip


@pytest.mark.parametrize("file", REAL)
def test_what_is_found_in_real_tables(file: str) -> None:
    path = EXTRA / "tabular" / file
    if not path.exists():
        pytest.skip(f"{path} is not there")
    target, expected = REAL[file]
    table = read_table(path, file)
    found = find_alerts(profile(table, target), TODAY)
    check(table, found)
    assert Counter(alert.rule for alert in found) == expected


def test_without_a_day_the_day_is_today() -> None:
    far = known({"d": ("datetime", ["2020-01-01", "9999-12-31"]), "x": ("number", [1.0, 2.0])})
    assert met(find_alerts(far), "implausible_dates")


def test_a_profile_hands_out_its_alerts() -> None:
    table = dataset({"x": ("number", [None] * 9), "y": ("number", normal(9))})
    assert [alert.rule for alert in profile(table, budget=Budget(seconds=1)).alerts] == ["all_missing"]
