"""The edge of the widgets: whatever goes wrong inside becomes a sentence."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from backends.errors import WorkbenchError
from backends.tasks.crashes import where

log = logging.getLogger(__name__)


@contextmanager
def told() -> Iterator[None]:
    """A WorkbenchError passes, anything else is logged and becomes one with a reference to the log."""
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        reference = secrets.token_hex(4)
        log.error("unexpected error in a widget, reference %s: %s", reference, where(error))
        raise WorkbenchError(
            "Something went wrong inside the workbench.", hint=f"The server's log has it under reference {reference}."
        ) from error
