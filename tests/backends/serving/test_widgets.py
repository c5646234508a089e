"""Widgets over HTTP, with the clients that people use."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from backends.bundle import pack
from backends.errors import WorkbenchError
from backends.registry import Route
from backends.serving.front.proxies import Proxies, Trusted
from backends.serving.limits import RateLimit
from backends.serving.service import Service
from backends.serving.widgets import Widgets
from backends.serving.widgets.asking import Asking
from backends.serving.widgets.blocks import decided
from backends.serving.widgets.place import Place
from backends.serving.widgets.quiet import guarded
from backends.settings import Settings
from tests.backends.serving.published import bundled, trained
from tests.backends.serving.standing_in import Shelf
from tests.backends.serving.widgets_shown import METRICS, WIDE, shown_bundle


@dataclass(frozen=True)
class Server:
    """A running application with nothing but widgets, and what stands behind it."""

    address: str
    shelf: Shelf
    service: Service
    widgets: Widgets

    @property
    def blocks(self) -> Any:
        """What the page of people was built from."""
        running = self.widgets._running.at_hand(Place("people"))
        assert running is not None
        return running.blocks

    def ask(self, path: str, body: Any, **headers: str) -> httpx.Response:
        address = f"{self.address}/widgets/people/gradio_api/{path}"
        return httpx.post(address, json=body, headers=headers, timeout=60)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=60)

    def client(self, name: str) -> Client:
        self.get(f"/widgets/{name}/")  # a first visit may import Gradio, for longer than its client waits
        return Client(f"{self.address}/widgets/{name}/", verbose=False, analytics_enabled=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    import uvicorn

    home: Path = tmp_path_factory.mktemp("home")
    shelf = Shelf(home)
    shelf.put("people", pack(shown_bundle()))
    service = Service(Settings(home=str(home), api_keys="shop:secret"), shelf)
    widgets = Widgets(lambda: service)

    @asynccontextmanager
    async def lifespan(app: Any) -> Any:
        async with widgets.lifespan():
            yield

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    before = [Middleware(Proxies, trusted=Trusted.parse("127.0.0.1"))]
    app = Starlette(routes=widgets.routes, lifespan=lifespan, middleware=before)
    running = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield Server(f"http://127.0.0.1:{port}", shelf, service, widgets)
    running.should_exit = True
    thread.join(30)
    service.close()
    assert not thread.is_alive()


def row() -> dict[str, Any]:
    return dict(shown_bundle().examples[0])


def test_gradios_own_client_predicts_what_the_predictor_says(server: Server) -> None:
    answer = server.client("people").predict(*row().values(), api_name="/predict")
    direct = server.service.predict("people", 1, [row()])
    assert answer["label"] == direct.predictions.labels[0]
    assert list(answer["probabilities"].values()) == pytest.approx(direct.predictions.probabilities[0].tolist())
    assert (answer["model"], answer["version"], answer["threshold"]) == ("people", 1, 0.5)


def test_the_endpoint_is_described_by_the_columns(server: Server) -> None:
    described = server.client("people").view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert list(described) == ["/predict"], "what the page does is not offered to programs"
    parameters = described["/predict"]["parameters"]
    assert [one["label"] for one in parameters] == ["age", "income", "city", "member", "joined", "note"]
    assert [one["parameter_name"] for one in parameters] == ["age", "income", "city", "member", "joined", "note"]
    kinds = {one["label"]: one["type"] for one in parameters}
    assert kinds["age"] == {"type": "integer"}
    assert kinds["income"] == {"oneOf": [{"type": "null"}, {"type": "number"}]}
    assert sorted(kinds["city"]["enum"]) == ["Lima", "Oslo", "Pune"]


def test_a_value_may_be_left_out_where_training_had_it_missing(server: Server) -> None:
    given = {name: value for name, value in row().items() if name != "income"}
    assert server.client("people").predict(**given, api_name="/predict")["label"] in ("no", "yes")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"age": 400}, "Column 'age' holds 400, which is not a whole number from"),
        ({"city": "Atlantis"}, "Column 'city' holds 'Atlantis', which is a level never seen in training"),
        ({"age": None}, "Column 'age' has no value"),
        ({"age": "old"}, "Column 'age' holds 'old', which is not a number"),
    ],
)
def test_a_wrong_value_is_named_in_a_sentence(server: Server, wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AppError, match=re.escape(sentence)):
        server.client("people").predict(**row() | wrong, api_name="/predict")


def test_the_page_answers_what_is_unlike_the_training_data_and_says_so(server: Server) -> None:
    asking = Asking(server.service, Place("people"))
    odd = row() | {"age": 400, "city": "Atlantis"}
    reply = asking.predict(odd, lenient=True)
    assert [one.column for one in reply.answer.predictions.warnings] == ["age", "city"]
    assert "400 is higher than any value in the training data" in decided(reply)
    assert len(asking.explain(odd, 1).ranked()) == len(odd)
    with pytest.raises(WorkbenchError, match="holds 400"):
        asking.predict(odd)


@pytest.mark.parametrize(("wrong", "told"), [({"age": None}, "has no value"), ({"joined": "soon"}, "is not a date")])
def test_the_page_refuses_what_a_person_has_to_mend(server: Server, wrong: dict[str, Any], told: str) -> None:
    server.service.log.flush()
    before = server.service.log.written
    with pytest.raises(WorkbenchError, match=told):
        Asking(server.service, Place("people")).predict(row() | wrong, lenient=True)
    server.service.log.flush()
    assert server.service.log.written == before, "what is refused was not predicted"


def test_the_buttons_of_examples_say_what_the_model_says(server: Server) -> None:
    said = [server.service.predict("people", 1, [one]).predictions.labels[0] for one in shown_bundle().examples]
    config = server.get("/widgets/people/config").json()
    [examples] = [one["props"] for one in config["components"] if one["type"] == "dataset"]
    assert examples["sample_labels"] == [f"Example {at} ({label})" for at, label in enumerate(said, 1)]


def test_a_plain_http_call_is_answered_too(server: Server) -> None:
    server.get("/widgets/people/")
    made = httpx.post(f"{server.address}/widgets/people/gradio_api/call/predict", json={"data": list(row().values())})
    events = server.get(f"/widgets/people/gradio_api/call/predict/{made.json()['event_id']}").text
    assert "event: complete" in events


def test_an_agent_finds_the_tool_and_calls_it(server: Server) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def story() -> tuple[Any, Any, Any]:
        address = f"{server.address}/widgets/people/gradio_api/mcp/"
        async with streamable_http_client(address) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            [tool] = (await session.list_tools()).tools
            good = await session.call_tool(tool.name, row())
            bad = await session.call_tool(tool.name, row() | {"age": 400})
            return tool, good, bad

    tool, good, bad = asyncio.run(story())
    assert tool.name == "predict_people"
    assert tool.description.startswith("Predict bought (no, yes) for one row of people.csv")
    assert tool.inputSchema["properties"]["age"]["maximum"] == 79
    assert tool.inputSchema["properties"]["income"]["description"].endswith("or no value")
    assert "income" not in tool.inputSchema["required"]
    assert good.structuredContent["label"] in ("no", "yes")
    assert not good.isError
    assert bad.isError
    assert "'age' holds 400" in bad.content[0].text


def test_a_widget_answers_without_a_key_and_is_logged_as_a_widget(server: Server) -> None:
    before = server.service.log.written
    server.client("people").predict(*row().values(), api_name="/predict")
    server.service.log.flush()
    assert server.service.log.written > before
    assert server.service.log.recent("people", 1)["key"].tolist() == ["widget"]


def test_it_appears_when_published_and_is_gone_when_archived(server: Server) -> None:
    assert server.get("/widgets/later/").status_code == 404
    server.shelf.put("later", pack(shown_bundle()))
    assert server.get("/widgets/later/").status_code == 200
    assert "later/" in server.get("/widgets/").text
    server.shelf.move("later", 1, "archived")
    gone = server.get("/widgets/later/")
    assert gone.status_code == 404
    assert '<a href="/widgets/">' in gone.text
    assert "later/" not in server.get("/widgets/").text


def test_a_new_champion_has_a_new_form_at_the_next_visit_and_the_old_one_its_own_place(server: Server) -> None:
    server.shelf.put("growing", pack(shown_bundle()))
    first = server.client("growing")
    assert first.predict(*row().values(), api_name="/predict")["version"] == 1
    server.shelf.put("growing", pack(shown_bundle("favourite", ("age", "city"))))
    second = server.client("growing").predict(44, "Lima", api_name="/predict")
    assert second["version"] == 2
    assert set(second["probabilities"]) == {"coffee", "tea", "water"}
    assert second["threshold"] is None
    assert server.client("growing/1").predict(*row().values(), api_name="/predict")["version"] == 1


def test_a_split_is_asked_by_its_weights(server: Server) -> None:
    server.shelf.put("split", pack(shown_bundle()))
    server.shelf.put("split", pack(shown_bundle()))
    server.shelf.set_route("split", Route(((1, 1.0),)))
    assert server.client("split").predict(*row().values(), api_name="/predict")["version"] == 1


def test_without_a_champion_the_newest_version_can_be_tried(server: Server) -> None:
    server.shelf.put("young", pack(shown_bundle()), "candidate")
    assert server.client("young").predict(*row().values(), api_name="/predict")["version"] == 1
    assert server.get("/widgets/young/1/").status_code == 200
    assert "has no version &#39;7&#39;" in server.get("/widgets/young/7/").text
    assert server.get("/widgets/young/champion/").status_code == 404


def test_many_columns_come_in_the_order_that_moves_the_model(server: Server) -> None:
    from backends.serving.widgets.importance import ranked

    bundle = replace(bundled(trained("bought", WIDE), 60), metrics=METRICS)
    server.shelf.put("wide", pack(bundle))
    with server.service.session("wide", 1) as session:
        found = ranked(session.predictor)
        assert found == ranked(session.predictor)
    assert sorted(found) == sorted(WIDE)
    assert found.index("city") < found.index("joined"), "the table was made so that cities matter and dates do not"


def test_a_model_without_examples_has_a_widget_all_the_same(server: Server) -> None:
    server.shelf.put("private", pack(replace(shown_bundle(), examples=(), private=True)))
    assert server.get("/widgets/private/").status_code == 200


def test_the_address_without_a_slash_leads_to_the_one_with_it(server: Server) -> None:
    for path, there in (("/widgets/people?__theme=dark", "people/?__theme=dark"), ("/widgets", "widgets/")):
        answer = server.get(path)
        assert (answer.status_code, answer.headers["location"]) == (307, there)


def test_behind_a_prefix_every_address_has_it(server: Server) -> None:
    found = server.get("/widgets/people/config", **{"X-Forwarded-Prefix": "/lab", "X-Forwarded-Proto": "https"}).json()
    assert found["root"] == f"{server.address.replace('http', 'https')}/lab/widgets/people"
    assert server.get("/widgets/people/", **{"X-Forwarded-Prefix": "/lab"}).status_code == 200


def test_a_page_keeps_to_its_own_host_and_reports_to_nobody(server: Server) -> None:
    page = server.get("/widgets/people/")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert "x-frame-options" not in page.headers
    assert server.get("/widgets/people/config").json()["analytics_enabled"] is False


def test_the_card_is_a_page(server: Server) -> None:
    found = server.get("/widgets/people/card")
    assert "<h1>Who buys</h1>" in found.text
    assert "license" not in found.text


def test_too_large_a_question_is_refused_unread(server: Server) -> None:
    server.get("/widgets/people/")
    address = f"{server.address}/widgets/people/gradio_api/call/predict"
    assert httpx.post(address, content=b"x" * 1_100_000).status_code == 400
    assert httpx.post(address, content=iter([b"{}"])).status_code == 400


def test_uploads_are_not_taken(server: Server) -> None:
    answer = httpx.post(f"{server.address}/widgets/people/gradio_api/upload", files={"files": b"x"})
    assert answer.status_code == 404


def test_an_address_that_asks_too_often_has_to_wait(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"data": list(row().values())}
    server.get("/widgets/people/")
    monkeypatch.setattr(server.service, "rate", RateLimit(2))
    assert [server.ask("run/predict", body).status_code for _ in range(3)] == [200, 200, 429]
    refused = server.ask("queue/join", body | {"session_hash": "s"})
    assert refused.status_code == 429
    assert refused.json()["detail"].startswith("More than 2 requests in a minute.")
    assert int(refused.headers["retry-after"]) > 1


@pytest.mark.parametrize(
    "path", ["", "people/", "people/card", "people/config", "people/nothing", "nobody/", "nobody/assets/a.js"]
)
def test_whatever_is_asked_counts(server: Server, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    server.get("/widgets/people/")
    monkeypatch.setattr(server.service, "rate", RateLimit(1))
    assert server.get(f"/widgets/{path}").status_code in (200, 404)
    assert server.get(f"/widgets/{path}").status_code == 429
    assert server.get("/widgets/people/theme.css").status_code == 200, "files of the page do not count"


def test_the_tool_counts_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.get("/widgets/people/")
    monkeypatch.setattr(server.service, "rate", RateLimit(1))
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    assert [server.ask("mcp", listing, **headers).status_code for _ in range(2)] == [200, 429]


def test_the_tool_has_no_stream_that_stays_open(server: Server) -> None:
    server.get("/widgets/people/")
    refused = server.get("/widgets/people/gradio_api/mcp", Accept="text/event-stream")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("more", [[b"Content-Length: 10"], []])
def test_a_body_in_chunks_is_as_long_as_its_chunks(server: Server, more: list[bytes]) -> None:
    server.get("/widgets/people/")
    lines = [b"POST /widgets/people/gradio_api/run/predict HTTP/1.1", b"Host: localhost", *more]
    head = b"\r\n".join([*lines, b"Content-Type: application/json", b"Transfer-Encoding: chunked", b"", b""])
    with socket.create_connection(("127.0.0.1", httpx.URL(server.address).port or 0), timeout=10) as made:
        with suppress(OSError):  # it may be cut off while it sends
            made.sendall(head + (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 20 + b"0\r\n\r\n")
        assert made.recv(65_536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("queue/join", {"fn_index": 99_999, "session_hash": "s"}),
        ("queue/join", {"fn_index": "99999", "session_hash": "s"}),
        ("run/predict", {"fn_index": 1}),
        ("call/predict", {"fn_index": [], "session_hash": "s"}),
    ],
)
def test_a_function_that_is_not_there_is_named(
    server: Server, capfd: pytest.CaptureFixture[str], path: str, question: dict[str, Any]
) -> None:
    server.get("/widgets/people/")
    assert server.blocks.fns[1].fn is None, "the page runs it by itself"
    refused = server.ask(path, {"data": list(row().values()), **question})
    assert refused.status_code == 422
    assert "has no function" in refused.json()["detail"]
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("path", ["queue/data?session_hash=zzz", "call/predict/zzz", "call/v2/predict/zzz"])
def test_answers_to_nothing_are_not_there(server: Server, capfd: pytest.CaptureFixture[str], path: str) -> None:
    server.get("/widgets/people/")
    refused = server.get(f"/widgets/people/gradio_api/{path}")
    assert refused.status_code == 404
    assert "'zzz'" in refused.json()["detail"]
    assert "Traceback" not in capfd.readouterr().err


def test_a_value_that_is_no_value_is_told_without_a_traceback(
    server: Server, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    server.get("/widgets/people/")
    form = next(number for number, one in server.blocks.fns.items() if one.fn is not None and one.api_name != "predict")
    made = server.ask("queue/join", {"data": [{"a": []}] * 6, "fn_index": form, "session_hash": "odd"})
    assert made.status_code == 200
    events = server.get("/widgets/people/gradio_api/queue/data?session_hash=odd").text
    assert '"success":false' in events
    assert "A value does not fit its field." in events
    said = capfd.readouterr().err + caplog.text
    assert "Traceback" not in said
    assert "site-packages" not in said
    assert len([line for line in caplog.messages if "Gradio failed" in line]) == 1


@pytest.mark.parametrize("path", ["run/predict", "call/predict"])
def test_too_few_values_are_told_with_the_columns(server: Server, path: str) -> None:
    server.get("/widgets/people/")
    refused = server.ask(path, {"data": [41]})
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("The question has 1 value of 6. Send a value for each of age, income,")


def test_streams_have_places_and_give_them_back(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.get("/widgets/people/")
    streams = server.widgets._streams
    monkeypatch.setattr(streams, "_of_all", 2)
    beat = "/widgets/people/gradio_api/heartbeat/"
    with ExitStack() as held:
        for name in "ab":
            held.enter_context(httpx.stream("GET", f"{server.address}{beat}{name}", timeout=10))
        refused = server.get(f"{beat}c")
        assert (refused.status_code, streams.taken) == (503, 2)
        assert "2 streams are open" in refused.json()["detail"]
    until = time.monotonic() + 20
    while streams.taken and time.monotonic() < until:
        time.sleep(0.02)
    assert streams.taken == 0


def test_what_gradio_raises_is_one_line_and_a_sentence(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("Internal Server Error", 500)(scope, receive, send)
        raise KeyError("/home/somebody/gradio/routes.py")

    from starlette.testclient import TestClient

    answer = TestClient(guarded(broken)).get("/")
    assert answer.status_code == 500
    [line] = caplog.messages
    assert answer.json()["detail"].split()[-1].rstrip(".") in line
    assert caplog.records[0].exc_info is None
