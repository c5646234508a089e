"""Explaining through the page: why, for all rows and for one, what would change it, and where it fails."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, give, texts, trained_work

TABS = ("Overall", "One row", "What-if", "Counterfactuals", "Where it fails", "Two models")


def trained(open_page: Open, key: str) -> AppTest:
    app = open_page("home")
    give(app, trained_work(key))
    return app.run()


def said(app: AppTest) -> str:
    return texts(app).replace("\\", "")


def tab(app: AppTest, name: str) -> AppTest:
    app.session_state["explain_tab"] = name
    return app.run()


@pytest.mark.parametrize("key", ["loans", "wine"])
def test_every_tab_answers_for_two_classes_and_for_three(open_page: Open, key: str) -> None:
    app = trained(open_page, key).switch_page("explain_page.py").run()
    assert not app.exception
    assert "the predictions most" in said(app)
    assert "add up to the model's output on every one of" in said(app)
    for name in TABS:
        app = tab(app, name)
        assert not app.exception, name
        assert not app.error, name
        shown = [*app.get("plotly_chart"), *app.dataframe, *app.get("toggle")]
        assert shown or "too few" in said(app) or "No " in said(app), name


def test_before_a_change_there_is_one_picture_and_a_word_why(open_page: Open) -> None:
    app = open_page("explain")
    give(app, trained_work("wine"))
    app.session_state["explain_tab"] = "What-if"
    app.run()
    assert not app.exception
    assert "Nothing is changed yet" in texts(app)
    assert "**After**" not in texts(app)


def test_a_change_moves_the_prediction_and_is_told(open_page: Open) -> None:
    app = trained(open_page, "loans").switch_page("explain_page.py").run()
    app = tab(app, "What-if")
    app.multiselect(key="explain_change").set_value(["credit_score"]).run()
    field = next(one for one in app.text_input if one.label.replace("\\", "") == "credit_score")
    field.set_value("850").run()
    assert not app.exception
    metric = next(one for one in app.metric if one.label.startswith("Probability of"))
    assert float(metric.delta) != 0
    next(one for one in app.text_input if one.label.replace("\\", "") == "credit_score").set_value("a lot").run()
    assert not app.exception
    assert "'a lot'" in app.error[0].proto.title


def test_counterfactuals_keep_what_is_frozen(open_page: Open) -> None:
    app = trained(open_page, "loans").switch_page("explain_page.py").run()
    app = tab(app, "Counterfactuals")
    app.multiselect(key="explain_frozen").set_value(["credit_score", "age"]).run()
    app.toggle(key="explain_look").set_value(True).run(timeout=120)
    assert not app.exception
    frames = [one.value for one in app.dataframe if "counterfactual" in one.value.columns]
    assert frames
    assert not {"credit_score", "age"} & set(frames[0]["column"])
    assert (frames[0].filter(like="probability of") >= 0.5).all().all()


def test_another_order_starts_at_its_own_first_row(open_page: Open) -> None:
    app = tab(trained(open_page, "loans").switch_page("explain_page.py").run(), "One row")
    app.session_state["explain_rows_Most wrong_"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    app.run()
    rows = next(one.value for one in app.dataframe if "predicted" in one.value.columns)
    assert f"Row {rows['row'].iloc[2]:,} of the table" in said(app)
    app.session_state["explain_order"] = "Most uncertain"
    app.run()
    rows = next(one.value for one in app.dataframe if "predicted" in one.value.columns)
    assert f"Row {rows['row'].iloc[0]:,} of the table" in said(app)


def test_a_search_finds_classes_too_and_says_when_nothing_is_like_that(open_page: Open) -> None:
    app = tab(trained(open_page, "wine").switch_page("explain_page.py").run(), "One row")
    app.session_state["explain_order"] = "As in the file"
    app.text_input(key="explain_search").set_value("barolo").run()
    rows = next(one.value for one in app.dataframe if "predicted" in one.value.columns)
    assert set(rows["true"]) | set(rows["predicted"]) >= {"Barolo"}
    assert ((rows["true"] == "Barolo") | (rows["predicted"] == "Barolo")).all()
    app.text_input(key="explain_search").set_value("no such thing").run()
    assert not app.exception
    assert "No held-out row is like that" in said(app)
