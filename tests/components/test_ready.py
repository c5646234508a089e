from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import ready

ROOT = Path(__file__).parents[2]
ALONE = """
import sys
from components import ready
ready.begin(after=0.0).join()
print([name in sys.modules for name in ("sklearn", "components.explore.relations", "components.explain.overall")])
print([name for name in ("torch", "shap", "gradio", "mlflow", "sentence_transformers") if name in sys.modules])
print(ready._loading.is_set())
"""


def page() -> None:
    import streamlit as st

    from components import ready

    with ready.said():
        st.title("A page")


def test_what_pages_need_is_loaded_and_what_few_need_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[True, True, True]", "[]", "False"]


@pytest.mark.parametrize("loading", [True, False])
def test_a_page_is_the_same_while_libraries_are_loaded(loading: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready._loading, "is_set", lambda: loading)
    app = AppTest.from_function(page).run()
    assert app.title[0].value == "A page"
    assert not app.exception


def test_what_cannot_be_loaded_is_logged_and_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(ready.importlib, "import_module", broken)
    ready.begin(after=0.0).join()
    assert not ready._loading.is_set()
    assert "could not be loaded in the background" in caplog.text
