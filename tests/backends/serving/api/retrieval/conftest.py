"""The API with collections in a temporary folder, whose embedding model is a bag of words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from backends.retrieval import Library
from backends.serving.api import build_api, build_routes
from backends.serving.service import Service
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

ICE = "# Ice\n\nIce melts at 273 kelvin under normal pressure.\n\nSnow is white.\n"
WATER = "# Water\n\nWater boils at 373 kelvin at sea level.\n\nSteam is hot.\n"
Start = Callable[..., TestClient]


class Nothing:
    """A registry in which nothing is published."""

    changed = 0

    def stamp(self) -> int:
        return 0

    def models(self) -> tuple[Any, ...]:
        return ()


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start the API with settings of one's own; the client is this machine unless it says otherwise."""
    opened: list[Any] = []

    def begin(client: tuple[str, int] = ("127.0.0.1", 50_000), **changes: Any) -> TestClient:
        settings = Settings(home=str(tmp_path / "home"), cache=str(tmp_path / "cache"), **changes)
        service, library = Service(settings, Nothing()), Library(settings, HashEmbedder())  # type: ignore[arg-type]
        opened.extend((service, library))
        monkeypatch.setattr("backends.retrieval.library", lambda: library)
        routes = [Mount("/api", build_api(lambda: service)), *build_routes(lambda: service)]
        return TestClient(Starlette(routes=routes), "http://localhost:8501", client=client)

    yield begin
    for one in opened:
        one.close()


@pytest.fixture
def client(start: Start) -> TestClient:
    return start()


@pytest.fixture
def handbook(client: TestClient) -> TestClient:
    """With a collection `handbook` of two documents."""
    client.post("/api/v1/collections", json={"name": "handbook"})
    files = [("files", ("ice.md", ICE)), ("files", ("water.md", WATER))]
    assert client.post("/api/v1/collections/handbook/documents", files=files).json()["added"] == 2
    return client
