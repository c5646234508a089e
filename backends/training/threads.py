"""How many threads a prediction may use: one, as there are many small ones and the cores are shared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache

from threadpoolctl import ThreadpoolController

SMALL = 10_000  # rows; measured with boosting, see `for_rows`


def one_thread() -> AbstractContextManager[object]:
    """A context in which this thread's OpenMP loops stay on one core; that of others is not touched.

    Boosting opens such a loop for every tree. On a busy machine each waits for a core: a hundred times longer than
    the loop itself takes for a few hundred rows.
    """
    return _controller().limit(limits=1, user_api="openmp")


def for_rows(rows: int) -> AbstractContextManager[object]:
    """`one_thread` for up to `SMALL` rows, no limit for more.

    With 250 boosted trees one thread takes about 20 microseconds a row. On two busy cores it was the quicker one at
    every size from 1 to 50,000 rows; on idle ones a second thread could save half of 0.2 s at `SMALL` rows.
    """
    return one_thread() if rows <= SMALL else nullcontext()


def pool_of(threads: int) -> ThreadPoolExecutor:
    """A pool of workers, each of which stays on one core."""
    return ThreadPoolExecutor(max(threads, 1), initializer=one_thread)


@cache
def _controller() -> ThreadpoolController:
    """The libraries of this process, looked for once (3 ms): scikit-learn's OpenMP is there from its import on."""
    import sklearn.utils._openmp_helpers  # noqa: F401

    return ThreadpoolController()
