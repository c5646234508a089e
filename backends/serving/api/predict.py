"""Predictions of a few rows over HTTP, as JSON; and why a prediction is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from backends.errors import WorkbenchError
from backends.serving.api.batches import predict_table
from backends.serving.api.bodies import Asked, asked, options_in_address, read_json
from backends.serving.api.edge import Call, answer, check_model, in_thread
from backends.serving.api.problems import fault
from backends.serving.api.results import records
from backends.serving.api.uploads import is_upload

if TYPE_CHECKING:
    from backends.onnx_export.signature import Signature
    from backends.serving.service import Answer


@dataclass(frozen=True)
class Predicted:
    """An answer of the service, and the contract of the version that gave it."""

    answer: Answer
    signature: Signature


async def predict(call: Call) -> Response:
    """`POST …/predict`: the labels and probabilities of the rows in the body."""
    await check_model(call)
    given = options_in_address(call)
    if is_upload(call):
        return await predict_table(call, given)
    what = asked(await read_json(call, call.service.settings.max_request_mb), given)
    return answered(call, await ask(call, what), what.options.probabilities)


async def explain(call: Call) -> Response:
    """`POST …/explain`: what each column adds to each row's prediction, as SHAP values in source columns."""
    await check_model(call)
    what = asked(await read_json(call, call.service.settings.max_request_mb), options_in_address(call))
    if what.options.on_error != "fail":
        raise WorkbenchError("Explanations cannot skip rows.", hint="Leave on_error out, and send rows that fit.")
    return answer(await in_thread(explained, call, what))


async def ask(call: Call, what: Asked) -> Predicted:
    """What the service says: on the event loop where that takes no time worth speaking of, on a thread otherwise."""
    if call.service.ready(call.name, call.version, what.count):
        return predicted(call, what)
    found: Predicted = await in_thread(predicted, call, what)
    return found


def predicted(call: Call, what: Asked) -> Predicted:
    """Predict the rows by the version that the path or the route says."""
    with call.service.session(call.name, call.version, call.sticky) as session:
        return Predicted(
            session.predict(what.rows, call.caller, what.options.for_service(call.request_id)),
            session.predictor.signature,
        )


def explained(call: Call, what: Asked) -> dict[str, Any]:
    """Explain the rows by the version that would predict them."""
    with call.service.session(call.name, call.version, call.sticky) as session:
        found = session.explain(what.rows, what.options.for_service(call.request_id))
        return {
            "model": call.name,
            "version": session.choice.number,
            "request_id": call.request_id,
            "method": found.method,
            "asked": found.asked,
            "explanations": found.to_records(),
        }


def answered(call: Call, found: Predicted, probabilities: bool) -> Response:
    """The answer to a JSON request: predictions, and beside them faults and warnings where there are any."""
    predictions, version = found.answer.predictions, found.answer.version
    body: dict[str, Any] = {
        "model": call.name,
        "version": version,
        "request_id": call.request_id,
        "decision": decision(found.signature),
        "predictions": records(predictions, probabilities),
    }
    if predictions.problem_count or predictions.warning_count:
        from backends.serving.predictions import MOST_SAID
    if predictions.problem_count:
        body |= {
            "errors": [fault(one) for one in predictions.problems[:MOST_SAID]],
            "errors_total": predictions.problem_count,
        }
    if predictions.warning_count:
        body |= {
            "warnings": [fault(one) for one in predictions.warnings[:MOST_SAID]],
            "warnings_total": predictions.warning_count,
        }
    return answer(body, {"X-Model-Version": str(version)})


def decision(signature: Signature) -> dict[str, Any]:
    """How a label comes from the probabilities: a threshold for the positive class, or the most probable class."""
    if not signature.binary:
        return {"rule": "most probable class"}
    policy = signature.policy
    found: dict[str, Any] = {"rule": "threshold", "positive": signature.classes[1], "threshold": policy.threshold}
    if policy.thresholds:
        found["by"] = list(policy.columns)
        found["thresholds"] = [{"group": list(group), "threshold": value} for group, value in policy.thresholds]
    return found
