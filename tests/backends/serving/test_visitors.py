"""Whose work it is: a name that the workbench gave, and nobody made up."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from backends.errors import WorkbenchError
from backends.serving.visitors import COOKIE, KEY_FILE, STALE, Signed, VisitorCookie, key_in, visitor
from tests.backends.serving.front.asgi import Echo, ask, request

KEY, OTHER = b"k" * 32, b"o" * 32
HTML = [("content-type", "text/html")]
MADE_UP = "R" * 30


def opened(cookie: str = "", scheme: str = "http", key: bytes = KEY, path: str = "/") -> tuple[str | None, list[str]]:
    """The visitor that the pages see, and the cookies that the browser is told to set."""
    echo = Echo(HTML)
    given = [("cookie", cookie)] if cookie else []
    answer = ask(VisitorCookie(echo, key), request(path, headers=given, scheme=scheme))
    seen = visitor(cookie_parser(Headers(scope=echo.last).get("cookie", "")))
    return seen, [] if scheme == "wss" else answer.headers.getlist("set-cookie")


def given(scheme: str = "http", key: bytes = KEY) -> str:
    """The cookie that a browser then sends."""
    _, [cookie] = opened(scheme=scheme, key=key)
    return cookie.partition(";")[0]


def test_a_name_that_was_given_is_known_again_and_stays() -> None:
    cookie = given()
    name, told = opened(cookie)
    assert name is not None
    assert name == cookie.partition("=")[2].partition(".")[0]
    assert told == []
    assert opened(cookie) == (name, [])


@pytest.mark.parametrize("value", [MADE_UP, f"{MADE_UP}.", f"{MADE_UP}.{'A' * 43}", "", "../etc", "ü" * 30])
def test_a_name_that_was_made_up_is_none_and_is_replaced(value: str) -> None:
    called = given().partition("=")[0]
    for name in (called, COOKIE):
        seen, [new] = opened(f"{name}={value}")
        assert seen is None
        assert new.startswith(f"{called}=")


def test_the_name_of_another_is_of_no_use_with_ones_own_signature() -> None:
    called, _, cookie = given().partition("=")
    signature = cookie.partition(".")[2]
    assert opened(f"{called}={MADE_UP}.{signature}")[0] is None


def test_nothing_but_the_verified_name_gets_through_and_other_cookies_stay() -> None:
    echo = Echo()
    app = VisitorCookie(echo, KEY)
    cookie = given()
    there = f'a=1; {COOKIE}={MADE_UP}; _streamlit_xsrf="2|x"; {cookie}; __Host-{COOKIE}_x=y'
    ask(app, request("/_stcore/stream", headers=[("cookie", there)], scheme="ws"))
    name = cookie.partition("=")[2].partition(".")[0]
    assert Headers(scope=echo.last)["cookie"] == f'a=1; _streamlit_xsrf="2|x"; {COOKIE}={name}'
    ask(app, request("/_stcore/stream", headers=[("cookie", f"{COOKIE}={MADE_UP}")], scheme="ws"))
    assert "cookie" not in Headers(scope=echo.last)


def test_over_https_it_is_one_that_no_other_host_and_no_open_line_can_set() -> None:
    _, [cookie] = opened(scheme="https")
    assert cookie.startswith("__Host-")
    assert {"Path=/", "Secure", "HttpOnly"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    name, _ = opened(given("https"), "wss")
    assert name is not None
    assert opened(given("http"), "wss")[0] is None
    assert opened(given("https"), "http")[0] is None


def test_two_workbenches_on_one_host_leave_each_others_cookies_alone() -> None:
    first, second = given(), given(key=OTHER)
    both = f"{first}; {second}"
    for key, cookie in ((KEY, first), (OTHER, second)):
        name, told = opened(both, key=key)
        assert (name, told) == (cookie.partition("=")[2].partition(".")[0], [])


def test_cookies_of_workbenches_that_are_gone_do_not_pile_up() -> None:
    gone = [given(key=bytes([number]) * 32) for number in range(STALE + 1)]
    _, told = opened("; ".join(gone[1:]))
    assert len(told) == 1
    _, told = opened("; ".join(gone))
    assert [line.split("; ")[0].rstrip("=") for line in told[:-1]] == [cookie.partition("=")[0] for cookie in gone]
    assert all("Max-Age=0" in line for line in told[:-1])


def test_who_looks_at_a_widget_is_given_no_name() -> None:
    assert opened(path="/widgets/iris/") == (None, [])


def test_the_key_is_made_once_for_all_servers_of_a_home_and_for_nobody_else(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as servers:
        [key] = set(servers.map(key_in, [tmp_path] * 8))
    assert len(key) == 32
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    (tmp_path / "other").mkdir()
    assert key_in(tmp_path / "other") != key
    assert key.hex() not in Signed(key).cookie(MADE_UP) + Signed(key).mark


def test_a_key_that_cannot_be_used_is_named_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(WorkbenchError, match="5 bytes and not 32") as refused:
        key_in(tmp_path)
    assert "short" not in str(refused.value)
    with pytest.raises(WorkbenchError, match="cannot be kept"):
        key_in(tmp_path / "nowhere")


def test_a_key_is_kept_where_files_cannot_have_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    assert key_in(tmp_path) == key_in(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
