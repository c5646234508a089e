"""Adding many files, or building a collection anew, as a background job.

The job's private folder holds the files, what is asked for, and at the end the outcomes. The collection itself is
opened where it is: every document is committed by itself, so a cancelled or killed job loses nothing that was done.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from backends.retrieval.adding import file_name
from backends.retrieval.collection import Collection
from backends.retrieval.documents import read_apart
from backends.retrieval.outcomes import File, Outcome, Rebuilt
from backends.settings import Settings

ADDRESS = "backends.retrieval.job:run"
OUTCOMES = "outcomes.json"
_ORDER = "order.json"
_FILES = "files"
Trusted = Callable[[str], Path]  # the path of an output after checking that it is the job's own: `Job.output`


@dataclass(frozen=True)
class Report:
    """What a job has done: an outcome for each file, or what was built anew."""

    outcomes: tuple[Outcome, ...] = ()
    rebuilt: Rebuilt | None = None


def prepare(collection: Collection, files: Sequence[File]) -> Callable[[Path], None]:
    """What writes the files to be added into the job's folder.

    From then on the collection says that they are waited for, until the job is done with them or its folder is gone.
    A password is written there too, for this user alone to read, and taken out as soon as the job begins.
    """
    names = [file_name(file.name) for file in files]

    def write(folder: Path) -> None:
        (folder / _FILES).mkdir(mode=0o700)
        for number, file in enumerate(files):
            _copy(file.data, folder / _FILES / str(number))
        path = _write_order(folder, collection, [_facts(file) for file in files])
        collection.store.wait_for(names, path)

    return write


def prepare_rebuild(collection: Collection) -> Callable[[Path], None]:
    """What writes the order to build the collection anew into the job's folder."""

    def write(folder: Path) -> None:
        _write_order(folder, collection, None)

    return write


def run(folder: Path, report: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]) -> None:
    """Add the files, or build the collection anew, and leave what became of it."""

    def on_progress(words: str, share: float) -> None:
        report({"doing": words, "fraction": share})

    on_progress("Opening the embedding model", 0.0)
    collection, order = _begun(folder / _ORDER)
    with collection:
        if order["files"] is None:
            told: dict[str, Any] = {"rebuilt": asdict(collection.rebuild(on_progress, cancelled))}
        else:
            files = [_file(folder / _FILES / str(number), facts) for number, facts in enumerate(order["files"])]
            told = {"outcomes": [_told(one) for one in collection.add_many(files, on_progress, cancelled, read_apart)]}
    shutil.rmtree(folder / _FILES, ignore_errors=True)
    (folder / OUTCOMES).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _begun(path: Path) -> tuple[Collection, dict[str, Any]]:
    """The collection, in which the files are this process's now, and the order, which is taken out."""
    try:
        order = json.loads(path.read_text(encoding="utf-8"))
        collection = Collection(Path(order["collection"]), Settings(**order["settings"]))
        collection.store.take_over(path)
    finally:
        path.unlink()  # it may hold passwords
    return collection, order


def read(trusted: Trusted, collection: Collection) -> Report:
    """What the job left; documents are those of the collection now, None where one was deleted since."""
    told = json.loads(trusted(OUTCOMES).read_text(encoding="utf-8"))
    if "rebuilt" in told:
        return Report(rebuilt=Rebuilt(**{**told["rebuilt"], "refused": tuple(told["rebuilt"]["refused"])}))
    ids = [one["document"] for one in told["outcomes"] if one["document"]]
    documents = {one.id: one for one in collection.store.documents_by("id", ids)}
    return Report(
        tuple(
            Outcome(**{**one, "document": documents.get(one["document"]), "notes": tuple(one["notes"])})
            for one in told["outcomes"]
        )
    )


def _write_order(folder: Path, collection: Collection, files: list[dict[str, Any]] | None) -> Path:
    order = {
        "collection": str(collection.folder.absolute()),
        "settings": _kept_settings(collection.settings),
        "files": files,
    }
    path = folder / _ORDER
    path.touch(mode=0o600)
    path.write_text(json.dumps(order), encoding="utf-8")
    return path


def _kept_settings(settings: Settings) -> dict[str, Any]:
    """What a job needs of the settings: limits, the model, and where the vectors are; no other secrets."""
    needed = ("cores", "embedder", "cache", "milvus_uri", "milvus_token")
    return {name: value for name, value in asdict(settings).items() if name.startswith("max_") or name in needed}


def _copy(data: bytes | Path, path: Path) -> None:
    path.touch(mode=0o600)
    if isinstance(data, Path):
        shutil.copyfile(data, path)
    else:
        path.write_bytes(data)


def _facts(file: File) -> dict[str, Any]:
    return {
        "name": file.name,
        "password": file.password,
        "tags": file.tags,
        "date": file.date.isoformat() if file.date else None,
    }


def _file(path: Path, facts: dict[str, Any]) -> File:
    tags = None if facts["tags"] is None else tuple(facts["tags"])
    day = date.fromisoformat(facts["date"]) if facts["date"] else None
    return File(facts["name"], path, facts["password"], tags, day)


def _told(outcome: Outcome) -> dict[str, Any]:
    return {**vars(outcome), "document": outcome.document.id if outcome.document else None}
