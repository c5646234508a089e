"""The whole door, in its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.serving.front.door import FrontDoor
from backends.serving.front.surfaces import STREAM, UPLOAD
from backends.serving.visitors import KEY_FILE
from backends.settings import Settings
from tests.backends.serving.front.asgi import Answer, Echo, Given, ask, request

HTML = [("content-type", "text/html")]


class Nobody:
    """Pages without a single tab."""

    def held(self, session: str) -> int | None:
        return None

    def make_room(self, more: int) -> None:
        """There is enough."""


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FrontDoor:
    monkeypatch.setattr("backends.serving.front.names.listens_beyond_loopback", lambda: False)
    page = tmp_path / "index.html"
    page.write_text("<script>one()</script>")
    settings = Settings(home=str(tmp_path / "home"), max_sessions=4)
    return FrontDoor(Echo(HTML), page, uploaded=Nobody(), settings=settings)


def sent(door: FrontDoor, method: str, path: str, *headers: tuple[str, str], scheme: str = "http") -> Answer:
    given: Given = headers
    return ask(door, request(path, method, given, scheme=scheme))


def test_a_visitor_is_given_a_name_that_the_home_vouches_for(door: FrontDoor, tmp_path: Path) -> None:
    cookie = sent(door, "GET", "/").headers["set-cookie"].partition(";")[0]
    assert (tmp_path / "home" / KEY_FILE).is_file()
    assert "set-cookie" not in sent(door, "GET", "/", ("cookie", cookie)).headers


def test_a_file_for_no_open_tab_is_refused_and_another_sites_page_before_it(door: FrontDoor) -> None:
    assert sent(door, "PUT", f"{UPLOAD}nobody/x", ("content-length", "1")).status == 404
    foreign = sent(door, "PUT", f"{UPLOAD}nobody/x", ("origin", "https://evil.example"))
    assert foreign.status == 403


def test_a_foreign_name_gets_the_sentence_with_all_headers(door: FrontDoor) -> None:
    refused = sent(door, "GET", "/", ("host", "evil.example"))
    assert refused.status == 403
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert sent(door, "GET", STREAM, ("host", "evil.example"), scheme="ws").messages[0]["code"] == 1008
