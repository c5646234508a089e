"""A measurement as a background job: the folder holds what is asked for, then the copies, and then the figures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from backends.errors import WorkbenchError
from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.evaluation.measuring import Measured, Order, measure
from backends.retrieval.evaluation.questions import Question, QuestionSet, Relevant
from backends.retrieval.evaluation.result import FORMAT
from backends.retrieval.evaluation.variants import Configuration, Stopped, Variants
from backends.settings import Settings

ADDRESS = "backends.retrieval.evaluation.job:run"
RESULT = "evaluation.json"
_ORDER = "order.json"  # written by the server into the job's private folder
_COPIES = "copies"


def prepare(order: Order, settings: Settings | None = None) -> Callable[[Path], None]:
    """What writes the input of the job into its folder; `settings` are those that the collection was opened with."""
    home = (settings or Settings.from_environment()).home_folder.resolve()

    def write(folder: Path) -> None:
        stored = {"format": FORMAT, "home": str(home), "order": asdict(order)}
        (folder / _ORDER).write_text(json.dumps(stored), encoding="utf-8")

    return write


def run(
    folder: Path,
    report: Callable[[dict[str, Any]], None],
    cancelled: Callable[[], bool],
    embedder: Embedder | None = None,
) -> None:
    """Measure, and leave the figures as JSON; nothing is left when it is cancelled.

    `embedder` takes the place of the model that the settings name, for tests.
    """
    from backends.retrieval.collection import Collection

    stored = json.loads((folder / _ORDER).read_text(encoding="utf-8"))
    order, settings = _order(stored["order"]), replace(Settings.from_environment(), home=stored["home"])

    def told(words: str, share: float) -> None:
        report({"doing": words, "fraction": share})

    try:
        with (
            Collection.open(settings, order.collection, create=False, embedder=embedder) as collection,
            Variants(collection, folder / _COPIES, embedder) as variants,
        ):
            measured = measure(collection, order, variants, told, cancelled)
    except Stopped:
        return
    finally:
        shutil.rmtree(folder / _COPIES, ignore_errors=True)
    (folder / RESULT).write_text(json.dumps(measured.to_json(), allow_nan=False), encoding="utf-8")


def read(path: Path) -> Measured:
    """The figures that the job left. Raises WorkbenchError for a file of another version of the workbench."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    if stored.get("format") != FORMAT:
        raise WorkbenchError(
            f"{path.name!r} is of format {stored.get('format')!r}; this is read: {FORMAT}.", hint="Measure it again."
        )
    return Measured.from_json(stored)


def _order(stored: dict[str, Any]) -> Order:
    questions = stored["questions"]
    asked = tuple(
        Question(one["id"], one["text"], tuple(Relevant(**judgement) for judgement in one["relevant"]))
        for one in questions["questions"]
    )
    configurations = tuple(
        Configuration(**{**one, "size": ChunkSize(**one["size"]) if one["size"] else None})
        for one in stored["configurations"]
    )
    whole = QuestionSet(questions["name"], asked, tuple(questions["notes"]))
    return Order(**{**stored, "questions": whole, "configurations": configurations})
