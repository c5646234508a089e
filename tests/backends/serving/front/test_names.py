"""A foreign name that was made to lead to this machine opens nothing."""

from __future__ import annotations

import pytest

from backends.serving.front.names import OwnName
from backends.serving.front.proxies import Proxies, Trusted
from tests.backends.serving.front.asgi import Answer, Echo, Given, ask, request

REBOUND = ("host", "evil.example:8501")
PATHS = ("/", "/_stcore/host-config", "/_stcore/upload_file/a/b", "/widgets/", "/widgets/iris/gradio_api/run/predict")


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that listens on this machine alone."""
    monkeypatch.setattr("backends.serving.front.names.listens_beyond_loopback", lambda: False)


def said(path: str, *headers: tuple[str, str], trusted: str = "", peer: str = "127.0.0.1") -> Answer:
    given: Given = headers
    return ask(Proxies(OwnName(Echo()), Trusted.parse(trusted)), request(path, headers=given, peer=peer))


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_name_is_refused_even_with_an_origin_to_match(path: str) -> None:
    answer = said(path, REBOUND, ("origin", "http://evil.example:8501"))
    assert answer.status == 403
    assert answer.body == (
        "This workbench is for this machine alone, and 'evil.example:8501' is not its name. Open it as localhost. "
        "Behind a proxy, set WORKBENCH_TRUSTED_PROXIES to the proxy's address."
    )


def test_no_websocket_is_opened_under_it() -> None:
    scope = request("/_stcore/stream", headers=[REBOUND, ("origin", "http://evil.example:8501")], scheme="ws")
    assert [message["type"] for message in ask(OwnName(Echo()), scope).messages] == ["websocket.close"]


def test_a_page_that_writes_marks_of_proxies_is_not_one() -> None:
    assert said("/", REBOUND, ("x-forwarded-host", "localhost"), ("x-forwarded-for", "203.0.113.9")).status == 403


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "demo.localhost", "LOCALHOST."])
@pytest.mark.parametrize("path", PATHS)
def test_this_machines_own_names_are_not(host: str, path: str) -> None:
    assert said(path, ("host", host)).status == 200


def test_a_proxy_that_the_settings_name_may_say_another() -> None:
    told = [REBOUND, ("x-forwarded-for", "203.0.113.9")]
    assert said("/", *told, trusted="127.0.0.1").status == 200
    assert said("/", *told, trusted="10.0.0.0/8").status == 403
    assert said("/", REBOUND, trusted="127.0.0.1").status == 403, "no proxy spoke"


def test_where_others_are_listened_to_any_name_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("/", REBOUND, peer="203.0.113.9").status == 200
    monkeypatch.setattr("backends.serving.front.names.listens_beyond_loopback", lambda: True)
    assert said("/", REBOUND).status == 200


def test_the_api_has_a_rule_of_its_own() -> None:
    assert said("/api/health", REBOUND).status == 200
