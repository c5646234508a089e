"""A Dask address is found wanting at once; the tests of a whole cluster are `make test-engines`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backends.errors import WorkbenchError
from backends.settings import Settings
from backends.training import TrainingSpec, compare
from backends.training.dask_cluster import address, connected, same
from backends.training.dask_worker import about
from tests.backends.training.tables import customers

SPEC = TrainingSpec("churn", models=("dummy", "logistic_regression"), folds=2, processes=2)


@contextmanager
def listening(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does this with whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                speak(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    "text", ["localhost", "localhost:8786", "http://x:1", "tcp://x", "tcp://x:123456", "tcp:// :1"]
)
def test_what_is_no_address_of_dask_is_said_before_anything_is_tried(text, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DASK_ADDRESS", text)
    with pytest.raises(WorkbenchError, match="which is no address of a Dask scheduler"):
        compare(customers(), SPEC)


@pytest.mark.parametrize("text", ["tcp://10.0.0.5:8786", "tls://dask.example:8786", "tcp://[::1]:8786"])
def test_addresses_of_dask_are_taken_as_they_are(text):
    assert address(Settings(dask_address=f" {text} ")) == text


def test_nobody_at_the_address_is_one_sentence(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("WORKBENCH_DASK_ADDRESS", f"tcp://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(WorkbenchError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:\d+\."):
        compare(customers(), SPEC)


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"SSH"], ids=["HTTP", "nothing", "little"])
def test_another_server_is_not_taken_for_dask(said):
    with (
        listening(lambda connection: connection.sendall(said)) as where,
        pytest.raises(WorkbenchError, match="No Dask scheduler answers"),
        connected(where),
    ):
        pass


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr("backends.training.dask_cluster.CALL_SECONDS", 0.1)
    over = threading.Event()
    with (
        listening(lambda connection: over.wait(5)) as where,
        pytest.raises(WorkbenchError, match="No Dask scheduler answers"),
        connected(where),
    ):
        pass
    over.set()


def test_a_worker_must_have_the_same_versions_and_the_same_code():
    mine = about()
    same(mine, mine)
    other = tuple((name, "0.1" if name == "scikit-learn" else version) for name, version in mine.versions)
    with pytest.raises(WorkbenchError, match=r"A Dask worker has scikit-learn 0\.1, the workbench"):
        same(mine, replace(mine, versions=other))
    with pytest.raises(WorkbenchError, match="another version of the workbench's code"):
        same(mine, replace(mine, code="0"))


def test_only_a_worker_with_a_nanny_and_one_thread_can_be_ended():
    assert about().watched
    assert not replace(about(), threads=2).watched
    assert not replace(about(), nanny=False).watched


def test_a_worker_in_this_process_gives_the_local_scores(monkeypatch):
    from distributed import LocalCluster

    here = compare(customers(), SPEC)
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        dashboard_address=":0",
        silence_logs=50,
    ) as cluster:
        monkeypatch.setenv("WORKBENCH_DASK_ADDRESS", cluster.scheduler_address)
        there = compare(customers(), SPEC)
    keys = ["model", "fold", "metric"]
    first, second = (found.fold_scores.sort_values(keys, ignore_index=True) for found in (here, there))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    for key, model in here.models.items():
        assert np.array_equal(model.probabilities(model.holdout), there.models[key].probabilities(model.holdout))
    assert any("trained on Dask" in note for note in there.notes)
    assert any("goes on to its end" in note for note in there.notes), "this worker has no nanny"
