"""The Open Inference Protocol, version 2, at /v2: the published models for clients that speak it.

A column is an input, `label` and `probabilities` are the outputs (see `tensors` for the datatypes). Without a version
in the path the model's route decides, as everywhere. `parameters.unusual` can be "accept", as in the REST API; a bad
row fails the request, as tensors have no place for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from starlette.responses import Response

import backends
from backends.errors import WorkbenchError
from backends.serving.api.bodies import DIGITS, Asked, chosen, read_bytes
from backends.serving.api.edge import Call, answer, check_model, in_thread
from backends.serving.api.opened import opened
from backends.serving.api.predict import ask
from backends.serving.api.problems import HttpRefusal
from backends.serving.api.tensors import Tensor, columns_of, datatype
from backends.serving.shown import shown

if TYPE_CHECKING:
    from backends.serving.predictions import Predictions

HEADER = "Inference-Header-Content-Length"
BINARY = "application/octet-stream"
EXTENSIONS = ["binary_tensor_data"]


def with_error(document: dict[str, Any]) -> dict[str, Any]:
    """A problem document with the member `error`, where the protocol's clients look for the words."""
    return {**document, "error": document["detail"]}


async def server(call: Call) -> Response:
    """`GET /v2`: what this server is."""
    return answer({"name": "demo-workbench", "version": backends.__version__, "extensions": EXTENSIONS})


async def live(call: Call) -> Response:
    """`GET /v2/health/live`: the process answers."""
    return answer({"live": True})


async def ready(call: Call) -> Response:
    """`GET /v2/health/ready`: the registry can be read, so models can be asked."""
    await in_thread(lambda: call.service.catalogue.models())
    return answer({"ready": True})


async def model_ready(call: Call) -> Response:
    """`GET …/ready`: the model is published; it is loaded when it is asked."""
    await in_thread(lambda: call.service.catalogue.model(call.name).choose(call.version))
    return answer({"name": call.name, "ready": True})


async def metadata(call: Call) -> Response:
    """`GET /v2/models/{name}`: its versions, inputs and outputs."""
    return answer(await in_thread(_metadata, call))


def _metadata(call: Call) -> dict[str, Any]:
    served = call.service.catalogue.model(call.name)
    number = served.choose(call.version).number
    signature = opened(call.service, served.numbered[number]).signature
    return {
        "name": call.name,
        "versions": [str(version.number) for version in served.versions],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": one.name, "datatype": datatype(one), "shape": [-1, 1]} for one in signature.columns],
        "outputs": [
            {"name": "label", "datatype": "BYTES", "shape": [-1]},
            {"name": "probabilities", "datatype": "FP64", "shape": [-1, len(signature.classes)]},
        ],
        "parameters": {"classes": list(signature.classes)},
    }


async def infer(call: Call) -> Response:
    """`POST …/infer`: the label and the probabilities of the rows in the inputs."""
    await check_model(call)
    body, binary = parts(await read_bytes(call, call.service.settings.max_request_mb), call.headers)
    parameters = body.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    options = chosen({name: value for name, value in parameters.items() if name == "unusual"})
    asked, own = _outputs(body.get("outputs")), _id(body, call)
    found = await ask(call, Asked(columns_of(body.get("inputs"), binary), options))
    tensors = _tensors(found.answer.predictions)
    everything = parameters.get("binary_data_output") is True
    chosen_tensors = [
        (tensors[name], as_binary) for name, as_binary in (asked or dict.fromkeys(tensors, everything)).items()
    ]
    head = {"model_name": call.name, "model_version": str(found.answer.version), "id": own}
    return encoded(head, chosen_tensors)


def _id(body: Mapping[str, Any], call: Call) -> str:
    """The client's own id of its request, else that of the call. Raises WorkbenchError for what is no text."""
    given = body.get("id")
    if given is not None and not isinstance(given, str):
        raise WorkbenchError(f"The id is {shown(given, 80)!r}.", hint="Give a text, or leave it out.")
    return given or call.request_id


def parts(body: bytes, headers: Mapping[str, str]) -> tuple[dict[str, Any], bytes]:
    """The JSON of a request and the bytes behind it. Raises HttpRefusal for what is neither."""
    length = headers.get(HEADER.lower())
    size = len(body)
    if length is not None:
        if not (length.isascii() and length.isdigit()) or len(length) > DIGITS or int(length) > len(body):
            raise HttpRefusal(f"{HEADER} is {length[:20]!r}.", hint=f"The body has {len(body):,} bytes.")
        size = int(length)
    try:
        read = orjson.loads(body[:size])
    except orjson.JSONDecodeError as error:
        raise HttpRefusal(f"The body is not JSON: {error.msg}.", hint='Send {"inputs": […]}.') from None
    if not isinstance(read, dict):
        raise HttpRefusal("The body is no object.", hint='Send {"inputs": […]}.')
    return read, body[size:]


def encoded(head: dict[str, Any], tensors: list[tuple[Tensor, bool]]) -> Response:
    """The answer: JSON alone, or JSON and behind it the tensors that were asked for in binary."""
    outputs, behind = [], []
    for tensor, as_binary in tensors:
        if as_binary:
            entry, data = tensor.as_binary()
            behind.append(data)
        else:
            entry = tensor.as_json()
        outputs.append(entry)
    text = orjson.dumps({**head, "outputs": outputs}, option=orjson.OPT_SERIALIZE_NUMPY)
    headers = {"X-Model-Version": head["model_version"]}
    if not behind:
        return Response(text, 200, headers, "application/json")
    return Response(b"".join((text, *behind)), 200, {**headers, HEADER: str(len(text))}, BINARY)


def _tensors(predictions: Predictions) -> dict[str, Tensor]:
    probabilities = np.ascontiguousarray(predictions.probabilities, dtype=np.float64)
    rows, classes = probabilities.shape
    return {
        "label": Tensor("label", "BYTES", (rows,), list(predictions.labels)),
        "probabilities": Tensor("probabilities", "FP64", (rows, classes), probabilities),
    }


def _outputs(asked: Any) -> dict[str, bool]:
    """The outputs that are asked for, and which of them in binary."""
    if asked is None:
        return {}
    found: dict[str, bool] = {}
    for one in asked if isinstance(asked, list) else [asked]:
        name = one.get("name") if isinstance(one, dict) else one
        if name not in ("label", "probabilities"):
            raise WorkbenchError(f"There is no output {shown(name, 80)!r}.", hint="Ask for label or probabilities.")
        parameters = one.get("parameters") if isinstance(one, dict) else None
        found[name] = isinstance(parameters, dict) and parameters.get("binary_data") is True
    return found
