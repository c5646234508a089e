"""Whether the workbench is up: open to whoever can reach it, as it tells nothing else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import psutil
from pydantic import BaseModel, Field

import backends
from backends.settings import MEGABYTE

STARTED = time.monotonic()  # that clock is never set; this module is imported when the workbench starts


class Health(BaseModel):
    """Whether the workbench is up, and what it costs."""

    status: str = Field(description="'ok' while the process answers")
    version: str
    uptime_seconds: float = Field(description="since the workbench was started")
    memory_mb: float = Field(description="resident memory of the server process, in megabytes")
    started_at: datetime


def health() -> Health:
    """Status, version, uptime and memory of this process."""
    process = psutil.Process()
    uptime = time.monotonic() - STARTED
    return Health(
        status="ok",
        version=backends.__version__,
        uptime_seconds=round(uptime, 1),
        memory_mb=round(process.memory_info().rss / MEGABYTE, 1),
        started_at=datetime.now(UTC) - timedelta(seconds=uptime),
    )
