"""Bad input on the page Fairness: a sentence or "not measurable" on every tab, never a traceback or a wrong number."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from streamlit.testing.v1 import AppTest

from backends.datasets import read_table
from backends.training import TrainingSpec, compare
from components.state import Source, Work
from tests.pages.conftest import Open, give
from tests.pages.test_explain import said
from tests.pages.test_fairness import TABS, tab

ROWS = 600


def people(rows: int = ROWS, classes: int = 2) -> pd.DataFrame:
    """Rows with a feature that predicts the outcome, and columns that are hard to compare people by."""
    random = np.random.default_rng(5)
    skill = random.normal(size=rows)
    outcome = np.digitize(skill + random.normal(scale=0.7, size=rows), [0.0, 0.8][: classes - 1])
    sex = np.where(random.random(rows) < 0.5, "f", "m")
    return pd.DataFrame(
        {
            "skill": np.where(np.arange(rows) % 6 == 0, -4.0, skill).round(3),
            "sex": sex,
            "single": ["all"] * rows,
            "empty": [None] * rows,
            "town": [f"t{number % 5000}" for number in range(rows)],
            "told": np.array(["no", "yes", "maybe"])[outcome],
            "unlucky": np.where(np.arange(rows) % 6 == 0, "never", "mostly"),
            "outcome": np.array(["no", "yes", "maybe"])[outcome],
        }
    )


@lru_cache(maxsize=4)
def work(rows: int = ROWS, classes: int = 2, target: str = "outcome") -> Work:
    """A logistic regression by skill alone; the other columns are no features."""
    data = people(rows, classes).to_csv(index=False).encode()
    dataset = read_table(data, "people.csv", kinds={"town": "category", "told": "category", "empty": "category"})
    spec = TrainingSpec(
        target, features=("skill",), models=("logistic_regression", "dummy"), processes=1, holdout=0.2, folds=3
    )
    comparison = compare(dataset, spec)
    source = Source("people.csv", data, hashlib.sha256(data).hexdigest())
    result = f"people {rows} {classes}"
    return Work(source, dataset, dataset, spec=spec, result=result, comparison=comparison, trained=dataset)


def page(open_page: Open, about: Work, columns: list[str]) -> AppTest:
    app = open_page("home")
    give(app, about)
    app.session_state["fairness_columns"] = columns
    app.run()
    app = app.switch_page("fairness_page.py").run()
    if app.multiselect(key="fairness_columns").value != columns:
        app = app.multiselect(key="fairness_columns").set_value(columns).run()
    return app


def everything(app: AppTest) -> str:
    """All that the page says on all of its tabs, errors with their titles; nothing failed on the way."""
    words = []
    for name in TABS:
        app = tab(app, name)
        assert not app.exception, name
        titles = [str(error.proto.title) for error in app.error]
        assert not any("Something went wrong" in title for title in titles), (name, titles)
        words += [said(app), *titles, *(str(frame.value.to_csv()) for frame in app.dataframe)]
    found = "\n".join(words)
    assert "nan%" not in found
    assert " nan" not in found.lower()
    return found


@pytest.mark.parametrize("column", ["single", "empty"])
def test_a_column_with_one_value_or_none_is_nobody_to_compare(open_page: Open, column: str) -> None:
    app = page(open_page, work(), [column])
    assert not app.exception
    assert "There is nobody to compare" in app.error[0].proto.title


def test_beside_another_column_it_is_left_out_and_said(open_page: Open) -> None:
    assert "Left out: all" in everything(page(open_page, work(), ["sex", "single"]))


def test_hundreds_of_values_are_groups_too_small_to_measure(open_page: Open) -> None:
    found = everything(page(open_page, work(5_000 * 2), ["town"]))
    assert "groups; the 20 largest are shown" in found
    assert "Nothing can be compared" in found
    assert "not measurable (n = " in found


def test_a_column_that_is_the_truth_is_noted(open_page: Open) -> None:
    found = everything(page(open_page, work(), ["told"]))
    assert "tells the truth of every row" in found
    assert "not measurable" in found


def test_no_positive_decision_in_a_group_leaves_its_precision_open(open_page: Open) -> None:
    assert "no positive decisions among" in everything(page(open_page, work(), ["unlucky"]))


class Decisive:
    """A classifier that decides and gives no probabilities."""

    classes_ = np.array([0, 1])

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return (X["skill"].to_numpy() > 0).astype(int)


def test_a_model_without_probabilities_is_judged_by_its_decisions(open_page: Open) -> None:
    found = work()
    assert found.comparison is not None
    key = "logistic_regression"
    mute = replace(found.comparison.models[key], pipeline=_Mute([("model", Decisive())]), out_of_fold=None)
    models = {**found.comparison.models, key: mute}
    about = replace(found, result="mute", comparison=replace(found.comparison, models=models), model=key)
    app = page(open_page, about, ["sex"])
    assert "There are no probabilities" in said(app)
    assert "gives no probabilities" in everything(app)


class _Mute(Pipeline):
    """A pipeline as it is, but for what it cannot do."""

    def predict(self, X: pd.DataFrame, **params: object) -> np.ndarray:
        return Decisive().predict(X)

    @property
    def predict_proba(self) -> None:
        raise AttributeError("predict_proba")


def test_a_hold_out_of_twelve_rows_says_what_it_cannot_measure(open_page: Open) -> None:
    found = everything(page(open_page, work(60), ["sex"]))
    assert "Nothing can be compared: of 12 held-out rows" in found


def test_three_classes_are_told_from_the_rest_and_thresholds_say_why_not(open_page: Open) -> None:
    found = everything(page(open_page, work(900, 3), ["sex"]))
    assert "Thresholds need two classes" in found
    assert "Mitigation needs two classes" in found


def test_costs_of_nothing_leave_the_buttons_with_a_sentence(open_page: Open) -> None:
    app = tab(page(open_page, work(), ["sex"]), "Thresholds")
    app.number_input(key="fairness_cost_fp").set_value(0.0)
    app.number_input(key="fairness_cost_fn").set_value(0.0).run()
    assert not app.exception
    assert not app.error
    assert "Both kinds of error cost 0" in said(app)
    assert app.button(key="fairness_solve_lowest_cost").disabled


def test_columns_that_are_no_groups_are_named_with_the_reason(open_page: Open) -> None:
    app = open_page("home")
    found = work()
    assert found.dataset is not None
    assert found.comparison is not None
    text = replace(found.dataset.schema["town"], kind="identifier")
    aside = found.comparison.best.aside_schema
    changed = replace(aside, columns=tuple(text if column.name == "town" else column for column in aside))
    models = {key: replace(model, aside_schema=changed) for key, model in found.comparison.models.items()}
    give(app, replace(found, result="named", comparison=replace(found.comparison, models=models)))
    app.run()
    app = app.switch_page("fairness_page.py").run()
    assert not app.exception
    assert "Not offered: town (identifier)" in said(app)
    assert "town" not in app.multiselect(key="fairness_columns").options
