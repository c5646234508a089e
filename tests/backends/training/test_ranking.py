"""The corrected t-test, Holm's method, and what is recommended for which reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backends.errors import WorkbenchError
from backends.training.ranking import Ranking, corrected_t_test, holm, rank

FOLDS = np.array([0.01, -0.01, 0.02, 0.0, -0.02])  # what the folds have in common
NOISE = np.array([0.002, -0.001, 0.0, 0.001, -0.002])
TITLES = {
    "hgb": "Hist gradient boosting",
    "rf": "Random forest",
    "lr": "Logistic regression",
    "rbf": "RBF SVM",
    "dummy": "Dummy baseline",
}


def scores(metric: str = "roc_auc", **per_fold: np.ndarray | list[float]) -> pd.DataFrame:
    rows = [
        {"model": model, "fold": fold, "metric": metric, "value": value}
        for model, values in per_fold.items()
        for fold, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def costs(**per_model: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(per_model, orient="index", columns=["predict_ms_1", "fit_seconds", "simplicity"])


def ranked(frame: pd.DataFrame, cost: pd.DataFrame | None = None, metric: str = "roc_auc") -> Ranking:
    cost = costs() if cost is None else cost
    return rank(frame, metric, (80.0, 20.0), cost, titles=TITLES)


def test_the_t_test_equals_scipy_on_a_sample_rescaled_by_the_correction() -> None:
    """Shrinking the mean by sqrt((1/J) / (1/J + share)) turns the plain t-test into the corrected one."""
    differences = np.random.default_rng(1).normal(0.01, 0.02, 10)
    shrink = np.sqrt(0.1 / (0.1 + 0.25))
    plain = stats.ttest_1samp(differences - differences.mean() * (1 - shrink), 0)
    assert corrected_t_test(differences, 0.25) == pytest.approx(plain.pvalue, rel=1e-12)


def test_the_t_test_by_hand_for_two_folds() -> None:
    """Mean 0.2, variance 0.02, so t = 0.2 / sqrt((1/2 + 1) 0.02) = 2 / sqrt(3); Cauchy with one degree of freedom."""
    expected = 2 * (0.5 - np.arctan(2 / np.sqrt(3)) / np.pi)
    assert corrected_t_test(np.array([0.1, 0.3]), 1.0) == pytest.approx(expected)


def test_the_correction_keeps_its_level_where_the_plain_test_does_not() -> None:
    """Folds that share data: differences correlated by n_test / (n_train + n_test) = 0.2, no true difference."""
    random = np.random.default_rng(0)
    shared = np.sqrt(0.2) * random.normal(size=(2000, 1)) + np.sqrt(0.8) * random.normal(size=(2000, 5))
    corrected = np.mean([corrected_t_test(row, 0.25) < 0.05 for row in shared])
    plain = np.mean(stats.ttest_1samp(shared, 0, axis=1).pvalue < 0.05)
    assert plain > 0.1
    assert 0.03 < corrected < 0.07


@pytest.mark.parametrize(
    ("differences", "p"),
    [([0.0, 0.0, 0.0], 1.0), ([0.1, 0.1, 0.1], 0.0), ([0.1], np.nan), ([], np.nan), ([np.nan, 0.2], np.nan)],
)
def test_differences_without_variance_or_without_folds(differences: list[float], p: float) -> None:
    assert corrected_t_test(np.array(differences), 0.25) == pytest.approx(p, nan_ok=True)


def test_a_fold_that_is_nan_is_left_out() -> None:
    values = np.array([0.1, 0.3, 0.2])
    assert corrected_t_test(np.append(values, np.nan), 0.25) == corrected_t_test(values, 0.25)


def test_holm_on_a_hand_worked_example() -> None:
    """0.005 × 4, 0.01 × 3, 0.03 × 2, then 0.04 × 1 raised to the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]).tolist() == [1.0, 1.0]
    assert holm([]).tolist() == []


def test_holm_does_not_count_what_could_not_be_tested() -> None:
    assert holm([0.02, np.nan, 0.01]).tolist() == pytest.approx([0.02, np.nan, 0.02], nan_ok=True)


def test_the_simplest_of_the_tied_models_is_recommended_and_the_fastest_is_named() -> None:
    frame = scores(
        rf=0.851 + FOLDS, hgb=0.850 + FOLDS + NOISE, lr=0.850 + FOLDS - NOISE, rbf=0.7 + FOLDS + NOISE, dummy=[0.5] * 5
    )
    result = ranked(frame, costs(rf=(9, 4, 8), hgb=(0.9, 1, 9), lr=(2, 0.3, 2), rbf=(0.1, 1, 5), dummy=(0.01, 0.01, 1)))
    assert result.order == ("rf", "hgb", "lr", "rbf", "dummy")
    assert result.tied == {"rf", "hgb", "lr"}
    assert (result.best, result.fastest, result.simplest, result.recommended) == ("rf", "hgb", "lr", "lr")
    assert result.beats_baseline is True
    assert result.reason == (
        "Logistic regression is recommended: it ties with the best on ROC AUC (random forest, hist gradient boosting) "
        "and is the simplest of the three; hist gradient boosting predicts fastest."
    )


def test_a_simple_model_far_behind_is_not_recommended_though_it_ties() -> None:
    """Fold scores of rf vary by 0.01: one corrected standard error is sqrt(1/5 + 20/80) of that, 0.0067."""
    rf = 0.85 + np.array([-0.01, 0.01, 0.0, -0.01, 0.01])
    unsteady = rf - 0.05 + np.array([0.05, -0.06, 0.07, -0.07, 0.01])
    near = rf - 0.005 + np.array([0.01, -0.01, 0.01, -0.01, 0.0])
    result = ranked(scores(rf=rf, lr=unsteady, hgb=near), costs(rf=(1, 1, 8), lr=(2, 1, 1), hgb=(3, 1, 7)))
    assert result.tied == {"rf", "lr", "hgb"}
    assert (result.simplest, result.recommended) == ("lr", "hgb")
    assert result.reason.endswith(
        "(random forest, logistic regression) and is simpler than random forest, the only other one within one "
        "standard error; random forest predicts fastest."
    )


def test_of_two_equally_simple_models_the_better_one_is_not_called_the_simpler() -> None:
    rf = 0.85 + np.array([-0.01, 0.01, 0.0, -0.01, 0.01])
    unsteady = rf - 0.05 + np.array([0.05, -0.06, 0.07, -0.07, 0.01])
    near = rf - 0.005 + np.array([0.01, -0.01, 0.01, -0.01, 0.0])
    two = ranked(scores(rf=rf, hgb=near), costs(rf=(1, 1, 8), hgb=(3, 1, 8)))
    assert "and is the better of the two, which are equally simple;" in two.reason
    three = ranked(scores(rf=rf, lr=unsteady, hgb=near), costs(rf=(1, 1, 8), lr=(2, 1, 9), hgb=(3, 1, 8)))
    assert "and is better than hist gradient boosting, the only other one within one standard error and as simple;" in (
        three.reason
    )


def test_the_best_is_recommended_when_the_others_are_behind_by_more_than_an_error() -> None:
    rf = 0.85 + np.array([-0.01, 0.01, 0.0, -0.01, 0.01])
    lr = rf - 0.05 + np.array([0.05, -0.06, 0.07, -0.07, 0.01])
    result = ranked(scores(rf=rf, lr=lr), costs(rf=(1, 1, 8), lr=(2, 1, 1)))
    assert result.reason == (
        "Random forest is recommended: it is the best on ROC AUC (in a tie with logistic regression) "
        "and the others are more than one standard error behind; it also predicts faster."
    )


def test_how_long_predictions_take_does_not_change_the_recommendation() -> None:
    frame = scores(rf=0.851 + FOLDS, hgb=0.850 + FOLDS + NOISE)
    quick, slow = (ranked(frame, costs(rf=(ms, 1, 2), hgb=(1.0, 1, 9))) for ms in (0.01, 50))
    assert quick.recommended == slow.recommended == "rf"
    assert (quick.fastest, slow.fastest) == ("rf", "hgb")


def test_a_clear_winner_is_said_to_have_no_rival() -> None:
    result = ranked(scores(rf=0.9 + FOLDS, lr=0.8 + FOLDS + NOISE), costs(lr=(0.1, 0.1, 1)))
    assert result.tied == {"rf"}
    assert result.reason == "Random forest is recommended: no other model ties with its ROC AUC of 0.900."


def test_a_loss_is_better_when_smaller() -> None:
    result = ranked(scores("log_loss", rf=0.3 + FOLDS, lr=0.5 + FOLDS + NOISE), metric="log_loss")
    assert result.order == ("rf", "lr")
    assert result.reason == "Random forest is recommended: no other model ties with its log loss of 0.300."


def test_when_the_baseline_ties_nothing_beats_guessing_and_it_is_said() -> None:
    frame = scores(rf=[0.52, 0.47, 0.51, 0.53, 0.49], lr=[0.5, 0.5, 0.52, 0.48, 0.49], dummy=[0.5] * 5)
    result = ranked(frame, costs(dummy=(0.01, 0.01, 1)))
    assert result.beats_baseline is False
    assert "dummy" in result.tied
    assert result.recommended != "dummy"
    assert "no model can be told from guessing" in result.reason


def test_the_baseline_is_recommended_only_when_it_is_alone() -> None:
    result = ranked(scores(dummy=[0.5] * 5, rf=[np.nan] * 5))
    assert result.recommended == "dummy"
    assert result.beats_baseline is None
    assert result.reason == "Dummy baseline is all there is: no other model has a measurable ROC AUC."


def test_one_model_alone_is_recommended_as_the_only_one() -> None:
    result = ranked(scores(lr=0.8 + FOLDS))
    assert result.tied == {"lr"}
    assert result.reason == "Logistic regression is recommended: it is the only model with a score (ROC AUC 0.800)."


def test_two_folds_warn_that_they_hardly_tell_models_apart() -> None:
    result = ranked(scores(rf=[0.8, 0.81], lr=[0.7, 0.78]))
    assert result.tied == {"rf", "lr"}
    assert result.reason.endswith("Few folds (2) can hardly tell models apart; five or more can.")


def test_models_without_a_score_come_last_and_are_not_tied() -> None:
    result = ranked(scores(rf=[np.nan] * 5, lr=0.8 + FOLDS, hgb=0.81 + FOLDS + NOISE))
    assert result.order[-1] == "rf"
    assert "rf" not in result.tied


def test_a_fold_without_a_score_is_left_out_of_the_test() -> None:
    holed = 0.85 + FOLDS
    holed[2] = np.nan
    result = ranked(scores(rf=0.851 + FOLDS + NOISE, lr=holed))
    assert result.tied == {"rf", "lr"}


def test_no_measurable_score_is_told() -> None:
    with pytest.raises(WorkbenchError, match="measurable ROC AUC"):
        ranked(scores(rf=[np.nan, np.nan]))
    with pytest.raises(WorkbenchError, match="measurable F1"):
        ranked(scores(rf=[0.5, 0.6]), metric="f1")


def test_equal_scores_are_ordered_by_name_whatever_the_rows_order() -> None:
    frame = scores(rf=[0.8] * 5, lr=[0.8] * 5)
    assert ranked(frame).order == ranked(frame[::-1]).order == ("lr", "rf")
