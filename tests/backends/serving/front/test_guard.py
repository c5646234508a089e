from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from backends.serving.front.guard import OwnPages
from backends.serving.front.surfaces import UPLOAD
from tests.backends.serving.front.asgi import Answer, Echo, Given, ask, request

OWN, OTHER = "http://localhost:8501", "http://127.0.0.1:9000"
PAGE = f"{UPLOAD}a/b"


def send(method: str, headers: Given, path: str = PAGE) -> Answer:
    return ask(OwnPages(Echo()), request(path, method, headers))


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("origin", [OTHER, "null", "http://localhost", "https://evil.example"])
def test_another_sites_page_changes_nothing(method: str, origin: str) -> None:
    answer = send(method, [("origin", origin)])
    assert answer.status == 403
    assert origin in answer.body


def test_the_workbenchs_own_page_and_what_is_no_page_may() -> None:
    assert send("PUT", [("origin", OWN)]).status == 200
    assert send("PUT", []).status == 200
    assert send("PUT", [("sec-fetch-site", "same-origin")]).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_tells_the_site_alone_is_believed(site: str) -> None:
    assert send("POST", [("sec-fetch-site", site)]).status == 403


def test_looking_is_free() -> None:
    assert send("GET", [("origin", OTHER)]).status == 200


@pytest.mark.parametrize("path", ["/api/v1/models/a/predict", "/v2/models/a/infer", "/widgets/a/gradio_api/queue/join"])
def test_the_api_and_the_widgets_have_rules_of_their_own(path: str) -> None:
    assert send("POST", [("origin", OTHER)], path).status == 200


def test_another_sites_page_opens_no_websocket() -> None:
    for path in ("/_stcore/stream", "/anything"):
        answer = ask(OwnPages(Echo()), request(path, headers=[("origin", OTHER)], scheme="ws"))
        assert [message["type"] for message in answer.messages] == ["websocket.close"]
        assert answer.messages[0]["code"] == 1008


def test_a_server_that_can_say_so_says_so() -> None:
    asked = request("/_stcore/stream", headers=[("origin", OTHER)], scheme="ws")
    answer = ask(OwnPages(Echo()), {**asked, "extensions": {"websocket.http.response": {}}})
    assert answer.messages[0]["type"] == "websocket.http.response.start"
    assert answer.status == 403


@pytest.mark.parametrize(
    ("origin", "host"), [("https://example.org", "example.org:443"), ("https://example.org", "EXAMPLE.org")]
)
def test_streamlit_is_never_left_to_look_up_an_address(origin: str, host: str) -> None:
    from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

    echo = Echo()
    ask(OwnPages(echo), request("/_stcore/stream", headers=[("host", host), ("origin", origin)], scheme="wss"))
    headers = Headers(scope=echo.last)
    assert headers["host"] == "example.org"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.web.server.starlette.starlette_websocket.is_url_from_allowed_origins", None)
        assert _is_origin_allowed(headers["origin"], headers["host"])


def test_streamlits_own_figures_are_for_this_machine() -> None:
    app, path = OwnPages(Echo()), "/_stcore/metrics"
    assert ask(app, request(path)).status == 200
    refused = ask(app, request(path, peer="203.0.113.9"))
    assert (refused.status, refused.body) == (
        403,
        "/_stcore/metrics answers this machine only, and 203.0.113.9 is not it. The workbench's own figures are at "
        "/metrics.",
    )
    assert ask(app, request(path, headers=[("x-forwarded-for", "127.0.0.1")])).status == 403
