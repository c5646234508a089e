"""Wild requests to a published model: JSON, tensors, CSV and Parquet, over HTTP as a program would send them."""

from __future__ import annotations

import atexit
import io
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from tests.fuzz.mutations import damaged

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from backends.bundle import Bundle

BUNDLE = "WORKBENCH_FUZZ_BUNDLE"  # path of the model to ask; without it a small one is made by hand
PREDICT, INFER = "/api/v1/models/club/predict", "/v2/models/club/infer"
JSON, CSV, PARQUET = "application/json", "text/csv", "application/vnd.apache.parquet"
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**400, 1e308, float("nan"), float("inf"), "", " ", "x" * 5_000, "1e999", "\x00",
    "\ud800", "=1+1", "<b>", [], [[]], {}, {"a": {"b": []}}, "2021-13-45", "0001-01-01", "10000-01-01T00:00:00+99:99",
)  # fmt: skip


ODD_NAMES = ("", " ", "x" * 5_000, "\x00", "\ud800", "__proto__", "=1+1", "<b>", "records", "age ", "AGE")


@dataclass(frozen=True)
class Request:
    """One request, whose answer has to be a prediction or a problem document."""

    path: str
    kind: str
    body: bytes


def make(random: Random) -> Request:
    """A valid request with damage to its values, its structure or its bytes."""
    path, kind, value = random.choice(_seeds())
    if isinstance(value, bytes):
        return Request(path, kind, damaged(value, random, ()))
    value = json.loads(json.dumps(value))
    for _ in range(random.choice((0, 1, 1, 1, 2, 4))):
        value = _changed(value, random)
    body = json.dumps(value).encode("utf-8", "surrogatepass")
    if random.random() < 0.3:
        body = damaged(body, random, ())
    more = (
        random.choice(("?on_error=skip", "?unusual=accept", "?probabilities=maybe", "?x=%00"))
        if random.random() < 0.3
        else ""
    )
    return Request(path + more, kind if random.random() < 0.95 else random.choice((CSV, JSON, "text/plain", "x")), body)


def answer(request: Request) -> None:
    """Send it. A problem document is the WorkbenchError of this target, and is raised as one."""
    from backends.errors import WorkbenchError

    given = _client().post(request.path, content=request.body, headers={"Content-Type": request.kind})
    assert given.status_code < 500, f"status {given.status_code}: {given.text[:300]}"
    if given.status_code >= 400:
        about = given.json()
        assert given.headers["content-type"] == "application/problem+json"
        assert about["status"] == given.status_code
        raise WorkbenchError(str(about["detail"])[:1_000], hint=about.get("hint") or "See the detail.")
    if given.headers["content-type"].startswith(JSON) and "predictions" in given.json():
        for one in given.json()["predictions"]:
            assert abs(sum(one.get("probabilities", {"": 1.0}).values()) - 1) < 1e-6, "probabilities that are none"


def _changed(value: Any, random: Random) -> Any:
    """The value with one of its parts, at any depth, put in the place of another, doubled or left out."""
    if isinstance(value, dict) and value and random.random() < 0.96:
        key = random.choice(list(value))
        fate = random.random()
        if fate < 0.08:
            return {name: part for name, part in value.items() if name != key}
        if fate < 0.12:
            return {**value, random.choice(ODD_NAMES): value[key]}
        return {**value, key: _changed(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.96:
        at = random.randrange(len(value))
        fate = random.random()
        part = [] if fate < 0.08 else [value[at]] * 50 if fate < 0.12 else [_changed(value[at], random)]
        return [*value[:at], *part, *value[at + 1 :]]
    return random.choice(ODD_VALUES)


@cache
def _seeds() -> list[tuple[str, str, Any]]:
    import pandas as pd

    rows = [dict(row) for row in _bundle().background[:3]]
    frame, table, file = pd.DataFrame(rows), io.StringIO(), io.BytesIO()
    frame.to_csv(table, index=False)
    frame.to_parquet(file, index=False)
    columns = {name: [row.get(name) for row in rows] for name in rows[0]}
    tensors = [{"name": name, "shape": [len(rows)], "datatype": _datatype(name), "data": values}
               for name, values in columns.items()]  # fmt: skip
    return [
        (PREDICT, JSON, {"records": rows}),
        (PREDICT, JSON, {"columns": columns, "on_error": "skip", "unusual": "accept"}),
        (PREDICT, JSON, rows),
        (PREDICT.replace("predict", "explain"), JSON, {"records": rows[:1]}),
        (INFER, JSON, {"id": "1", "inputs": tensors, "outputs": [{"name": "label"}]}),
        (PREDICT, CSV, table.getvalue().encode()),
        (PREDICT, PARQUET, file.getvalue()),
    ]


def _datatype(name: str) -> str:
    """That of the tensor that the column is sent in."""
    kind = next(column.kind for column in _bundle().signature.columns if column.name == name)
    return {"number": "FP64", "integer": "INT64"}.get(kind, "BYTES")


@cache
def _bundle() -> Bundle:
    from backends.bundle import unpack
    from tests.backends.serving.published import handmade

    path = os.environ.get(BUNDLE)
    return unpack(Path(path)) if path else handmade(1.0)


@cache
def _client() -> TestClient:
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.testclient import TestClient

    from backends.bundle import pack
    from backends.registry import ModelVersion
    from backends.serving.api import build_api, build_routes
    from backends.serving.service import Service
    from backends.settings import Settings
    from tests.backends.serving.api.conftest import Shelf

    home = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    shelf, data = Shelf(home), pack(_bundle())
    digest = sha256(data).hexdigest()
    (home / digest).write_bytes(data)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    shelf.published["club"] = {1: ModelVersion("club", 1, "production", now, "ana", digest, len(data), "run-1")}
    service = Service(Settings(home=str(home), rate_limit_per_minute=0), shelf)
    routes = [Mount("/api", build_api(lambda: service)), *build_routes(lambda: service)]
    return TestClient(Starlette(routes=routes), "http://localhost:8501", client=("127.0.0.1", 50_000))
