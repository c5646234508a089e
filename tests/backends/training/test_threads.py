"""Small predictions stay on one core, large ones may use them all, and other threads are left alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads as threads_of_openmp
from threadpoolctl import threadpool_limits

from backends.training.threads import SMALL, one_thread, pool_of
from tests.backends.explanations.small_models import formula_model
from tests.backends.training.tables import dataset


def test_one_thread_holds_inside_and_ends_with_its_context() -> None:
    with threadpool_limits(2, user_api="openmp"):
        with one_thread():
            assert threads_of_openmp() == 1
        assert threads_of_openmp() == 2


def test_other_threads_keep_theirs() -> None:
    with ThreadPoolExecutor(1) as other:
        before = other.submit(threads_of_openmp).result()
        with one_thread():
            assert other.submit(threads_of_openmp).result() == before


def test_each_worker_of_a_pool_stays_on_one_core() -> None:
    with pool_of(2) as pool:
        assert set(pool.map(lambda _: threads_of_openmp(), range(4))) == {1}


@pytest.mark.parametrize(("rows", "threads"), [(1, 1), (SMALL, 1), (SMALL + 1, 2)])
def test_a_prediction_of_few_rows_uses_one_thread(rows: int, threads: int) -> None:
    seen = []

    def score(frame: pd.DataFrame) -> np.ndarray:
        seen.append(threads_of_openmp())
        return np.full(len(frame), 0.3)

    frame = pd.DataFrame({"age": np.zeros(rows)})
    model = replace(formula_model(dataset(frame.iloc[:1].copy()), score))
    with threadpool_limits(2, user_api="openmp"):
        model.probabilities(frame)
    assert seen == [threads]
