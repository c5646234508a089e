"""The Dask cluster that a file of tests shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.dask_cluster import DaskProcesses, dask_processes


@pytest.fixture(scope="module")
def dask() -> Iterator[DaskProcesses]:
    """A scheduler with two workers of one thread."""
    with dask_processes() as processes:
        yield processes


@pytest.fixture
def on_dask(dask: DaskProcesses, monkeypatch: pytest.MonkeyPatch) -> DaskProcesses:
    """The same with both workers up, which the workbench is told of."""
    dask.wait_for_workers(2)
    monkeypatch.setenv("WORKBENCH_DASK_ADDRESS", dask.address)
    return dask
