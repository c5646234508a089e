from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from starlette.types import Scope

from backends.errors import WorkbenchError
from backends.serving.api.access import check_local
from backends.serving.front.proxies import Proxies, Trusted
from backends.serving.front.surfaces import inside
from backends.serving.refusals import Forbidden
from tests.backends.serving.front.asgi import Echo, Given, ask, request

VISITOR, PROXY = "203.0.113.9", "10.0.0.2"
TOLD = (
    ("x-forwarded-for", VISITOR),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "lab.example.org"),
    ("x-forwarded-prefix", "/lab"),
)


def seen(trusted: str, headers: Given, peer: str = PROXY, path: str = "/api/docs", base: str = "") -> Scope:
    """What the application sees of a request."""
    echo = Echo()
    ask(Proxies(echo, Trusted.parse(trusted), base), request(path, headers=headers, peer=peer))
    return echo.last


def client(scope: Scope) -> str:
    return str(scope["client"][0])


def test_a_trusted_proxy_says_who_asks_and_under_which_address() -> None:
    found = seen("10.0.0.0/8", TOLD)
    assert (client(found), found["scheme"]) == (VISITOR, "https")
    assert Headers(scope=found)["host"] == "lab.example.org"
    assert (found["root_path"], found["path"], inside(found)) == ("/lab", "/lab/api/docs", "/api/docs")


def test_nobody_else_does() -> None:
    found = seen("10.0.0.0/8", TOLD, peer="11.0.0.2")
    assert (client(found), found["scheme"], found["root_path"]) == ("11.0.0.2", "http", "")
    assert Headers(scope=found)["host"] == "localhost:8501"


def test_what_libraries_read_on_their_own_is_no_strangers_word() -> None:
    headers = Headers(scope=seen("", TOLD))
    assert (headers["x-forwarded-host"], headers["x-forwarded-proto"]) == ("localhost:8501", "http")
    assert headers["x-forwarded-prefix"] == "", "a mark all the same"
    headers = Headers(scope=seen("*", TOLD))
    assert (headers["x-forwarded-host"], headers["x-forwarded-proto"]) == ("lab.example.org", "https")


@pytest.mark.parametrize("trusted", ["", "127.0.0.1", "*"])
def test_the_marks_of_a_proxy_stay_and_the_api_without_keys_refuses(trusted: str) -> None:
    local = (
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-prefix", "/lab"),
    )
    for header in local:
        found = seen(trusted, [header], peer="127.0.0.1")
        with pytest.raises(Forbidden):
            check_local(client(found), Headers(scope=found))


@pytest.mark.parametrize(
    ("trusted", "hops", "visitor"),
    [
        ("10.0.0.0/8", "1.2.3.4, 203.0.113.9", VISITOR),  # the first was made up by the visitor
        ("10.0.0.0/8", "203.0.113.9, 10.0.0.7", VISITOR),  # two proxies of ours
        ("10.0.0.0/8", "203.0.113.9:5678, 10.0.0.7:1", VISITOR),
        ("10.0.0.0/8", "10.9.9.9, 10.0.0.7", "10.9.9.9"),  # a proxy itself asks
        ("10.0.0.0/8", "unknown, not an address", PROXY),
        ("*", "8.8.8.8, 203.0.113.9", "8.8.8.8"),
        ("*", "8.8.8.8, 9.9.9.9, 10.0.0.7", "9.9.9.9"),
        ("*", "10.9.9.9, 10.0.0.5", "10.0.0.5"),  # all private: the nearest, which nobody can make up
        ("10.0.0.0/8", "[2001:db8::1]:443", "2001:db8::1"),
    ],
)
def test_the_visitor_is_the_last_address_that_is_no_proxys(trusted: str, hops: str, visitor: str) -> None:
    assert client(seen(trusted, [("x-forwarded-for", hops)])) == visitor


def test_the_addresses_may_be_in_several_headers() -> None:
    assert client(seen("10.0.0.0/8", [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", VISITOR)])) == VISITOR


def test_what_uvicorn_believed_of_a_local_proxy_is_believed_only_if_the_settings_say_so() -> None:
    # uvicorn puts the address of X-Forwarded-For in the peer's place when a proxy on 127.0.0.1 sent it.
    told = [("x-forwarded-for", f"1.2.3.4, {VISITOR}")]
    assert client(seen("", told, peer=VISITOR)) == "127.0.0.1"
    assert client(seen("10.0.0.0/8", told, peer=VISITOR)) == "127.0.0.1"
    assert client(seen("127.0.0.1", told, peer=VISITOR)) == VISITOR


@pytest.mark.parametrize(("said", "found"), [("https", "http"), ("http", "http"), ("wss", "http")])
def test_and_the_scheme_that_it_believed_is_taken_back(said: str, found: str) -> None:
    # uvicorn puts X-Forwarded-Proto in the scheme's place too.
    echo, app = Echo(), Proxies(Echo(), Trusted())
    app.app = echo
    ask(app, request("/", headers=[("x-forwarded-proto", said)], scheme=said))
    assert echo.last["scheme"] == ("ws" if said == "wss" else found)
    ask(app, request("/", scheme="https"))
    assert echo.last["scheme"] == "https", "without the header it is the connection's own"
    believed = Proxies(echo, Trusted.parse("127.0.0.1"))
    ask(believed, request("/", headers=[("x-forwarded-proto", "https")]))
    assert echo.last["scheme"] == "https"


@pytest.mark.parametrize("host", ["evil.example/path", "a b", 'x"y', "", "a" * 300, "x\r\ny"])
def test_a_host_that_is_none_is_passed_over(host: str) -> None:
    assert Headers(scope=seen("*", [("x-forwarded-host", host)]))["host"] == "localhost:8501"


@pytest.mark.parametrize("prefix", ["//evil.example", "https://evil.example", '/a"b', "/" + "a" * 300, "/a b", "", "/"])
def test_a_prefix_that_is_no_plain_path_is_passed_over(prefix: str) -> None:
    found = seen("*", [("x-forwarded-prefix", prefix)])
    assert (found["root_path"], found["path"]) == ("", "/api/docs")


def test_a_kept_prefix_is_known_for_the_api_and_left_to_streamlit_for_its_own_paths() -> None:
    ours = seen("", (), path="/lab/widgets/iris/", base="lab")
    assert (ours["root_path"], ours["path"], inside(ours)) == ("/lab", "/lab/widgets/iris/", "/widgets/iris/")
    pages = seen("", (), path="/lab/_stcore/stream", base="/lab/")
    assert (pages["root_path"], pages["path"], inside(pages)) == ("", "/lab/_stcore/stream", "/_stcore/stream")
    other = seen("", (), path="/laboratory", base="lab")
    assert inside(other) == "/laboratory"


@pytest.mark.parametrize(
    ("given", "found"), [("/train", "/lab/train"), ("/lab/train", "/lab/train"), ("//x/y", "//x/y"), ("x/", "x/")]
)
def test_a_page_that_moved_stays_in_the_prefix(given: str, found: str) -> None:
    app = Proxies(Echo([("location", given)]), Trusted.parse("*"))
    answer = ask(app, request("/train/", headers=[("x-forwarded-prefix", "/lab")]))
    assert answer.headers["location"] == found


@pytest.mark.parametrize("wrong", ["my-proxy", "10.0.0.0/99", "10.0.0.1:80"])
def test_what_is_no_network_is_named(wrong: str) -> None:
    with pytest.raises(WorkbenchError, match="WORKBENCH_TRUSTED_PROXIES") as refused:
        Trusted.parse(f"127.0.0.1, {wrong}")
    assert wrong in refused.value.message
