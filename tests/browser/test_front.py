"""The workbench where strangers meet it: in a frame of another site, behind proxies, cut off, full, and offline."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, FrameLocator, Locator, Page, expect

from tests.browser import server
from tests.browser.proxy import Proxy, certificate, running
from tests.browser.test_widget import PUBLISH

pytestmark = pytest.mark.browser
TABS = 3
PREFIX = "/lab"
CSV = b"age,city,buys\n" + b"".join(b"%d,%s,%s\n" % (n, b"Ulm", b"yes" if n % 2 else b"no") for n in range(20, 60))
READ = "40 rows and 3 columns"
KEY = "k3y-of-the-tests"
LONG = 60_000  # milliseconds


@dataclass(frozen=True)
class Here:
    """A workbench that has a list: the site that may show it in a frame, and one that may not; and its proxies."""

    address: str
    listed: str
    unlisted: str
    secure: Proxy
    stripped: Proxy


@contextmanager
def site(workbench: dict[str, str]) -> Iterator[str]:
    """A site whose page shows `workbench[path]` in a frame."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            address = workbench.get(self.path, "about:blank")
            self.wfile.write(f'<!doctype html><iframe src="{address}" width="1300" height="850"></iframe>'.encode())

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    running_site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running_site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running_site.server_port}"
    running_site.shutdown()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    """One server for all tests of this file but the slow ones."""
    if server.CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs one")
    frames: dict[str, str] = {}
    with ExitStack() as stack:
        listed, unlisted = (stack.enter_context(site(frames)) for _ in range(2))
        settings = {
            "WORKBENCH_FRAME_ANCESTORS": listed,
            "WORKBENCH_TRUSTED_PROXIES": "127.0.0.1",
            "WORKBENCH_MAX_SESSIONS": str(TABS),
            "WORKBENCH_API_KEYS": f"tests:{KEY}",
        }
        address = stack.enter_context(server.running_app(**settings))
        port = int(address.rpartition(":")[2])
        tls = certificate(tmp_path_factory.mktemp("tls"))
        secure = stack.enter_context(running(Proxy(port, tls=tls)))
        stripped = stack.enter_context(running(Proxy(port, PREFIX, strip=True)))
        frames |= {"/": f"{address}/load", "/secure": f"{secure.address}/load"}
        yield Here(address, listed, unlisted, secure, stripped)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1360, "height": 900}, ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(LONG)
    yield page
    context.close()


def upload(frame: Page | FrameLocator) -> None:
    chooser = frame.get_by_test_id("stFileUploader").locator("input[type=file]").first
    chooser.set_input_files({"name": "buyers.csv", "mimeType": "text/csv", "buffer": CSV})
    seen(frame.get_by_text(READ))


def seen(what: Locator) -> None:
    expect(what).to_be_visible(timeout=LONG)


@pytest.mark.parametrize("path", ["/", "/secure"])
def test_in_a_listed_sites_frame_a_file_is_uploaded_and_read(tab: Page, here: Here, path: str) -> None:
    tab.goto(here.listed + path)
    frame = tab.frame_locator("iframe")
    upload(frame)
    if path == "/secure":  # over https the cookie is kept in the frame, and the work with it
        tab.reload()
        seen(tab.frame_locator("iframe").get_by_text(READ))
        [cookie] = [one for one in tab.context.cookies() if one["name"].startswith("__Host-workbench_visitor")]
        assert (cookie["secure"], cookie["sameSite"]) == (True, "None")


def test_another_site_shows_nothing_and_changes_nothing(tab: Page, here: Here) -> None:
    with tab.expect_console_message(lambda message: "frame-ancestors" in message.text):
        tab.goto(here.unlisted)
    expect(tab.frame_locator("iframe").get_by_test_id("stApp")).to_have_count(0)
    there = f"{here.address}/_stcore/upload_file/a/b"
    for options in ({"method": "PUT", "body": "a"}, {"method": "POST", "mode": "no-cors", "body": "a"}):
        with pytest.raises(Error, match="Failed to fetch"):
            tab.evaluate("([there, options]) => fetch(there, options)", [there, options])
    opened = tab.evaluate(
        "there => new Promise(done => {const one = new WebSocket(there); one.onopen = () => done(true);"
        "one.onclose = () => done(false)})",
        here.address.replace("http", "ws") + "/_stcore/stream",
    )
    assert opened is False
    with tab.expect_response(there) as answered:
        tab.evaluate(
            "there => {const form = document.createElement('form'); form.action = there; form.method = 'post';"
            "document.body.append(form); form.submit()}",
            there,
        )
    assert answered.value.status == 403


def pages_work(tab: Page, address: str) -> None:
    """Pages, their links, an upload and the API's own page, all below this address."""
    tab.goto(f"{address}/")
    tab.get_by_test_id("stSidebarNavLink").filter(has_text="Load").click()
    upload(tab)
    assert tab.url == f"{address}/load"
    tab.reload()
    seen(tab.get_by_text(READ))
    docs = tab.request.get(f"{address}/api/docs", headers={"X-API-Key": KEY})
    assert f'href="{PREFIX}/api/openapi.json"' in docs.text()


def outside(tab: Page, address: str) -> list[str]:
    """A list that fills with what the tab asks of any other address."""
    found: list[str] = []
    tab.on("request", lambda asked: found.append(asked.url) if below(asked.url, address) is None else None)
    return found


def below(url: str, address: str) -> str | None:
    """The path of a request below the address; None for one outside, "" for data that is in the page itself."""
    if url.startswith(("data:", "blob:")):
        return ""
    plain = url.replace("ws", "http", 1) if url.startswith("ws") else url
    return plain.removeprefix(address) if plain.startswith(f"{address}/") else None


def test_behind_a_prefix_pages_work_and_a_websocket_that_is_cut_is_resumed(tab: Page, here: Here) -> None:
    proxy = here.stripped
    elsewhere = outside(tab, proxy.address)
    pages_work(tab, proxy.address)
    before = len(proxy.streams)
    proxy.cut()
    for _ in range(LONG // 100):
        if len(proxy.streams) > before:
            break
        tab.wait_for_timeout(100)
    [session] = {session_of(head) for head in proxy.streams[before:]}
    assert session, "the page asks for the session that it had"
    tab.get_by_test_id("stSidebarNavLink").filter(has_text="Explore").click()
    seen(tab.get_by_role("tab").first)
    seen(tab.get_by_test_id("stSidebar").get_by_text("40 rows × 3 columns"))
    assert elsewhere == []


@pytest.mark.slow
@pytest.mark.parametrize("strip", [True, False], ids=["taken off", "left"])
def test_behind_a_prefix_a_widget_works_too(tab: Page, tmp_path: Path, strip: bool) -> None:
    subprocess.run([sys.executable, "-c", PUBLISH, str(tmp_path)], cwd=server.ROOT, check=True)
    settings = {"WORKBENCH_HOME": str(tmp_path), "WORKBENCH_API_KEYS": f"tests:{KEY}"}
    settings |= (
        {"WORKBENCH_TRUSTED_PROXIES": "127.0.0.1"} if strip else {"STREAMLIT_SERVER_BASE_URL_PATH": PREFIX.strip("/")}
    )
    with (
        server.running_app(**settings) as address,
        running(Proxy(int(address.rpartition(":")[2]), PREFIX, strip)) as proxy,
    ):
        elsewhere, wrong = outside(tab, proxy.address), faults(tab)
        tab.goto(f"{proxy.address}/widgets/")
        tab.get_by_role("link", name="churn").first.click()
        tab.get_by_role("button", name="Predict", exact=True).click()
        seen(tab.locator(".w-decision"))
        assert (elsewhere, wrong) == ([], [])
        if not strip:
            pages_work(tab, proxy.address)


def session_of(head: str) -> str:
    """The session that a websocket's opening names: the third of its protocols."""
    [line] = [line for line in head.split("\r\n") if line.lower().startswith("sec-websocket-protocol:")]
    return line.partition(":")[2].split(",")[2].strip()


def test_a_tab_too_many_is_told_that_the_workbench_is_full_and_gets_in_when_there_is_room(
    tab: Page, here: Here
) -> None:
    tabs = [tab, *(tab.context.new_page() for _ in range(TABS))]
    for one in tabs[:TABS]:
        one.goto(here.address)
        seen(one.get_by_test_id("stSidebarNavLink").first)
    late = tabs[TABS]
    late.goto(here.address)
    seen(late.get_by_text(f"The workbench is full: {TABS} tabs are open"))
    tabs[0].close()
    seen(late.get_by_test_id("stSidebarNavLink").first)
    expect(late.get_by_text("The workbench is full")).to_have_count(0)


def test_with_every_other_host_out_of_reach_each_page_has_all_that_it_asks_for(tab: Page, here: Here) -> None:
    wrong = faults(tab)
    tab.context.route(lambda url: below(url, here.address) is None, lambda route: route.abort())
    tab.goto(f"{here.address}/")
    tab.get_by_role("button", name="Load", exact=True).first.click()
    seen(tab.get_by_test_id("stSidebar").get_by_text("columns"))
    for path in sorted((server.ROOT / "pages").glob("*_page.py")):
        name = path.stem.removesuffix("_page").title()
        tab.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
        seen(tab.get_by_role("heading", level=1))
        expect(tab.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=LONG)
    assert wrong == []


def faults(tab: Page) -> list[str]:
    """A list that fills with errors of the console and requests that failed.

    The icon that a browser asks of the host's root for a page that names none is its own idea, and not in it.
    """
    found: list[str] = []

    def note(told: ConsoleMessage) -> None:
        if told.type == "error" and not told.location["url"].endswith("/favicon.ico"):
            found.append(f"{told.text} {told.location['url']}")

    tab.on("console", note)
    tab.on("pageerror", lambda error: found.append(str(error)))
    tab.on("response", lambda answer: found.append(answer.url) if answer.status >= 400 else None)
    return found
