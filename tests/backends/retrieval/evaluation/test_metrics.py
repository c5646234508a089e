"""Every metric equals trec_eval's output, and a second, slow implementation of its definition."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.evaluation import metrics
from backends.retrieval.evaluation.trec import evaluate_run, ranked_grades, read_qrels, read_run

EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[5] / "shared" / "data"))
ORACLE = EXTRA / "retrieval" / "trec_eval_oracle"
TREC_NAMES = {
    "ndcg": metrics.ndcg,
    "map": metrics.average_precision,
    "recip_rank": metrics.reciprocal_rank,
    "Rprec": metrics.r_precision,
    "bpref": metrics.bpref,
    "ndcg_cut": metrics.ndcg,
    "map_cut": metrics.average_precision,
    "recall": metrics.recall,
    "P": metrics.precision,
    "success": metrics.hit_rate,
}
CUTS = (5, 10, 15, 20, 30, 100, 200, 500, 1000)
MEASURES = [(name, None) for name in ("ndcg", "map", "recip_rank", "Rprec", "bpref")]
MEASURES += [(name, k) for name in ("ndcg_cut", "map_cut", "recall", "P") for k in CUTS]
MEASURES += [("success", k) for k in (1, 5, 10)]


def trec_output(name: str) -> dict[tuple[str, str], str]:
    rows = (line.split() for line in (ORACLE / name).read_text().splitlines())
    return {(row[0], row[1]): row[2] for row in rows}


@pytest.mark.skipif(not ORACLE.is_dir(), reason=f"needs {ORACLE}; set WORKBENCH_EXTRA_DATA")
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: f"{measure[0]}_{measure[1] or 'all'}")
def test_every_question_and_the_mean_equal_trec_eval(measure: tuple[str, int | None]) -> None:
    name, k = measure
    qrels = read_qrels((ORACLE / "qrels.test").read_text())
    run = read_run((ORACLE / "results.test").read_text())
    expected, key, values = trec_output("out.test.aq"), f"{name}_{k}" if k else name, []
    assert set(run) == {"301", "302", "303"}
    for question, scores in run.items():
        judged = np.array(list(qrels[question].values()))
        values.append(TREC_NAMES[name](ranked_grades(scores, qrels[question]), judged, k))
        assert f"{values[-1]:.4f}" == expected[key, question]
    assert f"{np.mean(values):.4f}" == expected[key, "all"]


@pytest.mark.skipif(not ORACLE.is_dir(), reason=f"needs {ORACLE}; set WORKBENCH_EXTRA_DATA")
def test_the_table_of_metrics_gives_the_same_means() -> None:
    means = evaluate_run(
        read_run((ORACLE / "results.test").read_text()), read_qrels((ORACLE / "qrels.test").read_text()), k=10
    )
    assert {name: f"{value:.4f}" for name, value in means.items()} == {
        "ndcg@10": "0.3016", "recall@10": "0.0317", "precision@10": "0.3000", "hit_rate@10": "0.6667",
        "mrr": "0.4064", "map": "0.1785", "r_precision": "0.2174", "bpref": "0.1981",
    }  # fmt: skip


def test_equal_scores_are_ordered_by_name_from_the_end() -> None:
    judgements = {"a": 1, "b": 2, "c": 3, "d": 0}
    assert ranked_grades({"a": 0.5, "c": 0.5, "b": 0.5, "d": 0.9}, judgements).tolist() == [0, 3, 2, 1]


def test_a_judged_question_that_was_not_run_counts_only_when_asked_for() -> None:
    qrels = {"1": {"a": 1}, "2": {"b": 1}}
    run = {"1": {"a": 1.0}, "3": {"a": 1.0}}
    assert evaluate_run(run, qrels)["mrr"] == 1.0
    assert evaluate_run(run, qrels, complete=True)["mrr"] == 0.5


def test_graded_ndcg_by_hand() -> None:
    ranked, judged = np.array([1, -1, 3]), np.array([3, 1, 2, 0])
    best = 3 + 2 / math.log2(3) + 1 / 2
    assert metrics.ndcg(ranked, judged, 10) == pytest.approx((1 + 3 / 2) / best)


def test_graded_ndcg_equals_that_of_scikit_learn() -> None:
    from sklearn.metrics import ndcg_score

    random = np.random.default_rng(0)
    for k in (1, 3, 10, 30):
        grades = random.integers(0, 5, size=30)
        expected = ndcg_score([grades], [np.arange(30, 0, -1)], k=k, ignore_ties=True)
        assert metrics.ndcg(grades, grades, k) == pytest.approx(expected, abs=1e-12)


def test_nothing_relevant_or_nothing_found_is_zero_everywhere() -> None:
    none, some = np.array([], dtype=int), np.array([1, 0])
    assert set(metrics.measured(none, some, 5).values()) == {0.0}
    assert set(metrics.measured(np.array([0, -1]), np.array([0]), 5).values()) == {0.0}
    assert set(metrics.measured(none, none, 5).values()) == {0.0}


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    """Grades that were found, all that were judged (a superset of them), and a cut."""
    ranked = draw(st.lists(st.integers(-1, 4), max_size=20))
    missed = draw(st.lists(st.integers(0, 4), max_size=8))
    return ranked, [grade for grade in ranked if grade >= 0] + missed, draw(st.integers(1, 25))


@given(rankings())
def test_metrics_follow_their_definitions(ranking: tuple[list[int], list[int], int]) -> None:
    ranked, judged, k = ranking
    expected = {metric.name(k): SLOW[metric.key](ranked, judged, k) for metric in metrics.METRICS}
    assert metrics.measured(np.array(ranked, dtype=int), np.array(judged, dtype=int), k) == pytest.approx(expected)


@given(rankings())
def test_metrics_are_shares_and_the_best_order_is_perfect(ranking: tuple[list[int], list[int], int]) -> None:
    ranked, judged, k = ranking
    values = metrics.measured(np.array(ranked, dtype=int), np.array(judged, dtype=int), k)
    assert all(0 <= value <= 1 + 1e-12 for value in values.values())
    best = metrics.measured(np.array(sorted(judged, reverse=True), dtype=int), np.array(judged, dtype=int), k)
    perfect = {name: best[name] for name in (f"ndcg@{k}", "map", "mrr", "r_precision", "bpref")}
    assert perfect == pytest.approx(dict.fromkeys(perfect, 1.0 if max(judged, default=0) else 0.0))


def slow_ndcg(ranked: list[int], judged: list[int], k: int) -> float:
    gain = sum(max(grade, 0) / math.log(rank + 1, 2) for rank, grade in enumerate(ranked[:k], start=1))
    best = sum(grade / math.log(rank + 1, 2) for rank, grade in enumerate(sorted(judged)[::-1][:k], start=1))
    return gain / best if best else 0.0


def slow_map(ranked: list[int], judged: list[int], k: int) -> float:
    found = total = 0.0
    for rank, grade in enumerate(ranked, start=1):
        if grade > 0:
            found += 1
            total += found / rank
    return total / relevant(judged) if relevant(judged) else 0.0


def slow_bpref(ranked: list[int], judged: list[int], k: int) -> float:
    wrong = total = 0.0
    many = min(relevant(judged), judged.count(0))
    for grade in ranked:
        wrong += grade == 0
        if grade > 0:
            total += 1 - min(wrong, relevant(judged)) / many if wrong else 1
    return total / relevant(judged) if relevant(judged) else 0.0


def relevant(grades: list[int]) -> int:
    return sum(grade > 0 for grade in grades)


SLOW = {
    "ndcg": slow_ndcg,
    "recall": lambda ranked, judged, k: relevant(ranked[:k]) / relevant(judged) if relevant(judged) else 0.0,
    "precision": lambda ranked, judged, k: relevant(ranked[:k]) / k,
    "hit_rate": lambda ranked, judged, k: 1.0 if relevant(ranked[:k]) else 0.0,
    "mrr": lambda ranked, judged, k: next((1 / rank for rank, grade in enumerate(ranked, 1) if grade > 0), 0.0),
    "map": slow_map,
    "r_precision": lambda ranked, judged, k: (
        relevant(ranked[: relevant(judged)]) / relevant(judged) if relevant(judged) else 0.0
    ),
    "bpref": slow_bpref,
}
