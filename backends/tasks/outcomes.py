"""How a job ended, in words, from what it said last and its exit code."""

from __future__ import annotations

import logging
from typing import Any

from backends.errors import no_room
from backends.tasks.job import JobError
from backends.tasks.memory import megabytes

log = logging.getLogger(__name__)


def ending(outcome: dict[str, Any], code: int, cancelled: bool, identity: str) -> dict[str, Any]:
    """The final state of a job, from its last words and its exit code."""
    if "outcome" in outcome:
        files = outcome.get("files", {})
        return {"state": outcome["outcome"], "files": files, "fraction": 1.0}
    if cancelled:
        return {"state": "cancelled"}
    error = _error(outcome, code, identity)
    log.warning("job %s failed (exit code %s): %s %s", identity, code, error.message, outcome.get("crash", ""))
    return {"state": "failed", "error": error}


def _error(outcome: dict[str, Any], code: int, identity: str) -> JobError:
    if "memory" in outcome:
        return _too_large(outcome["memory"], identity)
    if "error" in outcome:
        return JobError(outcome["error"]["message"], outcome["error"]["hint"], identity)
    if "crash" in outcome:
        return JobError("Something went wrong inside the workbench.", "The server's log has the details.", identity)
    if code == -9:
        return JobError(
            "The system killed it, most likely because the machine ran out of memory.",
            "Use fewer rows or models, or a larger machine.",
            identity,
        )
    return JobError(
        f"It ended unexpectedly (exit code {code}).",
        "Start it again, with fewer rows or models if it ends so.",
        identity,
    )


def not_started(error: OSError, identity: str) -> JobError:
    """Why a job never ran: a full disk, or what the log has."""
    known = no_room(error)
    if known is not None:
        return JobError(known.message, known.hint, identity)
    return JobError("It could not be started.", "Try again; the server's log has the reason.", identity)


def _too_large(found: dict[str, Any], identity: str) -> JobError:
    used, limit = megabytes(found["used"]), megabytes(found["limit"])
    if found["of"] == "all":
        return JobError(
            f"It was stopped because the workbench with all its jobs used {used} MB; the limit is {limit} MB.",
            "Try again when other jobs have ended, use fewer rows or models, or raise WORKBENCH_TOTAL_MEMORY_MB.",
            identity,
        )
    return JobError(
        f"It was stopped because it used {used} MB; the limit is {limit} MB.",
        "Use fewer rows or models, or raise WORKBENCH_JOB_MEMORY_MB.",
        identity,
    )
