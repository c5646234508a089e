from __future__ import annotations

import pytest

from backends.registry import Route
from backends.serving.catalogue import Served
from backends.serving.widgets import pages, paths
from backends.serving.widgets.place import Place
from backends.serving.widgets.theme import DARK, LIGHT, css
from tests.backends.serving.widgets_shown import version


def scope(path: str = "/widgets/iris/", query: str = "", **headers: str) -> dict[str, object]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "root_path": "/widgets", "query_string": query.encode(), "headers": raw}


def text(response: object) -> str:
    return bytes(response.body).decode()  # type: ignore[attr-defined]


def test_a_card_is_read_as_markdown_and_nothing_in_it_as_html() -> None:
    found = pages.as_html("---\na: b\n---\n# T\n\n<script>x</script>\n\n|a|\n|-|\n|1|\n")
    assert found.startswith("<h1>T</h1>")
    assert "&lt;script&gt;" in found
    assert "<td>1</td>" in found
    assert "a: b" not in found


def test_what_scrolls_in_a_card_is_reached_by_keyboard() -> None:
    found = pages.as_html("|a|\n|-|\n|1|\n\n```\n<pre>\n```\n")
    assert found.count('<table tabindex="0">') == found.count('<pre tabindex="0">') == 1
    assert "&lt;pre&gt;" in found


@pytest.mark.parametrize("markdown", ["![x](https://elsewhere.example/x.png)", "[x](javascript:alert(1))"])
def test_a_card_loads_nothing_and_runs_nothing(markdown: str) -> None:
    found = pages.as_html(markdown)
    assert "<img" not in found
    assert "href" not in found or "javascript" not in found


def test_the_list_of_all_says_what_can_be_tried() -> None:
    champion, candidate = version("iris", 2), version("iris", 1, "candidate")
    models = (Served("iris", (champion, candidate), Route()), Served("new", (version("new", 1, "candidate"),), Route()))
    found = text(pages.home(models, "dark"))
    assert 'href="iris/?__theme=dark"' in found
    assert 'href="iris/1/?__theme=dark"' in found
    assert 'href="new/1/?__theme=dark"' in found
    assert found.count("the newest in staging answers") == 1, "of the two only one has no champion"
    assert 'data-theme="dark"' in found


def test_with_nothing_published_the_list_says_so() -> None:
    assert "Nothing is published yet" in text(pages.home((), ""))


def test_pages_load_nothing_and_may_be_framed() -> None:
    policy = pages.home((), "").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors" not in policy


def test_what_is_missing_has_a_way_back_and_echoes_no_markup() -> None:
    found = pages.missing("There is no '<b>'.", "", "/lab/widgets/", "")
    assert found.status_code == 404
    assert '<a href="/lab/widgets/">' in text(found)
    assert "&lt;b&gt;" in text(found)


@pytest.mark.parametrize(
    ("path", "place", "rest"),
    [
        ("/iris", Place("iris"), ""),
        ("/iris/", Place("iris"), "/"),
        ("/iris/3", Place("iris", "3"), ""),
        ("/iris/champion/card", Place("iris", "champion"), "/card"),
        ("/iris/gradio_api/info", Place("iris"), "/gradio_api/info"),
        ("/iris/3/assets/a.js", Place("iris", "3"), "/assets/a.js"),
    ],
)
def test_an_address_names_a_widget_and_what_is_asked_of_it(path: str, place: Place, rest: str) -> None:
    assert paths.address(path) == paths.Address(place, rest)


@pytest.mark.parametrize(
    "rest",
    [
        "/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://x", "/gradio_api/call/show",
        "/gradio_api/deep_link", "/gradio_api/stream/x", "/gradio_api/component_server", "/monitoring", "/login",
        "/gradio_api/runs", "/gradio_api/vibe-code", "/gradio_api/mcp/sse", "/../x", "/gradio_api/run/load_example",
    ],
)  # fmt: skip
def test_what_no_widget_needs_is_out_of_reach(rest: str) -> None:
    assert paths.REACHABLE.fullmatch(rest) is None


def test_the_theme_comes_from_the_address_else_from_the_page_before() -> None:
    before = "http://localhost/widgets/iris/?__theme=dark"
    assert paths.theme_of(scope(query="__theme=light", referer=before)) == "light"  # type: ignore[arg-type]
    assert paths.theme_of(scope(referer=before)) == "dark"  # type: ignore[arg-type]
    assert paths.theme_of(scope(query='__theme="><script>')) == ""  # type: ignore[arg-type]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["text", "quiet", "accent", "warning", "error"])
@pytest.mark.parametrize("behind", ["page", "panel"])
def test_every_text_has_the_contrast_that_reading_needs(colours: object, name: str, behind: str) -> None:
    one, other = sorted(luminance(getattr(colours, part)) for part in (name, behind))
    assert (other + 0.05) / (one + 0.05) >= 4.5


def test_the_style_asks_no_other_host() -> None:
    assert "http" not in css()
    assert "url(" not in css()
