"""Open the models that the settings name: at once where they are kept converted, else converted first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from backends.errors import WorkbenchError
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.embedding.kept import kept, kept_folder, obtain
from backends.retrieval.embedding.onnx_embedder import OnnxEmbedder
from backends.retrieval.embedding.record import Record
from backends.retrieval.embedding.reranker import OnnxReranker, Reranker
from backends.retrieval.embedding.source import Source, find_embedder, find_reranker
from backends.settings import Settings

State = Literal["ready", "preparing", "failed"]
Model = TypeVar("Model")


@dataclass(frozen=True)
class Preparation:
    """How far the embedding model is."""

    state: State
    name: str  # of the model, for people
    reason: str = ""  # why it failed, and the way out


def open_embedder(settings: Settings | None = None) -> Embedder:
    """The embedding model, loaded once per process. Converts it first where that has not been done: seconds.

    Raises WorkbenchError when the model is not on this machine, is damaged, or cannot be loaded or converted.
    """
    settings = settings or Settings.from_environment()
    return cast(Embedder, _opened("embedder", find_embedder(settings), settings))


def open_reranker(settings: Settings | None = None) -> Reranker | None:
    """The cross-encoder, None where the settings name none; otherwise as `open_embedder`."""
    settings = settings or Settings.from_environment()
    source = find_reranker(settings)
    return None if source is None else cast(Reranker, _opened("reranker", source, settings))


def prepare(settings: Settings | None = None, again: bool = False) -> Preparation:
    """Open the embedding model in the background, once, and say how far it is; never waits for a conversion.

    Where a conversion is kept it is opened here and now, in well under a second. After a failure nothing is tried
    until it is asked for with `again`.
    """
    settings = settings or Settings.from_environment()
    try:
        source = find_embedder(settings)
        place = _place("embedder", source, settings)
        if place not in _models and place not in _threads and _quick(source, settings):
            open_embedder(settings)
    except WorkbenchError as error:
        return Preparation("failed", settings.embedder, str(error))
    with _guard:
        if again and place in _failures:
            del _failures[place], _threads[place]
        if place in _models:
            return _state(place, source)
        if place not in _threads:
            _threads[place] = threading.Thread(
                target=_try, args=(place, settings), name="prepare-embedder", daemon=True
            )
            _threads[place].start()
        return _state(place, source)


_guard = threading.Lock()  # of the four tables; what is in them belongs to the machine and to no user
_models: dict[tuple[str, str], Any] = {}
_opening: dict[tuple[str, str], threading.Lock] = {}
_threads: dict[tuple[str, str], threading.Thread] = {}
_failures: dict[tuple[str, str], str] = {}


def _place(kind: str, source: Source, settings: Settings) -> tuple[str, str]:
    return str(kept_folder(kind, source, settings)), source.name


def _state(place: tuple[str, str], source: Source) -> Preparation:
    if place in _models:
        return Preparation("ready", source.name)
    if place in _failures:
        return Preparation("failed", source.name, _failures[place])
    return Preparation("preparing", source.name)


def _quick(source: Source, settings: Settings) -> bool:
    record = kept("embedder", source, settings)
    return record is not None and record.arithmetic != "torch"


def _try(place: tuple[str, str], settings: Settings) -> None:
    """The thread of `prepare`: nobody waits for it, so what goes wrong is kept to be shown."""
    try:
        open_embedder(settings)
    except WorkbenchError as error:
        _failures[place] = str(error)
    except BaseException as error:
        _failures[place] = f"The model could not be opened ({type(error).__name__}); the log says more."
        raise


def _opened(kind: str, source: Source, settings: Settings) -> Any:
    place = _place(kind, source, settings)
    with _guard:
        lock = _opening.setdefault(place, threading.Lock())
    with lock:
        if place not in _models:
            record = obtain(kind, source, settings)
            _models[place] = _MAKERS[kind](source, record, settings)
        return _models[place]


def _embedder(source: Source, record: Record, settings: Settings) -> Any:
    folder = kept_folder("embedder", source, settings)
    if record.arithmetic != "torch":
        return OnnxEmbedder(folder, record, lambda: settings.worker_count)
    from backends.retrieval.embedding.torch_models import TorchEmbedder, load

    return TorchEmbedder(load("embedder", source.folder), record, folder)


def _reranker(source: Source, record: Record, settings: Settings) -> Any:
    if record.arithmetic != "torch":
        return OnnxReranker(kept_folder("reranker", source, settings), record, lambda: settings.worker_count)
    from backends.retrieval.embedding.torch_models import TorchReranker, load

    return TorchReranker(load("reranker", source.folder), record)


_MAKERS: dict[str, Callable[[Source, Record, Settings], Any]] = {"embedder": _embedder, "reranker": _reranker}
