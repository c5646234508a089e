"""Which models are tied with the best, and which one of them to take.

A higher mean over a handful of folds is not yet a better model: the folds share most of their training
rows, so their scores vary together and a plain t-test finds differences that are not there. The corrected
resampled t-test of Nadeau and Bengio (Inference for the Generalization Error, Machine Learning 52, 2003)
widens the variance for that. The best model is compared with each other one, and Holm's method keeps the
chance of any false difference at 5 %. Models that differ from the best by less than that are tied with it.

A tie over five folds is wide. Within it, the simplest model whose mean is at most one standard error below the
best one's is recommended (the one-standard-error rule of Breiman et al., Classification and Regression Trees,
1984, with Nadeau and Bengio's standard error). Clocks have no say in it, so the same table, spec and versions
give the same recommendation on every machine; which tied model predicts fastest is told beside it.

The baseline is not one of them. Whether the best model beats it is a question of its own, asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.training.scoring import Metric, metric

ALPHA = 0.05
BASELINE = "dummy"
PROPER_NAMES = frozenset({"Brier", "Gaussian"})
NUMBER_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
COSTS = ("predict_ms_1", "fit_seconds", "simplicity")


@dataclass(frozen=True)
class Ranking:
    """The models from best to worst, and which of them to take.

    `order` holds every model, best mean first and those without a measurable score last; `tied` the models
    that the test cannot tell from the best, which is one of them; `fastest` (to predict one row) and `simplest`
    are tied models. `p_values` is the test's answer for every model but the best (Holm-corrected, the
    baseline's not; NaN where it cannot be tested).
    """

    metric: str
    order: tuple[str, ...]
    tied: frozenset[str]
    best: str
    fastest: str
    simplest: str
    recommended: str
    reason: str
    p_values: Mapping[str, float]
    beats_baseline: bool | None = None  # None: there was no baseline to compare with


def corrected_t_test(differences: np.ndarray, test_share: float) -> float:
    """Two-sided p-value that paired score differences over folds have mean zero (Nadeau & Bengio 2003).

    `test_share` is the number of test rows over that of training rows (0.25 for 5 folds). The statistic is
    mean / sqrt((1 / folds + test_share) × variance) on folds - 1 degrees of freedom. Folds that are NaN are
    left out; with fewer than two left there is no answer (NaN). Differences that are all the same are
    certain: p is 1 where they are zero, else 0.

    >>> round(corrected_t_test(np.array([0.02, 0.03, 0.01, 0.02, 0.02]), test_share=0.25), 4)
    0.0135
    >>> corrected_t_test(np.zeros(5), test_share=0.25)
    1.0
    """
    from scipy.stats import t

    values = np.asarray(differences, dtype=np.float64)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return np.nan
    mean, variance = values.mean(), values.var(ddof=1)
    if variance <= (1e-12 * max(1.0, np.abs(values).max())) ** 2:
        return 1.0 if abs(mean) <= 1e-12 else 0.0
    statistic = mean / np.sqrt((1 / len(values) + test_share) * variance)
    return float(2 * t.sf(abs(statistic), df=len(values) - 1))


def corrected_error(values: np.ndarray, test_share: float) -> float:
    """Standard error of a mean of fold scores: sqrt((1 / folds + test_share) × variance), as in that test.

    NaN is left out; a single fold shows no variance, so its error is 0.

    >>> round(corrected_error(np.array([0.80, 0.82, 0.84]), test_share=0.5), 4)
    0.0183
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    return float(np.sqrt((1 / len(known) + test_share) * known.var(ddof=1))) if len(known) > 1 else 0.0


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Holm's step-down adjustment: p-values that can be compared with 5 % though several were asked.

    The smallest of m is multiplied by m, the next by m - 1 and so on, never falling below an earlier one and
    never above 1. NaN stays NaN and does not count.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(given), np.nan)
    order = np.argsort(given)[: np.count_nonzero(~np.isnan(given))]
    steps = given[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def rank(
    fold_scores: pd.DataFrame,
    metric_key: str,
    sizes: tuple[float, float],
    costs: pd.DataFrame,
    *,
    titles: Mapping[str, str] | None = None,
    baseline: str = BASELINE,
) -> Ranking:
    """Rank models by their mean over the folds and recommend one of those tied with the best.

    `fold_scores` has columns model, fold, metric and value; `sizes` are the mean numbers of training and
    test rows of a fold; `costs` is indexed by model with the columns predict_ms_1 (milliseconds for one
    row), fit_seconds and simplicity (1 is the simplest; any order). Missing costs count as the worst.

    Recommended is the simplest of the tied models within one standard error of the best; of several equally
    simple ones, the better. The baseline is recommended only when it is alone. Raises WorkbenchError when no
    model has a score.
    """
    judged = metric(metric_key)
    table = _table(fold_scores, judged)
    rivals = [model for model in table.columns if model != baseline and table[model].notna().any()] or [baseline]
    best = rivals[0]
    share = sizes[1] / sizes[0]
    p_values = {model: corrected_t_test((table[best] - table[model]).to_numpy(), share) for model in table.columns}
    others = [model for model in rivals if model != best]
    p_values |= dict(zip(others, holm([p_values[model] for model in others]), strict=True))
    tied = [best, *(model for model in others if not p_values[model] < ALPHA)]
    costs = costs.reindex(index=list(table.columns), columns=list(COSTS)).astype(float).fillna(np.inf)
    near = _within_one_error(tied, table, share)
    recommended = _least(near, costs["simplicity"])
    beats = _beats(table, best, baseline, p_values)
    names = _Names(titles or {}, judged)
    return Ranking(
        metric=metric_key,
        order=tuple(table.columns),
        tied=frozenset([*tied, *([baseline] if beats is False else [])]),
        best=best,
        fastest=_least(tied, costs["predict_ms_1"]),
        simplest=_least(tied, costs["simplicity"]),
        recommended=recommended,
        reason=_reason(recommended, tied, _advantage(tied, near, costs, names), table, beats, names, baseline),
        p_values={model: p for model, p in p_values.items() if model != best},
        beats_baseline=beats,
    )


@dataclass(frozen=True)
class _Names:
    titles: Mapping[str, str]
    metric: Metric

    def __call__(self, key: str) -> str:
        """The model's title as it stands inside a sentence."""
        return _inside(self.titles.get(key, key.replace("_", " ")))


def _inside(title: str) -> str:
    """A title inside a sentence: the first word loses its capital unless it is an acronym or someone's name.

    >>> _inside("Random forest"), _inside("RBF SVM"), _inside("Gaussian naive Bayes"), _inside("F1")
    ('random forest', 'RBF SVM', 'Gaussian naive Bayes', 'F1')
    """
    first = title.split(" ")[0]
    return title if first in PROPER_NAMES or not first[1:].islower() else title[:1].lower() + title[1:]


def _table(fold_scores: pd.DataFrame, judged: Metric) -> pd.DataFrame:
    """Folds × models, greater is better, best model first; equal means by name."""
    rows = fold_scores[fold_scores["metric"] == judged.key]
    table = rows.pivot(index="fold", columns="model", values="value").astype(float)
    if table.empty or table.isna().all(axis=None):
        raise WorkbenchError(
            f"No model has a measurable {judged.title}.", hint="Choose another metric, or fewer and larger folds."
        )
    table = table if judged.greater_is_better else -table
    order = sorted(table.columns, key=lambda model: (-np.nan_to_num(table[model].mean(), nan=-np.inf), str(model)))
    return table[order]


def _beats(table: pd.DataFrame, best: str, baseline: str, p_values: Mapping[str, float]) -> bool | None:
    if baseline not in table.columns or best == baseline or np.isnan(p_values[baseline]):
        return None
    return bool(p_values[baseline] < ALPHA and table[best].mean() > table[baseline].mean())


def _least(models: Sequence[str], cost: pd.Series) -> str:
    """The cheapest model; the earlier, better one on a tie."""
    return min(models, key=lambda model: cost[model])


def _within_one_error(tied: Sequence[str], table: pd.DataFrame, test_share: float) -> list[str]:
    """The tied models whose mean is at most one corrected standard error below that of the best, the first."""
    best = table[tied[0]]
    least = best.mean() - corrected_error(best.to_numpy(), test_share)
    return [model for model in tied if table[model].mean() >= least]


def _reason(
    recommended: str,
    tied: Sequence[str],
    advantage: str,
    table: pd.DataFrame,
    beats: bool | None,
    names: _Names,
    baseline: str,
) -> str:
    """One sentence that says why; a second one where it must not be trusted."""
    others = [model for model in tied if model != recommended]
    measured = [model for model in table.columns if table[model].notna().any()]
    name, title = names(recommended), _inside(names.metric.title)
    if recommended == baseline:
        sentence = f"{name} is all there is: no other model has a measurable {title}."
    elif len([model for model in measured if model != baseline]) == 1:
        sentence = (
            f"{name} is recommended: it is the only model with a score ({title} {_mean(table, recommended, names)})."
        )
    elif not others:
        sentence = f"{name} is recommended: no other model ties with its {title} of {_mean(table, recommended, names)}."
    else:
        place = "is the best" if recommended == tied[0] else "ties with the best"
        tie = f"{place} on {title} ({'in a tie with ' if recommended == tied[0] else ''}{_listed(others, names)})"
        sentence = f"{name} is recommended: it {tie}{advantage}."
    warnings = [text for applies, text in _DOUBTS if applies(beats, table)]
    return " ".join([_capital(sentence), *(text.format(metric=title, folds=len(table)) for text in warnings)])


_DOUBTS: tuple[tuple[Callable[[bool | None, pd.DataFrame], bool], str], ...] = (
    (lambda beats, table: beats is False, "But on {metric} no model can be told from guessing: the baseline ties too."),
    (lambda beats, table: len(table) < 3 and table.shape[1] > 1,
     "Few folds ({folds}) can hardly tell models apart; five or more can."),
)  # fmt: skip


def _advantage(tied: Sequence[str], near: Sequence[str], costs: pd.DataFrame, names: _Names) -> str:
    """Why this one of the tied models, in the words that follow "it ties with the best"."""
    times, simplicity = costs.loc[list(tied), "predict_ms_1"], costs.loc[list(tied), "simplicity"]
    if len(near) == 1:
        words = " and the others are more than one standard error behind"
    elif np.isinf(simplicity.min()):
        words = ""
    elif len(near) == 2:
        words = f" and is {_of_two(near, len(tied) > 2, simplicity, names)}"
    else:
        words = f" and is the simplest of the {_number(len(near))}{_WITHIN if len(near) < len(tied) else ''}"
    if np.isinf(times.min()):
        return words
    fastest = _least(tied, times)
    also = "it also predicts" if fastest == _least(near, costs["simplicity"]) else f"{names(fastest)} predicts"
    return f"{words}; {also} {'faster' if len(tied) == 2 else 'fastest'}"


_WITHIN = " within one standard error"


def _of_two(near: Sequence[str], more_are_tied: bool, simplicity: pd.Series, names: _Names) -> str:
    """What speaks for one of two models; the other is named where a third, which is further behind, is tied too."""
    chosen = _least(near, simplicity)
    other = next(model for model in near if model != chosen)
    alike = simplicity[chosen] == simplicity[other]
    if not more_are_tied:
        return "the better of the two, which are equally simple" if alike else "the simpler of the two"
    only = f"{names(other)}, the only other one{_WITHIN}"
    return f"better than {only} and as simple" if alike else f"simpler than {only}"


def _number(count: int) -> str:
    return NUMBER_WORDS.get(count, str(count))


def _listed(models: Sequence[str], names: _Names, shown: int = 4) -> str:
    more = [f"{len(models) - shown} more"] if len(models) > shown else []
    return ", ".join([*(names(model) for model in models[:shown]), *more])


def _mean(table: pd.DataFrame, model: str, names: _Names) -> str:
    value = table[model].mean()
    return names.metric.short(value if names.metric.greater_is_better else -value)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
