"""Defence in depth: a change of what is published is made by who may, whatever the page shows."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from backends.registry import Registry

ROOT = Path(__file__).parents[2]
PAGES = [path for folder in ("components", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]
ASKS_WHO = {
    name
    for name, method in inspect.getmembers(Registry, inspect.isfunction)
    if "who" in inspect.signature(method).parameters and not name.startswith("_")
}
CHANGES = ASKS_WHO - {"track"}  # a training that is written down is its visitor's own, and on no page


def test_the_changes_are_those_that_say_who_makes_them() -> None:
    assert {"publish", "move", "rollback", "note", "tag", "untag", "delete", "set_route"} == CHANGES


def test_every_change_of_the_registry_goes_through_the_rights() -> None:
    found = {
        (path.name, call.func.attr, ast.unparse(call.func.value))
        for path in PAGES
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in CHANGES and "registry" in ast.unparse(call.func.value)
    }
    assert {change for _, change, _ in found} == CHANGES
    assert {receiver for *_, receiver in found} == {"admin.registry()"}, found


@pytest.mark.parametrize(
    ("token", "reachable", "says"),
    [("a-long-random-token", False, "Unauthorised"), ("", True, "Forbidden"), ("", False, "the registry")],
)
def test_the_registry_is_not_handed_out_for_a_change_to_who_may_not(
    monkeypatch: pytest.MonkeyPatch, token: str, reachable: bool, says: str
) -> None:
    monkeypatch.setattr("backends.serving.admin.listens_beyond_loopback", lambda: reachable)
    monkeypatch.setattr("components.cached.registry", lambda: "the registry")
    if token:
        monkeypatch.setenv("WORKBENCH_ADMIN_TOKEN", token)

    def page() -> None:
        import streamlit as st

        from backends.errors import WorkbenchError
        from components import admin

        try:
            st.text(admin.registry())
        except WorkbenchError as error:
            st.text(type(error).__name__)

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [text.value for text in app.text] == [says]
