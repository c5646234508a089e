from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
Open = Callable[[str], AppTest]


@pytest.fixture
def open_page() -> Open:
    """Open the workbench on a page, through the navigation script, as a new visitor."""

    def open(name: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60).run()
        return app if name == "home" else app.switch_page(f"{name}_page.py").run()

    return open


def texts(app: AppTest) -> str:
    """Everything the page says in sentences."""
    parts = [*app.markdown, *app.caption, *app.title, *app.subheader, *app.error, *app.warning, *app.success]
    return "\n".join(str(part.value) for part in parts)
