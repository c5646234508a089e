"""The report says everything once, escapes what comes from the table, and fetches nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from html.parser import HTMLParser

import numpy as np
import pytest

from backends.datasets.grouping import Grouping
from backends.fairness import FairnessReport, Options, assess, assess_decisions
from backends.fairness.definitions import DEFINITIONS
from backends.fairness.mitigation import MitigationPlan, mitigate, pareto, standings
from backends.fairness.report import Measures, to_html, to_json
from backends.fairness.subgroups import worst_subgroups
from backends.fairness.thresholds import LAWFUL_WARNING, before_after, choose_rows, solve
from tests.backends.fairness.loans import GROUP, loans, model

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
VOID = {"meta", "br", "link"}


@lru_cache(maxsize=1)
def report() -> FairnessReport:
    return assess(model(), GROUP, options=Options(resamples=200))


@lru_cache(maxsize=1)
def measures() -> Measures:
    where = choose_rows(model(), GROUP, loans())
    solution = solve(where.table, "demographic_parity")
    made = mitigate(model(), loans(), GROUP, MitigationPlan("reweighing"))
    rows = model().held_out
    return Measures(
        thresholds=(solution,),
        effects={"Demographic parity": before_after(model(), solution.policy, GROUP, rows=where.judged)},
        mitigated=(made,),
        pareto=pareto(standings([model()], GROUP, [made])),
        subgroups=worst_subgroups(
            model().holdout_codes, model().decide(rows), rows, [Grouping("applicant_group"), Grouping("sex")]
        ),
    )


class Checked(HTMLParser):
    """Fails on a tag that is closed by another, and keeps the words and the attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        self.sources += [given["src"] or ""] if "src" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: str) -> Checked:
    checked = Checked()
    checked.feed(page)
    assert checked.open == []
    return checked


def test_the_page_is_whole_and_fetches_nothing() -> None:
    page = read(to_html(report(), measures(), NOW))
    assert page.sources == []
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert {"gaps", "groups", "thresholds", "mitigations", "subgroups", "definitions", "made"} <= set(page.ids)


def test_the_reading_comes_first_and_every_part_is_there() -> None:
    text = re.sub(r"\s+", " ", " ".join(read(to_html(report(), measures(), NOW)).words))
    places = [text.index(words) for words in (report().reading[0], "Gaps between groups", "Before and after")]
    assert places == sorted(places)
    for words in (LAWFUL_WARNING, "reweighing", "subgroups were looked at", "2026-01-02T03:04:05", "200 bootstrap"):
        assert words in text
    assert all(definition.title in text for definition in DEFINITIONS)


def test_a_report_without_measures_has_no_empty_parts() -> None:
    page = read(to_html(report(), now=NOW))
    assert not {"thresholds", "mitigations", "subgroups"} & set(page.ids)


def test_the_same_time_gives_the_same_bytes() -> None:
    assert to_html(report(), measures(), NOW) == to_html(report(), measures(), NOW)
    assert to_json(report(), measures(), NOW) == to_json(report(), measures(), NOW)


def test_names_from_the_table_are_shown_and_never_read_as_markup() -> None:
    labels = np.array(["<script>alert(1)</script>", "</td>&amp;"] * 50)
    y = np.tile([0, 0, 1, 1], 25)
    found = assess_decisions(y, y, labels, options=Options(resamples=50))
    page = to_html(replace(found, title="<img src=x onerror=alert(1)>"), now=NOW)
    assert "<script" not in page
    assert "<img" not in page
    assert any("<script>alert(1)</script>" in words for words in read(page).words)


def test_json_has_every_figure_in_full_precision() -> None:
    data = json.loads(to_json(report(), measures(), NOW))
    assert data["assessment"]["by_group"][0]["value"] == report().by_group["value"].iloc[0]
    solution = data["thresholds"][0]
    assert solution["policy"]["thresholds"] == [
        [list(labels), value] for labels, value in measures().thresholds[0].policy.thresholds
    ]
    effect = measures().effects["Demographic parity"]
    assert [row["after"] for row in solution["effect"]] == effect["after"].tolist()
    assert data["mitigations"][0]["effect"][0]["key"] == "accuracy"
    assert data["subgroups"]["looked_at"] == measures().subgroups.looked_at
    assert data["made"]["versions"]["fairlearn"]


@pytest.mark.filterwarnings("error")
def test_what_cannot_be_measured_is_null_and_said() -> None:
    y = np.tile([0, 1], 30)
    labels = np.array(["a"] * 57 + ["tiny"] * 3)
    found = assess_decisions(y, np.zeros(60, dtype=int), labels, options=Options(resamples=50))
    data = json.loads(to_json(found, now=NOW))
    tiny = [row for row in data["assessment"]["by_group"] if row["group"] == "group=tiny"]
    assert all(row["value"] is None and row["note"] for row in tiny)
    page = to_html(found, now=NOW)
    assert "not measurable (n = 3)" in page
    assert ">nan<" not in page.lower()
