from __future__ import annotations

from dataclasses import replace

import pytest

from backends.training import TrainingSpec, compare
from backends.training.results import Failure
from components.comparison_view import answer, board_frame
from tests.backends.training.tables import customers


@pytest.fixture(scope="module")
def comparison():
    spec = TrainingSpec(target="churn", models=("dummy", "logistic_regression", "naive_bayes"), folds=3, processes=1)
    return compare(customers(), spec)


def test_the_answer_names_the_recommended_model_in_bold(comparison) -> None:
    assert answer(comparison).startswith(f"**{comparison.best.title}** is recommended")


def test_the_board_puts_the_ranking_metric_first_with_its_spread(comparison) -> None:
    shown = board_frame(comparison)
    assert shown.columns[:3].tolist() == ["model", "tied with best", "ROC AUC"]
    first = comparison.leaderboard.iloc[0]
    assert shown["ROC AUC"].iloc[0] == f"{first['roc_auc']:.3f} ± {first['roc_auc_std']:.3f}"
    assert "remark" not in shown


def test_a_failed_model_is_a_row_with_its_reason(comparison) -> None:
    board = comparison.leaderboard.copy()
    board.loc[2, ["status", "reason", "roc_auc"]] = ["timed out", "It took more than 5 s.", float("nan")]
    failed = replace(
        comparison, leaderboard=board, failures=(Failure("x", "X", "timed out", "It took more than 5 s."),)
    )
    shown = board_frame(failed)
    assert shown["remark"].iloc[2] == "timed out: It took more than 5 s."
    assert shown["ROC AUC"].iloc[2] == ""


def test_the_board_says_among_which_models_one_is_the_simplest(comparison) -> None:
    marks = {(True, False, False): "tied", (True, False, True): "simplest of the tied",
             (True, True, True): "fastest and simplest of the tied", (False, False, False): ""}  # fmt: skip
    board = comparison.leaderboard.copy()
    for flags, words in marks.items():
        board.loc[0, ["tied", "fastest", "simplest"]] = flags
        assert board_frame(replace(comparison, leaderboard=board))["tied with best"].iloc[0] == words
