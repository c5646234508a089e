from __future__ import annotations

from backends.query import Completions, Draft
from components.sql_editor import newest, payload


def test_the_text_of_the_browser_counts_until_the_program_replaces_it() -> None:
    draft = Draft("SELECT 1", version=3)
    assert newest(draft, {"version": 3, "text": "SELECT 2"}) == "SELECT 2"
    assert newest(draft, {"version": 2, "text": "SELECT 0"}) is None


def test_what_is_no_text_is_not_taken() -> None:
    for told in (None, "SELECT 1", {}, {"version": 0}, {"version": 0, "text": 5}, ["a"]):
        assert newest(Draft(), told) is None


def test_a_table_under_two_names_sends_its_columns_once() -> None:
    columns = ("age", "city")
    sent = payload(Completions({"data": columns, "people": columns, "other": ("x",)}))
    assert sent["columns"] == [["age", "city"], ["x"]]
    assert sent["tables"] == {"data": 0, "people": 0, "other": 1}
