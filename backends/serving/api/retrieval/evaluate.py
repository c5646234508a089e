"""Measuring how well a collection is searched, over HTTP."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from backends.errors import WorkbenchError
from backends.serving.api.bodies import JSON, media_type
from backends.serving.api.edge import Call, answer
from backends.serving.api.problems import UnsupportedMedia
from backends.serving.api.retrieval.bodies import read_data, read_object
from backends.serving.api.retrieval.choices import SEARCH, chosen, search_options
from backends.serving.api.retrieval.opened import EVALUATIONS, collection_of, in_place

MOST_QUESTIONS = 2_000  # of one request; larger sets are for the Ask page, which does them in the background
DEPTH = 100  # hits that each question is judged by, for MAP and for recall
NAMES = {"text/csv": "questions.csv", "application/x-ndjson": "questions.jsonl", "application/jsonl": "questions.jsonl"}
EXAMPLE = '{"questions": [{"question": "…", "relevant": ["a document\'s name"]}]}'
TOO_LARGE = "Send the questions in parts, or measure on the Ask page"
OPTIONS = {name: choice for name, choice in SEARCH.items() if name not in {"tags", "documents", "since", "until"}}


async def evaluate(call: Call) -> Response:
    """`POST …/evaluate`: nDCG, MRR, MAP, recall, hit rate and latency over a question set, with intervals.

    The set is JSON (`{"questions": […], "k": 10, …}`), or a CSV or JSON-lines file, with options in the address.
    """
    kind = media_type(call)
    if kind in NAMES:
        return await _measured(call, await read_data(call, TOO_LARGE), NAMES[kind], dict(call.parameters))
    if kind != JSON:
        raise UnsupportedMedia(f"A body of type {kind[:80]!r} is not read here.", f"Send {', '.join((JSON, *NAMES))}.")
    body = await read_object(call, EXAMPLE, TOO_LARGE)
    if not isinstance(body, dict) or not isinstance(body.get("questions"), list):
        raise WorkbenchError("The body has no list 'questions'.", hint=f"Send {EXAMPLE}.")
    options = {name: value for name, value in body.items() if name != "questions"}
    return await _measured(call, orjson.dumps(body["questions"]), "questions.json", options)


async def _measured(call: Call, data: bytes, name: str, options: dict[str, Any]) -> Response:
    return answer(await in_place(EVALUATIONS, _evaluated, call, (data, name), chosen(options, OPTIONS)))


def _evaluated(call: Call, file: tuple[bytes, str], wanted: dict[str, Any]) -> dict[str, Any]:
    from backends.retrieval.evaluation import Judging, read_questions, resolved
    from backends.retrieval.evaluation import evaluate as judged

    questions = read_questions(*file)
    if len(questions) > MOST_QUESTIONS:
        raise WorkbenchError(
            f"There are {len(questions):,} questions; one request may have {MOST_QUESTIONS:,}.",
            hint="Send them in parts, or measure on the Ask page.",
        )
    collection = collection_of(call)
    questions = resolved(questions, [one.name for one in collection.documents()])
    k = wanted.get("k", 10)
    options = {**search_options(wanted), "k": max(k, DEPTH)}
    found = judged(lambda question: collection.search(question, **options), questions, Judging(call.name, k=k))
    return {
        "collection": call.name,
        "request_id": call.request_id,
        "k": k,
        "summary": _records(found.summary.reset_index()),
        "questions": _records(found.questions),
        "notes": found.notes,
    }


def _records(frame: Any) -> list[dict[str, Any]]:
    """A row per object, with null for what is not a number."""
    objects = frame.astype(object).where(frame.notna(), None)
    return [dict(row) for row in objects.to_dict("records")]
