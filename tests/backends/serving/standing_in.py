"""A registry in memory, for tests of what asks one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import get_args

from backends.registry import ModelSummary, ModelVersion, Route, Stage

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf:
    """What `serving.catalogue.Published` asks for. `asked` counts the questions that cost something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changed = 0
        self.elsewhere = 0  # changes by another process, so to say
        self.asked = 0
        self._versions: dict[str, dict[int, ModelVersion]] = {}
        self._routes: dict[str, Route] = {}

    def put(self, name: str, bundle: bytes = b"", stage: str = "production") -> ModelVersion:
        assert stage in get_args(Stage)
        versions = self._versions.setdefault(name, {})
        number, digest = len(versions) + 1, sha256(bundle).hexdigest()
        if stage == "production":
            self._versions[name] = versions = {n: replace(v, stage="staging") for n, v in versions.items()}
        made = ModelVersion(name, number, stage, NOW, "ann", digest, len(bundle), f"run-{number}")  # type: ignore[arg-type]
        versions[number] = made
        (self.folder / digest).write_bytes(bundle)
        self.changed += 1
        return made

    def move(self, name: str, number: int, stage: str) -> None:
        self._versions[name][number] = replace(self._versions[name][number], stage=stage)  # type: ignore[arg-type]
        self.changed += 1

    def set_route(self, name: str, route: Route) -> None:
        self._routes[name] = route
        self.changed += 1

    def stamp(self) -> tuple[int, int]:
        return self.changed, self.elsewhere

    def models(self) -> tuple[ModelSummary, ...]:
        self.asked += 1
        return tuple(ModelSummary(name, len(found), None, NOW) for name, found in sorted(self._versions.items()))

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        self.asked += 1
        return tuple(self._versions[name][number] for number in sorted(self._versions[name], reverse=True))

    def route(self, name: str) -> Route:
        return self._routes.get(name, Route())

    def bundle_path(self, version: ModelVersion) -> Path:
        return self.folder / version.digest
