"""What one visitor holds: how much memory their tables take, what their caches are named after, and what fits."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.tasks.memory import megabytes

if TYPE_CHECKING:
    from backends.datasets import Dataset
    from components.state import Source, Work


def held_bytes(work: Work) -> int:
    """Memory of the tables in hand and on the shelf and of the files they came from, in bytes; what is shared once."""
    files = {id(source.data): len(source.data) for source in _sources(work)}
    parts: dict[Hashable, int] = {}
    for key, frame in {id(table.frame): table.frame for table in _tables(work)}.items():
        for at in range(frame.shape[1]):
            parts |= _parts(frame.iloc[:, at]) or {(key, at): int(frame.iloc[:, at].memory_usage(False, deep=True))}
    return sum(files.values()) + sum(parts.values())


def names(work: Work) -> frozenset[str]:
    """Digests of the tables and ids of the jobs that this work rests on: what is kept of it has these in its key."""
    digests = (*(table.digest for table in _tables(work)), *(source.digest for source in _sources(work)))
    return jobs(work) | frozenset(filter(None, (work.result, *digests)))


def jobs(work: Work) -> frozenset[str]:
    """Ids of the jobs that this work waits for and that rest on its table."""
    about = (work.curve_job, work.mitigation_job, work.export_job)
    return frozenset(filter(None, (work.job, *(pair[0] for pair in about if pair))))


def fitted(work: Work, limit: int, needed: int = 0) -> tuple[Work, tuple[str, ...]]:
    """The work within `limit` bytes, and the names of the tables taken off the shelf for it, the longest unused first.

    The `needed` first tables of the shelf stay. Raises WorkbenchError where it does not fit even so.
    """
    taken: list[str] = []
    while (size := held_bytes(work)) > limit and len(work.shelf) > needed:
        taken.append(work.shelf[-1].source.name)
        work = replace(work, shelf=work.shelf[:-1])
    if size > limit:
        raise WorkbenchError(
            f"{_named(work)} {'take' if work.shelf else 'takes'} {megabytes(size)} MB of memory; one visitor may hold "
            f"{megabytes(limit)} MB.",
            hint="Use fewer rows or columns, or raise WORKBENCH_SESSION_MEMORY_MB.",
        )
    return work, tuple(taken)


def missed(work: Work) -> tuple[str, ...]:
    """What would be missed of this work, in words; nothing of one that can be set up again with a click.

    >>> from components.state import Work
    >>> missed(Work(who="Ada"))
    ()
    """
    parts = []
    if work.source is not None:
        parts.append(f"table {work.source.name}")
    if work.shelf:
        parts.append(number_of(len(work.shelf), "table") + " on the shelf")
    if work.comparison is not None and work.comparison.models:
        parts.append(number_of(len(work.comparison.models), "model"))
    if work.answers:
        parts.append(number_of(len(work.answers), "answer"))
    return tuple(parts)


def joined(parts: Sequence[str]) -> str:
    """Things one after the other, as in a sentence.

    >>> joined(["table a.csv", "3 models", "1 answer"])
    'table a.csv, 3 models and 1 answer'
    """
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _named(work: Work) -> str:
    in_hand = [repr(work.source.name)] if work.source else []
    return joined([*in_hand, *(repr(table.source.name) for table in work.shelf)])


def _sources(work: Work) -> Iterator[Source]:
    yield from filter(None, (work.source, *(table.source for table in work.shelf)))


def _tables(work: Work) -> Iterator[Dataset]:
    shelved = (one for table in work.shelf for one in (table.read, table.dataset))
    yield from filter(None, (work.read, work.dataset, work.training, work.trained, *shelved))


def _parts(column: pd.Series) -> dict[Hashable, int]:
    """Bytes of what a column consists of, by where it is in memory: columns that share it are counted once.

    Empty for the kinds of columns that do not tell.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype != object:
        values = column.to_numpy()
        return {values.__array_interface__["data"][0]: values.nbytes}
    if isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "pyarrow":
        import pyarrow as pa

        found = pa.array(column)
        pieces = found.chunks if isinstance(found, pa.ChunkedArray) else [found]
        buffers = [buffer for piece in pieces for buffer in piece.buffers() if buffer is not None]
        return {buffer.address: buffer.size for buffer in buffers}
    return {}
