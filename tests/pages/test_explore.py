"""Exploring through the page: what to look at, the step that resolves it, and everything else on its tab."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, texts

TABS = ("Alerts", "Columns", "Target", "Relations", "Missing", "Compare", "Query", "Report")
CITIES, PAYS = (b"Bern", b"bern", b"Basel"), (b"", b"13", b"40", b"52", b"71")


def messy_row(n: int) -> bytes:
    left = b"yes" if n % 4 == 0 else b"no"
    return b"%d,same,%d,%d,%s,%s,%s\n" % (n, n % 7, n % 7, CITIES[n % 3], PAYS[n % 5], left)


MESSY = b"who,always,copy_a,copy_b,city,pay,left\n" + b"".join(map(messy_row, range(200)))
ODD = {
    "one row": b"a,b\n1,x\n",
    "one column": b"a\n1\n2\n3\n",
    "no row": b"a,b\n",
    "no numeric column": b"a,b\nx,y\ny,x\nx,x\n",
    "only missing values": b"a,b\n,\n,\n,\n",
    "infinities": b"a,b\ninf,1\n-inf,2\n3,3\n4,inf\n",
    "a very long cell": b"a,b\n" + b"x" * 200_000 + b",1\ny,2\nz,3\n",
    "odd names": "1,😄,<script>alert(1)</script>,,`x`\n1,2,3,4,5\n2,3,4,5,6\n3,3,9,1,2\n".encode(),
    "numbers too large": b"a,b\n9223372036854775807,1e308\n-9223372036854775808,-1e308\n5,1e-308\n",
}


def explore(open_page: Open, data: bytes, name: str = "table.csv") -> AppTest:
    app = open_page("load")
    app.file_uploader(key="load_file").upload(name, data, "text/csv").run()
    return app.switch_page("explore_page.py").run()


def with_sample(open_page: Open, key: str) -> AppTest:
    app = open_page("home")
    app.button(key=f"load_sample_home_{key}").click().run()
    return app.switch_page("explore_page.py").run()


def tab(app: AppTest, name: str) -> AppTest:
    app.session_state["explore_tab"] = name
    return app.run()


def said(app: AppTest) -> str:
    """The page's sentences, without the marks that keep Markdown out of them."""
    return texts(app).replace("\\", "")


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.replace("\\", "") == label).click().run()


def test_the_answer_comes_first_and_the_alerts_with_it(open_page: Open) -> None:
    app = explore(open_page, MESSY)
    assert not app.exception
    assert "has 200 rows and 7 columns" in said(app)
    alerts = app.dataframe[0].value
    assert {"severity", "alert", "column", "found", "condition", "means", "what to do"} <= set(alerts.columns)
    assert list(alerts["severity"]) == sorted(alerts["severity"], key=["high", "medium", "low"].index)
    found = dict(zip(alerts["column"], alerts["alert"], strict=False))
    assert "always" in found
    assert "city" in found


def test_one_click_resolves_an_alert_and_another_takes_it_back(open_page: Open) -> None:
    app = explore(open_page, MESSY)
    alerts = app.dataframe[0].value
    app.session_state["explore_alert_table"] = {
        "selection": {"rows": alerts.index[alerts["column"] == "always"].tolist()[:1], "columns": [], "cells": []}
    }
    app = press(app.run(), "Drop 'always'")
    assert not app.exception
    assert "has 200 rows and 6 columns" in said(app)
    assert "Decided so far" in said(app)
    assert any("df.drop(columns=['always'])" in code.value for code in app.code)
    app = app.button(key="recipe_undo_0").click().run()
    assert "has 200 rows and 7 columns" in said(app)
    assert "Decided so far" not in said(app)


def test_what_is_decided_goes_on_to_train(open_page: Open) -> None:
    app = explore(open_page, MESSY)
    alerts = app.dataframe[0].value
    app.session_state["explore_alert_table"] = {
        "selection": {"rows": alerts.index[alerts["column"] == "always"].tolist()[:1], "columns": [], "cells": []}
    }
    app = press(app.run(), "Drop 'always'")
    app.selectbox(key="explore_target").set_value("left").run()
    app = app.switch_page("train_page.py").run()
    assert not app.exception
    assert app.selectbox(key="train_target").value == "left"
    assert "of 5 columns" in said(app)
    app = app.switch_page("load_page.py").run()
    assert "1 step prepared it since" in said(app)
    assert "7 columns" in said(app)


def test_the_target_that_is_named_like_one_is_chosen(open_page: Open) -> None:
    app = with_sample(open_page, "churn")
    assert app.selectbox(key="explore_target").value == "churned"


@pytest.mark.parametrize("key", ["churn", "wine"])
@pytest.mark.parametrize("name", TABS)
def test_every_tab_shows_its_part(open_page: Open, key: str, name: str) -> None:
    app = with_sample(open_page, key)
    if name == "Target":
        app.selectbox(key="explore_target").set_value({"churn": "churned", "wine": "cultivar"}[key]).run()
    app = tab(app, name)
    assert not app.exception
    assert not app.error
    shown = [
        *app.dataframe,
        *app.get("plotly_chart"),
        *app.get("download_button"),
        *app.get("bidi_component"),
        *app.success,
    ]
    assert shown


@pytest.mark.parametrize("case", ODD)
def test_odd_tables_are_shown_and_never_an_exception(open_page: Open, case: str) -> None:
    app = explore(open_page, ODD[case])
    for name in TABS:
        app = tab(app, name)
        assert not app.exception, name
        assert not app.error, (name, app.error)
        assert "<script>" not in texts(app)


def test_a_column_is_found_by_its_name(open_page: Open) -> None:
    app = tab(with_sample(open_page, "churn"), "Columns")
    every = len(app.dataframe[0].value)
    app.text_input(key="explore_column_text").set_value("MONTH").run()
    shown = app.dataframe[0].value
    assert 0 < len(shown) < every
    assert all("month" in name.lower() for name in shown["column"])


def test_a_click_on_a_cell_of_the_matrix_shows_the_pair(open_page: Open) -> None:
    app = tab(with_sample(open_page, "wine"), "Relations")
    before = (app.selectbox(key="explore_pair_first").value, app.selectbox(key="explore_pair_second").value)
    app.session_state["associations"] = {
        "selection": {"points": [{"customdata": [5, 2, "in words"]}], "point_indices": [0], "box": [], "lasso": []}
    }
    app.run()
    after = (app.selectbox(key="explore_pair_first").value, app.selectbox(key="explore_pair_second").value)
    assert not app.exception
    assert after != before
    app.selectbox(key="explore_pair_first").set_value(before[0]).run()
    assert app.selectbox(key="explore_pair_first").value == before[0]


def test_a_second_table_is_compared_and_can_be_taken_in_hand(open_page: Open) -> None:
    app = explore(open_page, b"a,b\n" + b"".join(b"%d,x\n" % (n * 7 % 50) for n in range(100)), "first.csv")
    app = tab(app, "Compare")
    app.session_state["explore_compare"] = "Another table"
    app.run()
    moved = b"a,c\n" + b"".join(b"%d,x\n" % (n * 7 % 50 + 500) for n in range(100))
    app.get("file_uploader")[0].upload("second.csv", moved, "text/csv").run()
    app.session_state["explore_tab"] = "Compare"
    app.session_state["explore_compare"] = "Another table"
    app.run()
    assert not app.exception
    assert "1 of 1 column shifted" in said(app)
    assert "Only in first.csv: b" in said(app)
    app = press(app, "Work on it")
    assert "second.csv" in said(app)
    assert "has 100 rows and 2 columns" in said(app)


def test_what_was_chosen_is_still_there_after_a_visit_to_another_tab_and_page(open_page: Open) -> None:
    app = tab(with_sample(open_page, "churn"), "Columns")
    app.text_input(key="explore_column_text").set_value("month").run()
    app = tab(app, "Relations")
    app.selectbox(key="explore_pair_third").set_value("churned").run()
    app = tab(app, "Columns")
    assert app.text_input(key="explore_column_text").value == "month"
    app = app.switch_page("train_page.py").run().switch_page("explore_page.py").run()
    assert app.text_input(key="explore_column_text").value == "month"
    app = tab(app, "Relations")
    assert app.selectbox(key="explore_pair_third").value == "churned"


def test_no_target_is_a_choice_that_stays_and_a_quantity_leaves_trains_target_alone(open_page: Open) -> None:
    app = with_sample(open_page, "churn")
    app.selectbox(key="explore_target").set_value("churned").run()
    app.selectbox(key="explore_target").set_value(None).run()
    app = app.switch_page("train_page.py").run()
    assert app.selectbox(key="train_target").value == "churned"
    app = app.switch_page("explore_page.py").run()
    assert app.selectbox(key="explore_target").value is None
    app.selectbox(key="explore_target").set_value("signup_date").run()
    app = app.switch_page("train_page.py").run()
    assert app.selectbox(key="train_target").value == "churned"
    assert not app.error


def test_tables_without_a_column_in_common_are_said_to_be_so(open_page: Open) -> None:
    app = tab(explore(open_page, b"a,b\n1,x\n2,y\n3,z\n", "first.csv"), "Compare")
    app.session_state["explore_compare"] = "Another table"
    app.run()
    app.get("file_uploader")[0].upload("second.csv", b"c,d\n1,x\n2,y\n3,z\n", "text/csv").run()
    app.session_state["explore_tab"] = "Compare"
    app.run()
    assert not app.exception
    assert "no column in common" in said(app)
