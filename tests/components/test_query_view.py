from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from backends.datasets import read_table
from backends.query import QueryWork
from backends.query.queries import Queries
from backends.settings import Settings
from components import cached
from components.query_view import CELL_SHOWN, renamed_words, shortened
from tests.pages.conftest import give, work_of


def page() -> None:
    import streamlit as st

    from backends.datasets import read_table
    from components import query_view

    @st.cache_resource
    def people() -> object:
        return read_table(b"name,age,city\nAda,36,London\nAlan,41,London\nGrace,85,Paris\nKurt,,Paris", "people.csv")

    def use(name: str, data: bytes) -> None:
        st.session_state["used"] = (name, len(read_table(data, name).frame))

    query_view.show([people()], use)  # type: ignore[list-item]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    queries = Queries(Settings(home=str(tmp_path)))
    monkeypatch.setattr(cached, "queries", lambda: queries, raising=False)
    monkeypatch.setattr("components.query_view.AT_ONCE_SECONDS", 20.0)
    yield AppTest.from_function(page, default_timeout=60).run()
    queries.close()


def asked(app: AppTest, sql: str) -> AppTest:
    """Run a query as if it had been typed."""
    give(app, typed(app, sql))
    return app.button(key="explore_query_run").click().run()


def typed(app: AppTest, sql: str) -> object:
    work = work_of(app)
    return replace(work, query=(work.query or QueryWork()).put(sql))


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def test_the_tables_and_their_names_are_told(app: AppTest) -> None:
    assert not app.exception
    assert "`data` or `people` is people.csv (4 rows × 3 columns)" in captions(app)


def test_an_example_is_put_into_the_editor_and_runs(app: AppTest) -> None:
    app.button(key="explore_query_example_0").click().run()
    assert work_of(app).query.draft.text == "SELECT *\nFROM data\nLIMIT 20"
    app.button(key="explore_query_run").click().run()
    assert app.dataframe[0].value["name"].tolist() == ["Ada", "Alan", "Grace", "Kurt"]
    assert "4 rows × 3 columns" in captions(app)


def test_a_mistake_is_shown_with_its_place(app: AppTest) -> None:
    asked(app, "SELECT agee FROM data")
    assert not app.dataframe
    assert "There is" in app.error[0].value


def test_an_empty_editor_says_what_to_do(app: AppTest) -> None:
    app.button(key="explore_query_run").click().run()
    assert "press one of the examples" in app.error[0].value


def test_queries_are_remembered_the_last_first(app: AppTest) -> None:
    asked(asked(app, "SELECT 1 AS a"), "SELECT 2 AS a")
    assert work_of(app).query.history == ("SELECT 2 AS a", "SELECT 1 AS a")


def test_a_result_becomes_the_dataset(app: AppTest) -> None:
    asked(app, "SELECT city, avg(age) AS age FROM data GROUP BY city")
    app.button(key="explore_query_use").click().run()
    assert app.session_state["used"] == ("query.parquet", 2)


def test_a_result_goes_when_the_tables_change_and_the_history_stays(app: AppTest) -> None:
    asked(app, "SELECT city FROM data")
    app.button(key="explore_query_use").click().run()
    assert not app.dataframe
    assert work_of(app).query.history == ("SELECT city FROM data",)
    assert work_of(app).query.draft.text == "SELECT city FROM data"


def cancelled(app: AppTest, seconds: float) -> AppTest:
    """Show the page as it is after a query was cancelled."""
    work = work_of(app)
    give(app, replace(work, query=work.query.started("1").stopped(seconds)))
    return app.run()


def test_an_earlier_result_is_called_so_after_a_cancelled_query(app: AppTest) -> None:
    cancelled(asked(app, "SELECT 7 AS n"), 3.2)
    assert app.info[0].value == "Cancelled after 3 s; nothing was kept."
    assert "The earlier result, of: SELECT 7 AS n" in captions(app)
    assert app.dataframe[0].value["n"].tolist() == [7]
    asked(app, "SELECT 8 AS n")
    assert not app.info
    assert "earlier" not in captions(app)


def test_an_earlier_error_is_not_shown_after_a_cancelled_query(app: AppTest) -> None:
    cancelled(asked(app, "SELECT agee FROM data"), 0.4)
    assert not app.error
    assert app.info[0].value == "Cancelled after 1 s; nothing was kept."


def test_a_query_that_the_server_has_forgotten_is_told(app: AppTest) -> None:
    work = work_of(app)
    give(app, replace(work, query=(work.query or QueryWork()).started("unknown")))
    app.run()
    assert work_of(app).query.error.message == "The query is gone: the server was started anew."


def test_more_rows_than_are_shown_are_told(app: AppTest) -> None:
    asked(app, "SELECT * FROM range(1500)")
    assert "shown are the first 1,000, the download has all 1,500" in captions(app)


def test_a_long_text_is_cut_for_the_screen_and_said() -> None:
    frame = pd.DataFrame({"t": pd.Series(["x" * 5000, "y", None], dtype="str"), "n": [1, 2, 3]})
    shown, cut = shortened(frame)
    assert cut
    assert shown["t"].str.len().tolist()[:2] == [CELL_SHOWN + 1, 1]
    assert frame["t"].str.len().max() == 5000
    assert not shortened(frame[["n"]])[1]


def test_names_that_sql_does_not_know_are_told() -> None:
    table = read_table(b"<b>,1", "t.csv").with_schema(read_table(b"a\n1", "t.csv").schema)
    words = renamed_words(table, {0: "column_1"})
    assert "is column\\_1" in words
    assert "<b>" not in words.replace("\\<b\\>", "")
