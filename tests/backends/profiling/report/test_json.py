"""The JSON report: documented, complete, in full precision, the same every time."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pandas as pd
import pytest

from backends.datasets import read_table
from backends.datasets.samples import FOLDER, SAMPLES, Sample
from backends.profiling import Profile, profile
from backends.profiling.facts import COLUMNS
from backends.profiling.report import SCHEMA, fields, to_json
from tests.backends.profiling.report.tables import (
    AWKWARD,
    NOW,
    STEP,
    an_alert,
    awkward_profile,
    from_csv,
    people_profile,
    with_alerts,
)


def read(known: Profile, private: bool = False) -> dict[str, Any]:
    def refuse(token: str) -> float:
        raise AssertionError(f"{token} is no JSON")

    return json.loads(to_json(known, private, now=NOW), parse_constant=refuse)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("target", [None, "left", "income", "remark"])
def test_a_report_follows_the_schema(target: str | None, private: bool) -> None:
    jsonschema.validate(read(people_profile(target), private), SCHEMA)


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_table_follows_the_schema(name: str, private: bool) -> None:
    jsonschema.validate(read(awkward_profile(name), private), SCHEMA)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_a_sample_table_follows_the_schema(sample: Sample) -> None:
    known = profile(read_table(FOLDER / sample.file, sample.file), sample.target)
    report = read(known)
    jsonschema.validate(report, SCHEMA)
    assert report["overview"]["rows"] == sample.rows
    assert len(report["columns"]["rows"]) == sample.columns
    assert len(report["target"]["features"]) == sample.columns - 1


def test_every_figure_of_a_column_is_in_the_report() -> None:
    assert [field.name for field in fields.COLUMN] == list(COLUMNS)


def test_numbers_have_full_precision() -> None:
    known = from_csv("x\n0.1\n0.2\n0.7\n")
    (row,) = read(known)["columns"]["rows"]
    assert row["mean"] == known.columns["mean"][0]
    assert row["max"] == 0.7
    assert row["histogram"]["edges"] == known.facts.histograms["x"].edges.tolist()
    assert sum(row["histogram"]["counts"]) == 3


def test_what_does_not_apply_is_null() -> None:
    rows = {row["column"]: row for row in read(people_profile())["columns"]["rows"]}
    assert rows["city"]["mean"] is rows["city"]["histogram"] is rows["city"]["first"] is None
    assert rows["age"]["length_max"] is rows["age"]["last"] is None
    assert rows["since"]["first"].startswith("2020-01-01")
    assert rows["city"]["top"][0] == {"value": "Lyon", "count": 18}


def test_an_infinite_value_of_a_step_is_in_words() -> None:
    step = type(STEP)("treat_as_missing", ("income",), values=(float("inf"), -1.0))
    known = with_alerts(people_profile(), an_alert(steps=(step,)))
    assert read(known)["alerts"][0]["steps"][0]["values"] == ["inf", -1.0]


def test_a_long_value_is_cut_with_its_length_said() -> None:
    long = "x" * 200_000
    step = type(STEP)("merge_levels", ("a",), renames=((long, "y"),))
    known = with_alerts(awkward_profile("long cells"), an_alert("a", examples=(long, "short"), steps=(step,)))
    report = read(known)
    expected = "x" * 200 + "… (200,000 characters)"
    (row,) = report["columns"]["rows"]
    assert row["mode"] == row["top"][0]["value"] == expected
    assert report["alerts"][0]["examples"] == [expected, "short"]
    assert report["alerts"][0]["steps"][0]["values"] == [[expected, "y"]]


@pytest.mark.parametrize("private", [False, True])
def test_no_text_of_a_report_is_as_long_as_a_long_cell(private: bool) -> None:
    report = read(awkward_profile("long cells"), private)
    assert max(map(len, texts_in(report))) < 1_000


def texts_in(part: Any) -> list[str]:
    """Every text anywhere in the report."""
    if isinstance(part, str):
        return [part]
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [text for child in children for text in texts_in(child)]


def test_the_same_profile_gives_the_same_text() -> None:
    assert to_json(people_profile(), now=NOW) == to_json(people_profile(), now=NOW)


def test_it_says_what_was_profiled_and_when() -> None:
    made = read(people_profile())["made"]
    assert (made["table"], made["digest"], made["date"]) == ("table.csv", "ab12", "2026-03-04T05:06:07+00:00")
    assert made["versions"]["pandas"] == pd.__version__
