"""The REST API, mounted at /api: one FastAPI application that every later route joins."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import psutil
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

import backends
from backends.errors import WorkbenchError
from backends.settings import MEGABYTE


class Health(BaseModel):
    """Whether the workbench is up, and what it costs."""

    status: str = Field(description="'ok' while the process answers")
    version: str
    uptime_seconds: float = Field(description="since the process started")
    memory_mb: float = Field(description="resident memory of the server process, in megabytes")
    started_at: datetime


def build_api() -> FastAPI:
    """The application behind /api, with its OpenAPI description at /api/openapi.json.

    FastAPI's own documentation pages are off: they fetch their scripts from another host.
    """
    api = FastAPI(title="Demo Workbench", version=backends.__version__, docs_url=None, redoc_url=None)
    api.add_api_route("/health", health, methods=["GET"], response_model=Health, tags=["operation"])
    api.add_exception_handler(WorkbenchError, problem)
    return api


def health() -> Health:
    """Status, version, uptime and memory of this process."""
    process = psutil.Process()
    uptime = time.time() - process.create_time()
    return Health(
        status="ok",
        version=backends.__version__,
        uptime_seconds=round(uptime, 1),
        memory_mb=round(process.memory_info().rss / MEGABYTE, 1),
        started_at=datetime.now(UTC) - timedelta(seconds=uptime),
    )


def problem(request: Request, error: Exception) -> JSONResponse:
    """A WorkbenchError as an RFC 9457 problem response."""
    assert isinstance(error, WorkbenchError)
    body = {"type": "about:blank", "title": error.message, "detail": error.hint, "status": 422}
    return JSONResponse(body, status_code=422, media_type="application/problem+json")
