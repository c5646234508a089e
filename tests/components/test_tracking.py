"""A finished training is written to MLflow in the background, and a registry that fails costs nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from components import cached, tracking


class Written:
    """Stands in for the registry: remembers what it was told, or fails."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails

    def track(self, comparison: Any, dataset: Any, who: str) -> str:
        if self.fails:
            raise OSError("no server")
        return f"run of {comparison} on {dataset} by {who}"


def test_the_run_is_found_by_the_trainings_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "registry", Written)
    tracking.begin("job-1", "comparison", "table").join()  # type: ignore[arg-type]
    assert tracking.run_of("job-1") == "run of comparison on table by workbench"
    assert tracking.run_of("job-2") is None


def test_a_registry_that_fails_is_said_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cached, "registry", lambda: Written(fails=True))
    tracking.begin("job-3", "comparison", "table").join()  # type: ignore[arg-type]
    assert tracking.run_of("job-3") is None
    assert "job-3 could not be written" in caplog.text
