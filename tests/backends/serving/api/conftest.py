"""A small published model behind the API, in memory: no registry, no network, and every address one likes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from backends.bundle import Bundle, assemble, pack
from backends.datasets import Dataset, read_table
from backends.onnx_export.export import export
from backends.registry import ModelSummary, ModelVersion, Route
from backends.serving.api import build_api, build_routes
from backends.serving.service import Service
from backends.settings import Settings
from backends.training import TrainingSpec, compare

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CITIES = ("Bonn", "Rome", "Oslo")
Start = Callable[..., TestClient]


def table(rows: int = 300) -> str:
    """Members of a club: who is older, richer and from Rome stays; a few incomes are not known."""
    chance = random.Random(1)
    lines = ["age,income,city,member,since,stays"]
    for number in range(rows):
        age, city = chance.randrange(18, 81), CITIES[number % 3]
        income = "" if number % 10 == 0 else f"{chance.uniform(1000, 9000):.2f}"
        since = date(2020, 1, 1) + timedelta(days=chance.randrange(1500))
        stays = age / 40 + float(income or 4000) / 5000 + (city == "Rome") + chance.gauss(0, 0.5) > 2.3
        lines.append(f"{age},{income},{city},{'true' if age % 2 else 'false'},{since},{'yes' if stays else 'no'}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return read_table(table().encode(), "members.csv")


@pytest.fixture(scope="session")
def bundle(dataset: Dataset) -> Bundle:
    """A logistic regression of who stays, exported and proven."""
    spec = TrainingSpec("stays", models=("dummy", "logistic_regression"), processes=1)
    comparison = compare(dataset, spec)
    model = comparison.models["logistic_regression"]
    return assemble(export(model, dataset), model, comparison, dataset)


class Shelf:
    """A registry in memory, as far as serving asks one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changed = 0
        self.published: dict[str, dict[int, ModelVersion]] = {}
        self.routes: dict[str, Route] = {}

    def put(self, name: str, bundle: Bundle, stage: str = "production") -> None:
        """Publish the next version of a model."""
        data = pack(bundle)
        digest = sha256(data).hexdigest()
        (self.folder / digest).write_bytes(data)
        versions = self.published.setdefault(name, {})
        number = len(versions) + 1
        facts = bundle.gates().to_dict()
        made = ModelVersion(name, number, stage, NOW, "ana", digest, len(data), f"run-{number}", facts=facts)  # type: ignore[arg-type]
        versions[number] = made
        self.changed += 1

    def archive(self, name: str, number: int) -> None:
        """Take a version out of service."""
        self.published[name][number] = replace(self.published[name][number], stage="archived")
        self.changed += 1

    def stamp(self) -> int:
        return self.changed

    def models(self) -> tuple[ModelSummary, ...]:
        return tuple(ModelSummary(name, len(of), 1, NOW) for name, of in sorted(self.published.items()))

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        return tuple(self.published[name][number] for number in sorted(self.published[name], reverse=True))

    def route(self, name: str) -> Route:
        return self.routes.get(name, Route())

    def bundle_path(self, version: ModelVersion) -> Path:
        return self.folder / version.digest


@pytest.fixture
def shelf(tmp_path: Path, bundle: Bundle) -> Shelf:
    """`club` with its version 1 in production and its version 2 as a candidate."""
    shelf = Shelf(tmp_path)
    shelf.put("club", bundle)
    shelf.put("club", bundle, "candidate")
    return shelf


@pytest.fixture
def start(tmp_path: Path, shelf: Shelf) -> Iterator[Start]:
    """Start the API with settings of one's own; the client is this machine unless it says otherwise."""
    services: list[Service] = []

    def begin(client: tuple[str, int] = ("127.0.0.1", 50_000), **settings: Any) -> TestClient:
        service = Service(Settings(home=str(tmp_path / "home"), **settings), shelf)
        services.append(service)
        routes = [Mount("/api", build_api(lambda: service)), *build_routes(lambda: service)]
        made = TestClient(Starlette(routes=routes), "http://localhost:8501", client=client)
        made.service = service  # type: ignore[attr-defined]
        return made

    yield begin
    for service in services:
        service.close()


@pytest.fixture
def client(start: Start) -> TestClient:
    return start()


@pytest.fixture
def row(bundle: Bundle) -> dict[str, Any]:
    """A row that the model takes."""
    return {"age": 44, "income": 5200.5, "city": "Rome", "member": True, "since": "2021-05-17"}
