"""The report says everything once, escapes what comes from the table, and fetches nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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
from backends.fairness.report import FORMAT, LAYOUT, Measures, Solved, Tried, to_html, to_json
from backends.fairness.subgroups import worst_subgroups
from backends.fairness.thresholds import LAWFUL_WARNING, Costs, before_after, choose_rows, policy_scores, solve
from backends.training.policy import Policy
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
    effect = before_after(model(), solution.policy, GROUP, rows=where.judged)
    by = [Grouping("applicant_group"), Grouping("sex")]
    return Measures(
        policy=solution.policy,
        tried=Tried(policy_scores(where.table, Policy(0.4), Costs(1, 5)), Costs(1, 5), effect, where.note),
        solved=(Solved(solution, Costs(2, 3), effect),),
        mitigated=(made,),
        paretos={"demographic_parity": pareto(standings([model()], GROUP, [made]))},
        subgroups=(worst_subgroups(model().holdout_codes, model().decide(rows), rows, by),),
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
    parts = {"gaps", "groups", "calibration", "thresholds", "mitigations", "pareto", "subgroups", "missing"}
    assert parts | {"definitions", "made"} <= set(page.ids)


def test_the_reading_comes_first_and_every_part_is_there() -> None:
    text = re.sub(r"\s+", " ", " ".join(read(to_html(report(), measures(), NOW)).words))
    places = [text.index(words) for words in (report().reading[0], "Gaps between groups", "Before and after")]
    assert places == sorted(places)
    for words in (LAWFUL_WARNING, "reweighing", "subgroups were looked at", "2026-01-02T03:04:05", "200 bootstrap"):
        assert words in text
    for words in (
        "In force",
        "A wrong yes costs 2, a wrong no 3.",
        "Set by hand",
        "A wrong yes costs 1, a wrong no 5.",
    ):
        assert words in text
    assert "Calibration of applicant_group=" in text
    assert "Accuracy against disparity: demographic parity" in text
    assert all(definition.title.replace("\xa0", " ") in text for definition in DEFINITIONS)


def test_a_report_without_measures_has_no_empty_parts() -> None:
    page = read(to_html(report(), now=NOW))
    assert not {"mitigations", "subgroups", "pareto"} & set(page.ids)
    text = " ".join(page.words)
    missing = text[text.rindex("Not computed") :]
    for words in ("Thresholds for equalised odds", "Reweighing", "The worst subgroups", "set by hand"):
        assert words in missing


def test_what_was_computed_is_not_called_missing_and_the_rest_is() -> None:
    data = json.loads(to_json(report(), measures(), NOW))
    missing = {(one["part"], one["what"]) for one in data["not_computed"]}
    assert ("solutions", "Thresholds for demographic parity") not in missing
    assert ("solutions", "Thresholds for lowest cost") in missing
    assert ("mitigations", "Grid search") in missing
    assert not {"sliders", "subgroups", "calibration"} & {part for part, _ in missing}


def test_a_model_without_thresholds_says_so_and_why() -> None:
    mute = Measures(policy=None, why_not="Not possible. Thresholds need two classes; this model has 3.")
    data = json.loads(to_json(report(), mute, NOW))
    assert data["in_force"] is None
    whys = {one["why"] for one in data["not_computed"] if one["part"] in ("solutions", "mitigations")}
    assert whys == {mute.why_not}
    text = " ".join(read(to_html(report(), mute, NOW)).words)
    assert "there is no threshold to choose" in text
    assert "Yes from this probability on" not in text


def test_why_not_everything_can_be_equal_is_said() -> None:
    rare, common = (np.repeat([0, 1], counts) for counts in ((160, 40), (60, 140)))
    y = np.concatenate([rare, common])
    decisions = np.where(np.arange(400) % 5 == 0, 1 - y, y)
    found = assess_decisions(y, decisions, ["a"] * 200 + ["b"] * 200, options=Options(resamples=50))
    assert found.impossibility
    assert found.impossibility in " ".join(read(to_html(found, now=NOW)).words)


def objects(value: object, path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Every object of the JSON with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, one in value.items():
            yield from objects(one, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for one in value:
            yield from objects(one, f"{path}[]")


def test_every_field_of_the_json_is_documented_and_every_documented_one_is_there() -> None:
    data = json.loads(to_json(report(), measures(), NOW), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert data["format"] == FORMAT
    assert data.pop("layout") == LAYOUT
    found: dict[str, set[str]] = {}
    for path, one in objects(data):
        found.setdefault(path, set()).update(one)
    free = ("made.versions", "assessment.groupings[].format")  # the libraries; how a file writes values
    for path, fields in found.items():
        if path not in free and ".by[]" not in path:
            assert fields | ({"layout"} if not path else set()) == set(LAYOUT[path]), path
    assert set(LAYOUT) <= set(found)


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
    solution = data["solutions"][0]
    assert solution["policy"]["thresholds"] == [
        [list(labels), value] for labels, value in measures().solved[0].solution.policy.thresholds
    ]
    effect = measures().solved[0].effect
    assert effect is not None
    assert [row["after"] for row in solution["effect"]] == effect["after"].tolist()
    assert solution["costs"] == {"false_positive": 2, "false_negative": 3}
    assert data["in_force"]["policy"] == solution["policy"]
    assert data["sliders"]["policy"]["threshold"] == 0.4
    assert len(data["assessment"]["calibration"]) == len(report().calibration)
    assert data["mitigations"][0]["effect"][0]["key"] == "accuracy"
    assert data["subgroups"][0]["looked_at"] == measures().subgroups[0].looked_at
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
