"""What a report says in sentences, and that every word of it is defined."""

from __future__ import annotations

import numpy as np

from backends.fairness import FairnessReport, Options, assess_decisions
from backends.fairness.definitions import DEFINITIONS
from backends.fairness.disparities import CRITERIA
from backends.fairness.groups import Groups, from_labels
from backends.fairness.measures import MEASURES
from tests.backends.fairness.decisions import counted, drawn

QUICK = Options(resamples=300)
BIASED = counted(women=(500, 120, 180, 200), men=(680, 100, 20, 200))


def said(report: FairnessReport, start: str) -> str:
    found = [words for words in report.reading if words.startswith(start)]
    assert len(found) == 1, report.reading
    return found[0]


def test_the_first_sentence_is_the_answer() -> None:
    report = assess_decisions(*BIASED, positive="approved", options=QUICK)
    assert report.reading[0].startswith("The model treats groups differently: 4 gaps between groups of group")
    assert "group=women against group=men" in report.reading[0]


def test_gaps_are_told_in_numbers_of_a_hundred() -> None:
    report = assess_decisions(*BIASED, positive="approved", options=QUICK)
    words = said(report, "Demographic parity")
    assert "Of 100 rows with group=women, 62 get 'approved'; of those with group=men 78" in words
    assert "16.0 percentage points apart (95 % interval 1" in words
    assert "includes no difference" not in words
    both = said(report, "Equalised odds and equal opportunity")
    assert "74 get 'approved'; of those with group=men 97" in both


def test_who_is_worst_off_depends_on_what_a_yes_means() -> None:
    good = assess_decisions(*BIASED, positive="approved", options=QUICK)
    assert "worst off are those with group=women, who get it least often" in said(good, "If 'approved' is good")
    bad = assess_decisions(*BIASED, positive="flagged", options=Options(resamples=300, favourable=False))
    assert "worst off are those with group=men, who get it most often" in said(bad, "If 'flagged' is bad")


def test_the_four_fifths_rule_is_told_with_its_uncertainty() -> None:
    near = assess_decisions(*BIASED, options=QUICK)
    assert "is 79 % of the highest (group=men)" in said(near, "By group")
    assert "it fails the four-fifths rule, but the interval leaves that open" in said(near, "By group")
    far = assess_decisions(*counted(a=(600, 100, 0, 300), b=(200, 100, 300, 400)), options=QUICK)
    assert said(far, "By group").endswith("it fails the four-fifths rule.")


def test_fair_decisions_are_told_as_such_without_a_promise() -> None:
    report = assess_decisions(*drawn(1), options=QUICK)
    assert report.reading[0].startswith("No gap between groups is clearly larger than chance makes it")
    assert "does not prove that there is none" in report.reading[0]
    assert not any("worst off" in words for words in report.reading)


def test_a_chosen_reference_is_what_gaps_are_told_against() -> None:
    data = counted(a=(400, 0, 0, 600), b=(300, 0, 100, 600), c=(200, 0, 200, 600))
    report = assess_decisions(*data, reference="b", options=QUICK)
    assert "of those with group=b 30" in said(report, "Demographic parity")


def test_criteria_that_cannot_both_hold_are_named_with_their_numbers() -> None:
    data = counted(a=(540, 40, 60, 360), b=(180, 80, 20, 720))  # TPR 0.9 and FPR 0.1 in both, base rates 0.6 and 0.2
    report = assess_decisions(*data, options=QUICK)
    words = report.impossibility
    assert "60 % of group=a have the outcome in truth, but 20 % of group=b" in words
    assert "true positive rate (90 %) and false positive rate (10 %)" in words
    assert "right for 93 % of the first and 69 % of the second" in words  # 540 / 580 and 180 / 260
    assert report.reading[-1] == words


def test_nothing_is_impossible_for_like_base_rates_or_a_perfect_model() -> None:
    assert assess_decisions(*drawn(2), options=QUICK).impossibility == ""
    perfect = counted(a=(600, 0, 0, 400), b=(200, 0, 0, 800))
    assert assess_decisions(*perfect, options=QUICK).impossibility == ""


def test_many_gaps_are_not_all_told() -> None:
    y, yes, labels = drawn(0, rows=6_000, groups=2, bias=0.25)
    parts = [from_labels(labels, name) for name in "abc"]
    report = assess_decisions(y, yes, parts, options=QUICK)
    told = [words for words in report.reading if "Of 100 rows" in words]
    assert len(told) == 6
    assert "more clear gaps are in the table" in " ".join(report.reading)


def test_names_from_the_table_are_told_as_they_are() -> None:
    labels = np.where(BIASED[2] == "men", "<b>x</b>", "y")
    report = assess_decisions(BIASED[0], BIASED[1], labels, options=QUICK)
    assert "group=<b>x</b>" in report.reading[0]  # escaping belongs to those who draw it


def test_every_measure_and_criterion_is_defined_once() -> None:
    keys = [row.key for row in DEFINITIONS]
    assert len(set(keys)) == len(keys)
    assert {row.key for row in (*MEASURES, *CRITERIA)} <= set(keys)
    for row in DEFINITIONS:
        assert row.definition.endswith(".")
        assert row.title
    assert all(row.formula and row.matters for row in DEFINITIONS[: len(MEASURES) + len(CRITERIA)])


def test_a_partition_can_be_given_ready_made() -> None:
    groups = from_labels(BIASED[2], "gender")
    assert isinstance(groups, Groups)
    assert assess_decisions(*BIASED[:2], groups, options=QUICK).splits == ("gender",)
