from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from backends.errors import WorkbenchError
from backends.serving.engines import Finding
from components import engines


def page() -> None:
    from components import engines

    engines.warn("dask", "llm")


class Known:
    """Engines of which Dask fails."""

    def find(self, key: str) -> Finding:
        error = WorkbenchError("Nobody at *x*.", hint="Start it.") if key == "dask" else None
        return Finding("fails", error) if error else Finding("answers")


def test_a_page_warns_of_what_fails_and_is_silent_about_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "engines", Known)
    shown = AppTest.from_function(page).run()
    assert [warning.value for warning in shown.warning] == [r"Nobody at \*x\*. Start it."]
