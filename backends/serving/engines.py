"""The engines that are named by address: whether each answers, found out in the background.

Nothing is asked of an engine that is not set. An engine that fails is looked at again when somebody wants to know,
so that a warning goes when the engine is back.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from backends.errors import WorkbenchError, shown_address
from backends.registry.connection import MLFLOW_URI
from backends.settings import PREFIX, Settings, variable

ANSWER_SECONDS = 15.0  # an engine that has not answered by then is said not to
AGAIN_SECONDS = 30.0  # after which a state is looked at anew
log = logging.getLogger(__name__)

State = Literal["not set", "asked", "answers", "fails"]


@dataclass(frozen=True)
class Engine:
    """An engine, the variable that names its address, and what finds out whether it can be used.

    `ask` gets the settings with an address in them and raises WorkbenchError.
    """

    key: str
    title: str
    variable: str
    ask: Callable[[Settings], None]

    def address(self, settings: Settings, environment: Mapping[str, str]) -> str:
        """What the variable is set to, empty for nothing."""
        if self.variable == MLFLOW_URI:
            return environment.get(MLFLOW_URI, "").strip()
        return str(getattr(settings, self.variable.removeprefix(PREFIX).lower())).strip()


@dataclass(frozen=True)
class Finding:
    """What is known of an engine; `error` says why it fails."""

    state: State = "not set"
    error: WorkbenchError | None = None
    at: float = 0.0  # when it was found, in seconds of a monotonic clock


@dataclass
class Watch:
    """The state of every engine that is set. Safe from any thread; `find` never waits."""

    settings: Settings
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], float] = time.monotonic
    seconds: float = ANSWER_SECONDS
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _found: dict[str, Finding] = field(default_factory=dict)
    _asking: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Ask all engines that are set, in the background."""
        for key in ENGINES:
            self.find(key)

    def find(self, key: str) -> Finding:
        """What is known of an engine now; one that was not asked lately is asked in the background."""
        engine = ENGINES[key]
        if not engine.address(self.settings, self.environment):
            return Finding()
        with self._lock:
            known = self._found.setdefault(key, Finding("asked", at=self.clock()))
            stale = known.state == "asked" or self.clock() - known.at >= AGAIN_SECONDS
            if stale and key not in self._asking:
                self._asking.add(key)
                threading.Thread(target=self._ask, args=(engine,), name=f"ask-{key}", daemon=True).start()
            return known

    def _ask(self, engine: Engine) -> None:
        answer: Future[None] = Future()
        threading.Thread(target=_answer, args=(engine, self.settings, answer), daemon=True).start()
        try:
            self._note(engine, answer.exception(timeout=self.seconds))
        except TooLate:
            self._note(engine, self._silent(engine))
            self._note(engine, answer.exception())  # it may come yet: until then it is not asked again
        with self._lock:
            self._asking.discard(engine.key)

    def _note(self, engine: Engine, error: BaseException | None) -> None:
        """Keep what was found, and tell the log when it is new."""
        told = self._told(engine, error) if error is not None else None
        found = Finding("fails" if told else "answers", told, self.clock())
        with self._lock:
            before, self._found[engine.key] = self._found.get(engine.key, Finding()), found
        if str(before.error) != str(found.error):
            log.warning("%s", told) if told else log.info("%s answers", engine.title)

    def _silent(self, engine: Engine) -> WorkbenchError:
        return WorkbenchError(
            f"{engine.title} has not answered within {self.seconds:.0f} seconds.",
            hint=f"See that it runs and that {engine.variable} names it.",
        )

    def _told(self, engine: Engine, error: BaseException) -> WorkbenchError:
        if isinstance(error, WorkbenchError):
            named = engine.variable in str(error)
            return (
                error if named else WorkbenchError(error.message, f"{error.hint} {engine.variable} names it.".strip())
            )
        log.error("Asking %s failed", engine.title, exc_info=error)
        return WorkbenchError(
            f"{engine.title} cannot be used ({type(error).__name__}).",
            hint=f"See that {engine.variable} names it; the server's log has the details.",
        )


def _answer(engine: Engine, settings: Settings, answer: Future[None]) -> None:
    try:
        engine.ask(settings)
        answer.set_result(None)
    except BaseException as error:  # handed over to the thread that waits
        answer.set_exception(error)


@cache
def engines() -> Watch:
    """The watch over the engines of this process."""
    return Watch(Settings.from_environment())


def ask_dask(settings: Settings) -> None:
    """Connect, and see that its workers can train."""
    from backends.training.dask_cluster import address, connected

    with connected(address(settings)):
        log.debug("Dask has workers that can train")


def ask_mlflow(settings: Settings) -> None:
    """Have a server list a model. A database is not opened here: MLflow would make its tables in it."""
    from backends.registry.connection import Client
    from backends.registry.places import Server, place

    where = place(settings)
    if isinstance(where, Server) and where.uri.startswith("http"):
        Client(where.uri).search_registered_models(max_results=1)


def ask_milvus(settings: Settings) -> None:
    """Connect to a server; of a file, which only one may open, see that it can be there."""
    from backends.retrieval.index.milvus_server import Milvus

    uri = settings.milvus_uri
    if "://" not in uri:
        wrong = "" if Path(uri).absolute().parent.is_dir() else "its folder is not there"
        wrong = wrong if uri.endswith(".db") else "it is neither an address nor a file that ends in .db"
        if wrong:
            raise WorkbenchError(
                f"{variable('milvus_uri')} is {shown_address(uri)!r}, and {wrong}.",
                hint="Set it to an address such as http://127.0.0.1:19530, or leave it empty for files in home.",
            )
        return
    milvus = Milvus(settings)
    try:
        milvus.collections("workbench_")
    finally:
        milvus.close()


def ask_llm(settings: Settings) -> None:
    """Have the server list its models, once."""
    from backends.retrieval.answering.llm import Client

    client = Client.open(settings)
    if client is not None:
        client.listed()


ENGINES = {
    engine.key: engine
    for engine in (
        Engine("dask", "Dask", variable("dask_address"), ask_dask),
        Engine("mlflow", "The MLflow server", MLFLOW_URI, ask_mlflow),
        Engine("milvus", "Milvus", variable("milvus_uri"), ask_milvus),
        Engine("llm", "The language model's server", variable("llm_base_url"), ask_llm),
    )
}
