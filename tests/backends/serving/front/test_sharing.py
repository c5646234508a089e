from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from backends.serving.front.sharing import Sharing
from backends.serving.origins import Origins
from tests.backends.serving.front.asgi import Echo, ask, request

BLOG, HOME = "https://blog.example", "http://localhost:3000"
ASKED = "/widgets/iris/gradio_api/queue/join"
ALLOW = "access-control-allow-origin"


@pytest.mark.parametrize(
    ("keyed", "listed", "origin", "may"),
    [
        (False, Origins(), HOME, True),
        (False, Origins(), BLOG, False),
        (True, Origins(), BLOG, True),
        (True, Origins((BLOG,)), BLOG, True),
        (True, Origins((BLOG,)), HOME, False),
        (False, Origins((BLOG,)), BLOG, True),
        (False, Origins((BLOG,)), "null", False),
        (False, Origins(any=True), "https://other.example", True),
    ],
)
def test_which_pages_may_read_a_widgets_answers(keyed: bool, listed: Origins, origin: str, may: bool) -> None:
    app = Sharing(Echo(), keyed, listed)
    answer = ask(app, request(ASKED, "POST", [("origin", origin)]))
    assert answer.headers.get(ALLOW) == (origin if may else None)
    assert answer.headers["vary"] == "Origin"
    before = ask(app, request(ASKED, "OPTIONS", [("origin", origin), ("access-control-request-headers", "x-gradio")]))
    assert (before.status, before.headers.get(ALLOW)) == (204, origin if may else None)
    assert before.headers["access-control-allow-headers"] == "x-gradio"


def test_gradios_own_rule_is_never_asked_and_no_cookie_of_another_page_gets_through() -> None:
    echo = Echo()
    ask(Sharing(echo, True, Origins()), request(ASKED, "POST", [("origin", BLOG), ("cookie", "a=b")]))
    assert not {"origin", "cookie"} & set(Headers(scope=echo.last))
    own = [("origin", "http://localhost:8501"), ("cookie", "a=b")]
    ask(Sharing(echo, True, Origins()), request(ASKED, "POST", own))
    assert Headers(scope=echo.last)["cookie"] == "a=b"


def test_other_paths_and_other_clients_pass_untouched() -> None:
    for path, headers in (("/train", [("origin", BLOG)]), (ASKED, [])):
        echo, asked = Echo(), request(path, headers=headers)
        answer = ask(Sharing(echo, True, Origins()), asked)
        assert echo.last == asked
        assert ALLOW not in answer.headers
