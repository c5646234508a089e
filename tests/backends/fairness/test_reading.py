"""What a report says in sentences, and that every word of it is defined."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from backends.datasets.grouping import Grouping
from backends.fairness import FairnessReport, Options, assess_decisions
from backends.fairness.definitions import DEFINITIONS
from backends.fairness.disparities import CRITERIA
from backends.fairness.groups import Groups, from_labels, partitions
from backends.fairness.measures import MEASURES
from backends.fairness.reading import signed
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


def test_a_group_that_clearly_differs_from_all_others_is_named_though_the_widest_gap_may_be_chance() -> None:
    """The widest gap is that of a few rows against the best; many rows against the rest differ less, and clearly."""
    groups = {"young": (38, 38, 76, 98), "few": (2, 0, 6, 18), **dict.fromkeys("bcd", (24, 24, 76, 126))}
    report = assess_decisions(*counted(**groups), options=QUICK)
    spoken = report.disparities[report.disparities["against"] == "best"]
    assert spoken["q"].min() > 0.05
    assert spoken["group"].tolist()[0] == "group=few"
    clear = report.comparisons[report.comparisons["q"] <= 0.05].sort_values("q").iloc[0]
    assert (clear["group"], clear["measure"], clear["against"]) == ("group=young", "selection_rate", "rest")
    looks = int(report.comparisons["p"].notna().sum())
    words = report.reading[0]
    assert words.startswith(f"The model treats groups differently: of {looks} comparisons of groups")
    assert "Of 100 rows with group=young, 30 get 'yes'; of all other rows 19" in words
    assert f"the q-value {clear['q']:.2g} after correction for {looks} looks" in words
    assert words.endswith("may be chance.")


def test_without_any_clear_gap_the_q_value_is_said_with_the_number_of_looks() -> None:
    report = assess_decisions(*drawn(1), options=QUICK)
    looks = int(report.disparities.loc[report.disparities["kind"] == "difference", "looks"].sum())
    assert f"the clearest has the q-value 1 after correction for {looks} looks" in report.reading[0]
    assert "q = " not in report.reading[0]


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
    assert words not in report.reading  # told once, apart


def test_nothing_is_impossible_for_like_base_rates_or_a_perfect_model() -> None:
    assert assess_decisions(*drawn(2), options=QUICK).impossibility == ""
    perfect = counted(a=(600, 0, 0, 400), b=(200, 0, 0, 800))
    assert assess_decisions(*perfect, options=QUICK).impossibility == ""


def test_many_gaps_are_not_all_told() -> None:
    y, yes, labels = drawn(0, rows=6_000, groups=2, bias=0.25)
    parts = [from_labels(labels, name) for name in "abc"]
    report = assess_decisions(y, yes, parts, options=QUICK)
    told = [words for words in report.reading if "Of 100 rows" in words]
    assert len(told) == 3
    assert "more clear gaps are in the table" in " ".join(report.reading)


def crossed(rows: int = 6_000) -> FairnessReport:
    """Biased by each of three columns and by all of them at once."""
    random = np.random.default_rng(0)
    codes = random.integers(2, size=(3, rows))
    yes = (random.random(rows) < 0.1 + 0.25 * codes.sum(axis=0)).astype(int)
    y = np.where(random.random(rows) < 0.8, yes, 1 - yes)
    names = pd.DataFrame({name: np.where(code == 1, "y", "n") for name, code in zip("abc", codes, strict=True)})
    return assess_decisions(y, yes, partitions(names, [Grouping(name) for name in "abc"]), options=QUICK)


def test_eight_sentences_are_the_most() -> None:
    report = crossed()
    assert len(report.splits) == 7
    assert 6 <= len(report.reading) <= 8
    four = [words for words in report.reading if "four-fifths rule" in words]
    assert [words.startswith("By a × b × c") for words in four] == [False, True]
    assert four[0].endswith("So do 2 columns more, in the table.")
    assert four[1].endswith("So do 3 intersections more, in the table.")
    told = [words for words in report.reading if "Of 100 rows" in words]
    assert not any(re.search("a=., b=|b=., c=", words) for words in told)  # single columns first


def test_a_gap_of_a_few_rows_is_never_the_headline() -> None:
    groups = {"a": (300, 50, 100, 550), "b": (200, 50, 200, 550), "two": (2, 5, 0, 40), "one": (0, 5, 1, 40)}
    report = assess_decisions(*counted(**groups), options=QUICK)
    assert "100.0 percentage points" not in " ".join(report.reading)
    assert "group=b against group=a, 25.0 percentage points apart" in report.reading[0]


def test_one_gap_is_spoken_of_in_the_singular() -> None:
    report = assess_decisions(*counted(a=(6, 300, 6, 1688), b=(6, 190, 6, 1798)), options=QUICK)
    words = report.reading[0]
    found = re.search(r"(\d+) of them (is|are) larger than chance makes (it|them)", words)
    assert found is not None, words
    assert found.groups() in {("1", "is", "it"), ("2", "are", "them")}


def test_small_numbers_have_a_true_minus_and_no_sign_at_zero() -> None:
    assert [signed(value, 1) for value in (-0.04, 0.0, -10.54, 3.0)] == ["0.0", "0.0", "−10.5", "3.0"]
    for seed in range(5):
        text = " ".join(assess_decisions(*drawn(seed, bias=0.1), options=QUICK).reading)
        assert "-0.0" not in text
        assert re.search(r"[ (]-\d", text) is None


def test_every_measure_can_be_read_with_its_interval() -> None:
    report = assess_decisions(*counted(a=(50, 10, 50, 90), b=(1, 1, 1, 0)), options=QUICK)
    frame = report.in_words.set_index("Group")
    assert list(frame.columns) == ["Groups by", "Rows", *(row.title for row in MEASURES)]
    row = report.by_group.iloc[1]
    assert row["measure"] == "selection_rate"
    assert frame.loc["group=a", "Selection rate"] == f"0.30 ({row['low']:.2f}–{row['high']:.2f})"
    assert set(frame.loc["group=b"].tolist()[2:]) == {"not measurable (n = 3)"}
    assert frame.loc["group=a", "ROC AUC"] == "not measurable (no probabilities among 200 rows)"
    assert frame["Rows"].tolist() == [200, 3]


def test_it_is_defined_why_a_clear_interval_may_still_be_chance() -> None:
    (row,) = [row for row in DEFINITIONS if row.key == "q_value"]
    assert "An interval that does not hold 0 can still have a larger q" in row.matters


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
