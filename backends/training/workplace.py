"""Where tasks are done: on this machine, on a Dask cluster, or wherever a joblib back end has them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from backends.settings import Settings
from backends.training import dask_cluster
from backends.training.dask_attempt import DaskAttempt
from backends.training.local_attempt import local_workers
from backends.training.shared import InlineTable, MappedTable, PackedTable, Table
from backends.training.workers import Crew

UNWATCHED = "The limits of time and memory for one fit are not watched on this joblib back end."


@dataclass(frozen=True)
class Workplace:
    """A crew with the table where its workers find it; `where` ends a sentence about what is done there."""

    crew: Crew
    table: Table
    where: str = ""
    notes: tuple[str, ...] = ()


@contextmanager
def workplace(crew: Crew, frame: pd.DataFrame, settings: Settings | None = None) -> Iterator[Workplace]:
    """A place for the crew's tasks, which work on `frame`.

    It is another joblib back end where the caller has chosen one, else the Dask cluster that the settings (default:
    the environment's) name, else processes of this machine. Raises WorkbenchError, within seconds, where the address
    is wrong or the cluster cannot be used.
    """
    address = dask_cluster.address(settings or Settings.from_environment())
    if not local_workers():
        yield Workplace(crew, InlineTable(frame), "", (UNWATCHED,))
    elif address:
        with dask_cluster.connected(address) as cluster:
            # The cluster takes as many tasks as it has threads; one at a time is for those that may be to blame.
            there = replace(crew, processes=max(2, crew.processes), begin=partial(DaskAttempt, cluster))
            yield Workplace(there, PackedTable.packed(frame), " on Dask", cluster.notes)
    else:
        with tempfile.TemporaryDirectory(prefix="workbench-table-") as folder:
            yield Workplace(crew, MappedTable.written(frame, Path(folder) / "features.arrow"))
