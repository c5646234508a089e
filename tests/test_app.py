"""The application as a program sees it: it starts light, and it answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backends.serving.visitors import COOKIE

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "shap", "gradio", "sentence_transformers", "sklearn", "skl2onnx", "onnxruntime", "onnx", "mlflow")
LOCAL = ("127.0.0.1", 50_000)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    import app

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("home")))
        with TestClient(app.app, "http://localhost:8501", client=LOCAL) as client:
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
    assert client.get("/api/v1/models").json() == {"models": []}
    assert client.get("/v2").json()["name"] == "demo-workbench"
    assert "workbench_models_loaded 0.0" in client.get("/metrics").text


def test_what_is_not_there_is_a_problem_and_not_a_page(client: TestClient) -> None:
    for path in ("/api/v1/models/nobody", "/api/v2", "/v2/nothing", "/v2/models/nobody"):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 404)
        assert answer.headers["content-type"] == "application/problem+json"


def test_without_keys_other_machines_see_health_alone(client: TestClient) -> None:
    import app

    other = TestClient(app.app, "http://workbench.example.org", client=("203.0.113.9", 1_234))
    assert other.get("/api/health").status_code == 200
    assert [other.get(path).status_code for path in ("/api/v1/models", "/v2", "/metrics")] == [403, 403, 403]


def test_a_new_visitor_gets_a_cookie_that_scripts_cannot_read(client: TestClient) -> None:
    client.cookies.clear()
    first = client.get("/").headers["set-cookie"]
    assert first.startswith(COOKIE)
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    assert "Secure" not in first
    again = client.get("/", headers={"cookie": first.split(";")[0]})
    assert "set-cookie" not in again.headers


def test_over_https_the_cookie_is_secure(client: TestClient) -> None:
    client.cookies.clear()
    assert client.get("https://localhost/").headers["set-cookie"].endswith("SameSite=Lax; Secure")


def test_in_a_frame_over_https_the_cookie_is_one_that_browsers_keep_there(client: TestClient) -> None:
    client.cookies.clear()
    cookie = client.get("https://localhost/", headers={"sec-fetch-dest": "iframe"}).headers["set-cookie"]
    assert cookie.endswith("SameSite=None; Secure; Partitioned")


def test_a_forged_cookie_is_replaced(client: TestClient) -> None:
    client.cookies.clear()
    given = client.get("/").headers["set-cookie"].partition("=")[0]
    client.cookies.clear()
    for name in (given, COOKIE):
        answer = client.get("/", headers={"cookie": f"{name}={'R' * 30}"})
        assert answer.headers["set-cookie"].startswith(f"{given}=")


def test_a_file_for_no_open_tab_is_refused_before_it_is_read(client: TestClient) -> None:
    answer = client.put("/_stcore/upload_file/nobody/made-up", content=b"x")
    assert answer.status_code == 404
    assert answer.text.startswith("The tab that this file is for is not open any more.")
