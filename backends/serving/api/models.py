"""What is published, over HTTP: all models, one, one of its versions, and their descriptions for tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from backends.serving.api.edge import Call, answer, in_thread
from backends.serving.api.openapi import Shown, of_model
from backends.serving.api.opened import opened
from backends.serving.api.row_schema import example_rows, row_schema

if TYPE_CHECKING:
    from backends.bundle import Bundle
    from backends.registry import ModelVersion
    from backends.serving.catalogue import Served
    from backends.serving.service import Service

NUMBERS = ("metric", "metric_title", "value", "low", "high", "baseline", "certificate_passed", "rows_compared")


async def listed(call: Call) -> Response:
    """`GET /v1/models`: every published model in a few words."""
    models = await in_thread(lambda: call.service.catalogue.models())
    return answer({"models": [summary(served, base(call)) for served in models]})


async def one(call: Call) -> Response:
    """`GET /v1/models/{name}`: its versions, and all that is known of the one that answers (`Served.answering`)."""
    return answer(await in_thread(_one, call))


async def version(call: Call) -> Response:
    """`GET /v1/models/{name}/versions/{version}`: all that is known of this version."""
    return answer(await in_thread(_version, call))


async def described(call: Call) -> Response:
    """`GET /v1/models/{name}/openapi.json`: the model's own description, with the exact schema of its rows."""
    return answer(await in_thread(_described, call))


def _one(call: Call) -> dict[str, Any]:
    served = call.service.catalogue.model(call.name)
    shown = served.answering
    bundle = opened(call.service, shown)
    return {**summary(served, base(call)), "shown": shown.number, **whole(bundle), "call": how_to_call(call, bundle)}


def _version(call: Call) -> dict[str, Any]:
    found = call.service.catalogue.model(call.name).version(str(call.version))
    bundle = opened(call.service, found)
    return {"model": call.name, **in_words(found), **whole(bundle), "call": how_to_call(call, bundle)}


def _described(call: Call) -> dict[str, Any]:
    shown = shown_of(call.service, call.service.catalogue.model(call.name))
    return of_model(shown, base(call), call.service.keys.required)


def shown_of(service: Service, served: Served) -> Shown:
    """A model as a description shows it."""
    version = served.answering
    bundle = opened(service, version)
    signature = bundle.signature
    return Shown(served.name, version.number, example_rows(signature, bundle.examples)[0], row_schema(signature))


def summary(served: Served, prefix: str) -> dict[str, Any]:
    """A model in the list of all."""
    champion = served.champion
    return {
        "name": served.name,
        "champion": champion.number if champion else None,
        "versions": [in_words(one) for one in served.versions],
        "split": {str(number): weight for number, weight in served.split},
        "links": {"self": f"{prefix}/v1/models/{served.name}", "predict": f"{prefix}/v1/models/{served.name}/predict"},
    }


def in_words(version: ModelVersion) -> dict[str, Any]:
    """A version in a few words: stage, origin, tags, and what was measured."""
    facts = version.facts
    return {
        "version": version.number,
        "stage": version.stage,
        "created": version.created.isoformat(),
        "by": version.by,
        "notes": version.notes,
        "tags": dict(version.tags),
        "sha256": version.digest,
        "facts": {name: facts[name] for name in NUMBERS if name in facts},
    }


def whole(bundle: Bundle) -> dict[str, Any]:
    """All that a bundle says of its model: schema, decision, metrics, certificate, fairness, card."""
    signature = bundle.signature
    return {
        "title": bundle.title,
        "classes": list(signature.classes),
        "target": signature.target.name,
        "decision": signature.policy.to_dict(),
        "row": row_schema(signature),
        "schema": signature.columns.to_dict(),
        "metrics": bundle.metrics,
        "certificate": bundle.certificate.to_dict(),
        "fairness": bundle.fairness,
        "card": bundle.card,
    }


def how_to_call(call: Call, bundle: Bundle) -> dict[str, Any]:
    """A request that works as it stands, with a row of the published examples."""
    rows = example_rows(bundle.signature, bundle.examples)
    return {"method": "POST", "path": f"{base(call)}/v1/models/{call.name}/predict", "body": {"records": rows}}


def base(call: Call) -> str:
    """The path that this API is mounted at, such as /api."""
    scope: Mapping[str, Any] = call.request.scope
    return str(scope.get("root_path", "")).rstrip("/")
