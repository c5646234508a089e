"""The Open Inference Protocol by its own client, over a real connection."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from backends.bundle import Bundle
from backends.serving.api import build_routes
from backends.serving.predictor import Predictor

AGES, CITIES = [44, 19, 70], ["Rome", "Bonn", "Oslo"]
SINCE = ["2021-05-17", "2022-01-01", "2020-03-04"]


@pytest.fixture
def triton(client: TestClient) -> Iterator[InferenceServerClient]:
    """The protocol's client, connected to a server on a free port of this machine."""
    service = client.service  # type: ignore[attr-defined]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = Starlette(routes=build_routes(lambda: service))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        with InferenceServerClient(f"127.0.0.1:{listening.getsockname()[1]}", network_timeout=20) as found:
            yield found
        server.should_exit = True
        thread.join(10)


def inputs(binary: bool = True) -> list[InferInput]:
    """Three rows, one input per column."""
    columns = {
        "age": ("INT64", np.array(AGES, dtype=np.int64)),
        "income": ("FP64", np.array([5200.5, np.nan, 3000.0])),
        "city": ("BYTES", np.array([city.encode() for city in CITIES], dtype=object)),
        "member": ("BOOL", np.array([True, False, True])),
        "since": ("BYTES", np.array([day.encode() for day in SINCE], dtype=object)),
    }
    made = []
    for name, (kind, values) in columns.items():
        one = InferInput(name, [3, 1], kind)
        made.append(one.set_data_from_numpy(values.reshape(3, 1), binary_data=binary))
    return made


def expected(bundle: Bundle) -> Any:
    incomes, members = [5200.5, None, 3000.0], [True, False, True]
    rows = zip(AGES, incomes, CITIES, members, SINCE, strict=True)
    return Predictor.load(bundle).predict(
        [dict(zip(("age", "income", "city", "member", "since"), row, strict=True)) for row in rows]
    )


def test_the_server_and_its_models_say_that_they_are_there(triton: InferenceServerClient) -> None:
    assert triton.is_server_live()
    assert triton.is_server_ready()
    assert triton.is_model_ready("club")
    assert triton.is_model_ready("club", "2")
    assert not triton.is_model_ready("club", "9")
    assert not triton.is_model_ready("nobody")
    assert triton.get_server_metadata()["extensions"] == ["binary_tensor_data"]


def test_the_metadata_names_the_columns_and_the_outputs(triton: InferenceServerClient) -> None:
    about = triton.get_model_metadata("club")
    assert about["versions"] == ["2", "1"]
    assert [(one["name"], one["datatype"], one["shape"]) for one in about["inputs"]] == [
        ("age", "INT64", [-1, 1]),
        ("income", "FP64", [-1, 1]),
        ("city", "BYTES", [-1, 1]),
        ("member", "BOOL", [-1, 1]),
        ("since", "BYTES", [-1, 1]),
    ]
    assert [(one["name"], one["datatype"], one["shape"]) for one in about["outputs"]] == [
        ("label", "BYTES", [-1]),
        ("probabilities", "FP64", [-1, 2]),
    ]


def test_binary_tensors_in_and_out_give_the_predictors_answer(triton: InferenceServerClient, bundle: Bundle) -> None:
    found = triton.infer("club", inputs(), request_id="mine")
    want = expected(bundle)
    assert [one.decode() for one in found.as_numpy("label")] == list(want.labels)
    assert np.array_equal(found.as_numpy("probabilities"), want.probabilities)
    response = found.get_response()
    assert (response["model_name"], response["model_version"], response["id"]) == ("club", "1", "mine")


def test_json_tensors_say_the_same_and_outputs_can_be_chosen(triton: InferenceServerClient, bundle: Bundle) -> None:
    # NaN is no JSON, so the missing income comes as a text of nothing, which every column takes
    given = [one for one in inputs(binary=False) if one.name() != "income"]
    income = InferInput("income", [3], "BYTES")
    given.append(income.set_data_from_numpy(np.array([b"5200.5", b"", b"3000"], dtype=object), binary_data=False))
    chosen = [InferRequestedOutput("probabilities", binary_data=False)]
    found = triton.infer("club", given, "2", outputs=chosen)
    assert found.as_numpy("label") is None
    assert found.as_numpy("probabilities") == pytest.approx(expected(bundle).probabilities, abs=1e-12)
    assert found.get_response()["model_version"] == "2"


def test_what_does_not_fit_is_told_in_words_the_client_shows(triton: InferenceServerClient) -> None:
    given = [one for one in inputs() if one.name() != "city"]
    city = InferInput("city", [3], "BYTES").set_data_from_numpy(np.array([b"Paris", b"Rome", b"Rome"], dtype=object))
    with pytest.raises(InferenceServerException, match="Paris") as refused:
        triton.infer("club", [*given, city])
    assert refused.value.status() == "422"
    assert triton.infer("club", [*given, city], parameters={"unusual": "accept"}).as_numpy("label").shape == (3,)
    with pytest.raises(InferenceServerException, match="no published model 'nobody'"):
        triton.infer("nobody", inputs())


@pytest.mark.parametrize(
    ("content", "length", "status"),
    [
        (b"{}", None, 422),
        (b"[]", None, 400),
        (b"{", None, 400),
        (b"{}", "99", 400),
        (b"{}", "-1", 400),
        (b'{"inputs": [], "outputs": [{"name": "other"}]}', None, 422),
    ],
)
def test_a_malformed_request_is_refused(client: TestClient, content: bytes, length: str | None, status: int) -> None:
    headers = {} if length is None else {"Inference-Header-Content-Length": length}
    answer = client.post("/v2/models/club/infer", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"] == answer.json()["detail"]


def test_any_other_path_is_a_problem_and_not_a_page(client: TestClient) -> None:
    assert client.get("/v2/repository/index").json()["status"] == 404
