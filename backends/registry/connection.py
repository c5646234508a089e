"""The way to MLflow: its public client, quiet, with its failures in words for people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from backends.errors import UnavailableError, damaged, no_room, shown_address

MLFLOW_URI = "MLFLOW_TRACKING_URI"

# MLflow calls home, and talks on standard output, unless the environment says otherwise when it is imported.
_SILENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
# A server that is gone is told within seconds, where MLflow itself would go on trying for minutes.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}

_PAGE = 1_000  # rows MLflow is asked for at a time


def silence() -> None:
    """Set what keeps MLflow quiet in this process and in its children; what the user has set of its patience stays."""
    os.environ.update(_SILENT)
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)


class Client:
    """MLflow's public client for one address: the same calls, with WorkbenchError for what a person can mend.

    The address is given to this client alone; the process's own tracking address stays as it was.
    """

    def __init__(self, uri: str) -> None:
        silence()
        from mlflow import MlflowClient

        self._uri = uri
        self._client = told(uri, MlflowClient)(tracking_uri=uri, registry_uri=uri)

    def __getattr__(self, name: str) -> Any:
        return told(self._uri, getattr(self._client, name))

    def all(self, search: str, **asked: Any) -> Iterator[Any]:
        """Every result of one of the client's searches, page after page."""
        token = None
        while True:
            page = getattr(self, search)(**asked, max_results=_PAGE, page_token=token)
            yield from page
            token = page.token
            if not token:
                return


def told(uri: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """`call`, with MLflow's failures that are not bugs as WorkbenchError.

    What is not there (RESOURCE_DOES_NOT_EXIST) and what is there already (RESOURCE_ALREADY_EXISTS) stays MLflow's:
    the caller knows what it means. Setting a value is done again where another workbench set the same one meanwhile.
    """

    @wraps(call)
    def calling(*positional: Any, **named: Any) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            try:
                return call(*positional, **named)
            except MlflowException as error:
                if not (call.__name__.startswith("set_") and _another_was_first(error)):
                    raise
                return call(*positional, **named)
        except MlflowException as error:
            raise no_room(error) or _words(uri, error) or error from error
        except OSError as error:  # MLflow copies the files of an embedded registry itself
            raise no_room(error) or error from error

    return calling


def _another_was_first(error: Any) -> bool:
    """Whether the server's database refused a second new row: it looks for the row before it adds one.

    >>> _another_was_first("(sqlite3.IntegrityError) UNIQUE constraint failed: registered_model_aliases.name")
    True
    >>> _another_was_first("(psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint")
    True
    >>> _another_was_first("BAD_REQUEST: no such version")
    False
    """
    words = str(error).casefold()
    return "unique constraint" in words or "duplicate entry" in words


def _words(uri: str, error: Any) -> UnavailableError | None:
    message = str(error)
    where = "The model registry" + (
        f" at {shown_address(uri)}" if uri.startswith("http") else ""
    )  # no paths of this machine
    if "out-of-date database schema" in message:
        return UnavailableError(
            f"{where} was written by another version of MLflow.", hint="Back it up, then run 'mlflow db upgrade' on it."
        )
    if damaged(error):
        return UnavailableError(
            f"{where} is damaged.",
            hint="Put back a copy of its database; the published files beside it are as they were.",
        )
    if "API request to" in message or error.error_code == "TEMPORARILY_UNAVAILABLE":
        return UnavailableError(
            f"{where} does not answer.", hint="See that it runs and can be reached, then try again."
        )
    if error.error_code in ("UNAUTHENTICATED", "PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED"):
        return UnavailableError(
            f"{where} refuses this workbench.", hint="Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
        )
    return None
