from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.serving import explaining
from backends.serving.explaining import background_size
from backends.serving.predictor import Predictor
from backends.serving.refusals import Invalid
from tests.backends.serving.published import MIXED, bundled, handmade, records, trained

TEN = ("age", "income", "city", "member", "extra0", "extra1", "extra2", "extra3", "extra4", "note")


def by_definition(ask: Predictor, row: dict[str, Any], output: int) -> dict[str, float]:
    """Shapley values from all subsets of columns, by mixing records."""
    background, names = ask.bundle.background, list(ask.signature.features)

    def worth(known: tuple[str, ...]) -> float:
        mixed = [{name: (row if name in known else other)[name] for name in names} for other in background]
        return float(ask.predict(mixed, unusual="accept").probabilities[:, output].mean())

    sets = {known: worth(known) for size in range(len(names) + 1) for known in combinations(names, size)}
    values = {}
    for name in names:
        without = [known for known in sets if name not in known]
        values[name] = sum(
            (sets[tuple(n for n in names if n in known or n == name)] - sets[known])
            / (len(names) * comb(len(names) - 1, len(known)))
            for known in without
        )
    return values


@pytest.mark.parametrize("target", ["bought", "favourite"])
def test_few_columns_get_the_exact_shapley_values(target: str) -> None:
    model = trained(target)
    ask = Predictor.load(bundled(model, background=5))
    rows = records(model, 3)
    found = ask.explain(rows, unusual="accept")
    predicted = ask.predict(rows, unusual="accept")
    for at, row in enumerate(rows):
        output = 1 if target == "bought" else model.classes.index(predicted.labels[at])
        assert found.explained[at] == model.classes[output]
        assert found.outputs[at] == pytest.approx(predicted.probabilities[at, output])
        expected = by_definition(ask, row, output)
        assert dict(zip(found.columns, found.values[at], strict=True)) == pytest.approx(expected, abs=1e-9)
    assert found.errors is None
    assert found.method == "SHAP values from all sets of columns against 5 rows of the published background"
    assert found.asked == 3 + 5 + 3 * 5 * (2**6 - 2)


def test_many_columns_are_sampled_near_the_exact_values_and_add_up() -> None:
    model = trained("bought", TEN, "random_forest")
    ask = Predictor.load(bundled(model, background=20))
    [row] = records(model, 1)
    found = ask.explain([row], unusual="accept")
    assert found.errors is not None
    assert found.method.startswith("permutation SHAP against 20 rows")
    assert found.residuals.max() < 1e-9
    expected = np.array(list(by_definition(ask, row, 1).values()))
    assert (np.abs(found.values[0] - expected) <= 5 * found.errors[0] + 1e-9).all()
    again = ask.explain([row], unusual="accept")
    np.testing.assert_array_equal(again.values, found.values)


def test_values_add_up_to_the_prediction_and_are_ranked() -> None:
    model = trained()
    found = Predictor.load(bundled(model)).explain(records(model, 4), unusual="accept")
    assert found.columns == MIXED
    np.testing.assert_allclose(found.bases + found.values.sum(axis=1), found.outputs, atol=1e-12)
    ranked = found.ranked(2)
    sizes = [abs(value) for _, _, value in ranked]
    assert sizes == sorted(sizes, reverse=True)
    assert {(name, given) for name, given, _ in ranked} == set(records(model, 4)[2].items())
    third = found.to_records()[2]
    assert third["base"] + sum(third["contributions"].values()) == pytest.approx(third["output"])
    assert (third["row"], third["explained_class"], third["standard_errors"]) == (2, "yes", None)
    assert third["residual"] < 1e-12


def test_a_row_like_the_whole_background_has_nothing_to_explain() -> None:
    found = Predictor.load(handmade(2.0)).explain([{"x": 0.0}])
    assert found.values.tolist() == [[0.0]]
    assert found.bases.tolist() == found.outputs.tolist() == [0.5]


def test_one_column_carries_the_whole_difference() -> None:
    found = Predictor.load(handmade(2.0)).explain([{"x": 1.0}, {"x": -3}])
    chances = 1 / (1 + np.exp([-2.0, 6.0]))
    np.testing.assert_allclose(found.values[:, 0], chances - 0.5)
    assert found.explained == ("yes", "yes")


def test_the_work_is_bounded_and_the_background_cut_first() -> None:
    assert background_size(rows=1, players=8, of=60) == 60
    assert background_size(rows=1, players=0, of=1) == 1
    assert background_size(rows=10, players=8, of=60) == explaining.MOST_ASKED // (10 * 254)
    assert background_size(rows=1, players=700, of=60) == explaining.MOST_CELLS // (2 * 699 * 700)
    with pytest.raises(WorkbenchError, match="100 rows over 8 columns would put too many mixed rows") as refused:
        background_size(rows=100, players=8, of=60)
    assert refused.value.hint == "Explain fewer rows in one request."
    with pytest.raises(WorkbenchError, match="1 row over 5,000 columns"):
        background_size(rows=1, players=5_000, of=60)


def test_a_cut_background_is_drawn_by_seed_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained()
    ask = Predictor.load(bundled(model, background=40))
    monkeypatch.setattr(explaining, "MOST_ASKED", 62 * 15)
    first, again, other = (ask.explain(records(model, 1), "accept", seed=seed) for seed in (0, 0, 1))
    assert first.method.endswith("against 15 rows of the published background")
    assert first.bases == again.bases != other.bases
    assert first.residuals.max() < 1e-12


def test_what_cannot_be_explained_says_why() -> None:
    ask = Predictor.load(handmade(2.0))
    with pytest.raises(Invalid, match="Row 1: "):
        ask.explain([{"x": 99.0}])
    assert ask.explain([{"x": 99.0}], unusual="accept").outputs[0] == pytest.approx(1.0)
    with pytest.raises(WorkbenchError, match="no row to explain"):
        ask.explain([])
