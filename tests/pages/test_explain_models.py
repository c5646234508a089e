"""Every tab of Explain answers for every sort of model, and for tables that leave it little to say."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from backends.datasets import read_table
from backends.explanations.cohorts import Cohort, Condition
from backends.training import TrainingSpec, compare
from components.state import Source, Work
from tests.pages.conftest import Open, give, texts, work_of

TABS = ("Overall", "One row", "What-if", "Counterfactuals", "Where it fails", "Two models")
MODELS = (
    "random_forest",
    "hist_gradient_boosting",
    "logistic_regression",
    "rbf_svm",
    "nearest_neighbours",
    "naive_bayes",
)
TWO, SIX = ("hist_gradient_boosting", "rbf_svm"), ("logistic_regression", "nearest_neighbours")


def table(rows: int, classes: int = 2, only: tuple[str, ...] = ()) -> pd.DataFrame:
    """Customers with a number, a date, a category of levels, a boolean, free text and missing values."""
    random = np.random.default_rng(0)
    age, town = random.integers(18, 80, rows), random.choice(["Bern", "Basel", "Chur"], rows)
    since = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 1500, rows), unit="D")
    said = [" ".join(random.choice(["good", "bad", "slow", "quick", "fine"], 4)) for _ in range(rows)]
    score = age / 40 + (town == "Bern") + random.normal(size=rows) * 0.4
    frame = pd.DataFrame({"age": age, "town": town, "since": since.strftime("%Y-%m-%d"), "said": said})
    frame["owner"] = np.where(random.random(rows) < 0.4, "yes", "no")
    frame["pay"] = np.where(random.random(rows) < 0.1, np.nan, random.normal(3000, 500, rows).round(2))
    cuts = np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1])
    frame["bought"] = np.array(["never", "once", "often", "daily", "hourly", "always"])[np.searchsorted(cuts, score)]
    return frame[[*only, "bought"]] if only else frame


@lru_cache(maxsize=4)
def work(rows: int, classes: int = 2, models: tuple[str, ...] = MODELS, only: tuple[str, ...] = ()) -> Work:
    data = table(rows, classes, only).to_csv(index=False).encode()
    dataset = read_table(data, "customers.csv")
    spec = TrainingSpec("bought", models=models, processes=1)
    comparison = compare(dataset, spec)
    assert set(comparison.models) == set(models), comparison.failures
    key = hashlib.sha256(data).hexdigest()
    source = Source("customers.csv", data, key)
    return Work(source, dataset, dataset, spec=spec, result=key, comparison=comparison, trained=dataset)


def opened(open_page: Open, made: Work, model: str) -> AppTest:
    app = open_page("home")
    give(app, replace(made, model=model))
    return app.run().switch_page("explain_page.py").run(timeout=120)


def walked(app: AppTest) -> None:
    """Every tab shows something and nothing goes wrong in any."""
    assert not app.exception
    for name in TABS:
        app.session_state["explain_tab"] = name
        app = app.run(timeout=120)
        assert not app.exception, (name, app.exception)
        assert not app.error, (name, [one.proto.title + str(one.value) for one in app.error])
        assert "nan" not in texts(app).lower().split(), name


@pytest.mark.parametrize("model", MODELS)
def test_every_tab_answers_for_every_sort_of_model(open_page: Open, model: str) -> None:
    app = opened(open_page, work(300), model)
    assert "add up to the model's output" in texts(app)
    walked(app)


def test_every_tab_answers_for_six_classes(open_page: Open) -> None:
    walked(opened(open_page, work(300, 6, SIX), "nearest_neighbours"))


def test_every_tab_answers_for_twelve_held_out_rows(open_page: Open) -> None:
    app = opened(open_page, work(60, models=("random_forest", "rbf_svm")), "rbf_svm")
    assert len(work_of(app).comparison.models["rbf_svm"].holdout) == 12
    walked(app)


def test_every_tab_answers_for_a_single_feature(open_page: Open) -> None:
    models = ("hist_gradient_boosting", "naive_bayes")
    walked(opened(open_page, work(300, models=models, only=("age",)), "naive_bayes"))


def test_every_tab_answers_within_a_cohort_and_says_so(open_page: Open) -> None:
    cohort = Cohort.of(Condition("town", "is", ("Bern",)))
    made = replace(work(300, models=TWO), cohorts=(cohort,))
    app = opened(open_page, made, "hist_gradient_boosting")
    app.session_state["explain_cohort"] = cohort.name
    assert made.comparison is not None
    rows = int(cohort.mask(made.comparison.models["hist_gradient_boosting"].held_out).sum())
    walked(app)
    app.session_state["explain_tab"] = "Overall"
    assert "SHAP and shuffling" in texts(app.run())
    app.session_state["explain_tab"] = "Where it fails"
    said = texts(app.run()).replace("\\", "")
    assert f"within town is 'Bern' only ({rows:,} held-out rows)" in said
    assert f"{rows} held-out rows are too few" in said


def test_two_models_of_different_spaces_are_compared_in_probability(open_page: Open) -> None:
    app = opened(open_page, work(300, models=TWO), "hist_gradient_boosting")
    app.session_state["explain_tab"] = "Two models"
    said = texts(app.run(timeout=120))
    assert "both are explained here in probability" in said
    assert said.count("add up to the model's output") == 3
    assert any({"column", "difference"} <= set(one.value.columns) for one in app.dataframe)


def test_a_slow_model_is_pictured_from_few_rows_first_and_from_all_soon_after(open_page: Open) -> None:
    app = opened(open_page, work(700, models=("rbf_svm",)), "rbf_svm")
    first = re.search(r"A first picture from (\d+) rows; one from (\d+) follows in a moment", texts(app))
    assert first is not None
    few, many = map(int, first.groups())
    assert f"every one of {few} rows" in texts(app)
    for _ in range(60):
        if "follows in a moment" not in texts(app):
            break
        time.sleep(0.5)
        app.run()
    assert few < many
    assert f"every one of {many} rows" in texts(app)


def test_levels_that_are_not_allowed_are_never_proposed(open_page: Open) -> None:
    app = opened(open_page, work(300), "logistic_regression")
    app.session_state["explain_tab"] = "Counterfactuals"
    app.run().multiselect(key="explain_levelled").set_value(["town"]).run()
    towns = app.multiselect(key="explain_levels_town")
    assert sorted(towns.value) == ["Basel", "Bern", "Chur"]
    towns.set_value(["Chur"]).run()
    app.toggle(key="explain_look").set_value(True).run(timeout=120)
    assert not app.exception
    changes = next(one.value for one in app.dataframe if "counterfactual" in one.value.columns)
    assert set(changes.loc[changes["column"] == "town", "after"]) <= {"Chur"}
    dates = changes.loc[changes["column"] == "since", ["before", "after"]].to_numpy().ravel()
    assert not any(" 00:00:00" in value for value in dates)


def test_a_category_has_no_accumulated_effects_and_is_told_why(open_page: Open) -> None:
    app = opened(open_page, work(300), "logistic_regression")
    app.session_state["explain_tab"] = "What-if"
    app.session_state["explain_way"] = "Accumulated effects"
    app.session_state["explain_effect"] = "town"
    app.run()
    assert not app.exception
    assert not app.error
    assert "accumulated local effects need an order, and the values of town have none" in texts(app)


def test_what_if_shows_the_decided_and_the_true_class_first(open_page: Open) -> None:
    app = opened(open_page, work(300, 6, SIX), "nearest_neighbours")
    app.session_state["explain_tab"] = "What-if"
    app.run(timeout=120)
    said = re.search(r"decided \*\*(\w+)\*\* .* it is \*\*(\w+)\*\*", texts(app))
    assert said is not None
    labels = [one.label for one in app.metric]
    assert labels[:2] == [f"Probability of {name}" for name in said.groups()]
