from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

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


@lru_cache(maxsize=4)
def trained_work(key: str) -> object:
    """The work of somebody who has loaded a sample and trained three models on it."""
    from backends.datasets import read_table
    from backends.datasets.samples import SAMPLES, sample_bytes
    from backends.training import TrainingSpec, compare
    from components.state import Source, Work

    [sample] = [sample for sample in SAMPLES if sample.key == key]
    data = sample_bytes(key)
    dataset = read_table(data, sample.file)
    spec = TrainingSpec(sample.target, models=("dummy", "logistic_regression", "random_forest"), processes=1)
    comparison = compare(dataset, spec)
    source = Source(sample.file, data, hashlib.sha256(data).hexdigest())
    return Work(source, dataset, dataset, spec=spec, result=key, comparison=comparison, trained=dataset)


def work_of(app: AppTest) -> Any:
    """What the open tab works on: a `Work`."""
    from components import cached
    from components.state import Work

    return cached.visits().get(app.session_state["owner"], app.session_state["tab"]) or Work()


def give(app: AppTest, work: object) -> None:
    """Have the open tab work on this, from its next run on."""
    from components import cached

    cached.visits().put(app.session_state["owner"], app.session_state["tab"], work)


def texts(app: AppTest) -> str:
    """Everything the page says in sentences."""
    parts = [*app.markdown, *app.caption, *app.title, *app.header, *app.error, *app.warning, *app.success]
    return "\n".join(str(part.value) for part in parts)
