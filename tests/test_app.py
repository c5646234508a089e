"""The application as a program sees it: it starts light, and it answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backends.serving.visitors import COOKIE

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "shap", "gradio", "sentence_transformers", "sklearn", "skl2onnx", "onnxruntime")


@pytest.fixture(scope="module")
def client():
    import app

    with TestClient(app.app) as client:
        yield client


def test_importing_the_app_leaves_heavy_libraries_out() -> None:
    code = f"import sys, app; print([name for name in {HEAVY!r} if name in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"


def test_health_tells_status_version_uptime_and_memory(client: TestClient) -> None:
    health = client.get("/api/health").json()
    assert health["status"] == "ok"
    assert health["version"].count(".") == 2
    assert health["uptime_seconds"] > 0
    assert health["memory_mb"] > 20


def test_the_page_and_the_api_share_one_port(client: TestClient) -> None:
    assert "text/html" in client.get("/").headers["content-type"]
    assert client.get("/api/openapi.json").json()["info"]["title"] == "Demo Workbench"
    assert client.get("/api/docs").status_code == 404, "its scripts would come from another host"


def test_a_new_visitor_gets_a_cookie_that_scripts_cannot_read(client: TestClient) -> None:
    client.cookies.clear()
    first = client.get("/").headers["set-cookie"]
    assert first.startswith(f"{COOKIE}=")
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    assert "Secure" not in first
    again = client.get("/", headers={"cookie": first.split(";")[0]})
    assert "set-cookie" not in again.headers


def test_behind_https_the_cookie_is_secure(client: TestClient) -> None:
    client.cookies.clear()
    assert "Secure" in client.get("/", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]


def test_a_forged_cookie_is_replaced(client: TestClient) -> None:
    client.cookies.clear()
    answer = client.get("/", headers={"cookie": f"{COOKIE}=short"})
    assert COOKIE in answer.headers["set-cookie"]
