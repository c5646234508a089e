"""Who may change what everybody sees: the three cases, the token, the addresses, and whether others can ask."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from backends.errors import WorkbenchError
from backends.serving.admin import Admin, Rights, admin_of, exposed, listens_beyond_loopback, sign_in_required
from backends.serving.guesses import PER_MINUTE
from backends.serving.refusals import Forbidden, TooMany, Unauthorised
from backends.settings import Settings

TOKEN = "a-long-random-text"


@pytest.mark.parametrize(
    ("settings", "proven", "elsewhere", "case"),
    [
        ({}, False, False, "here"),
        ({}, False, True, "off"),
        ({}, True, True, "off"),  # nobody can have proven anything where there is nothing to prove
        ({"admin_token": TOKEN}, False, False, "visitor"),  # on this machine too: it was set to be asked for
        ({"admin_token": TOKEN}, False, True, "visitor"),
        ({"admin_token": TOKEN}, True, True, "administrator"),
        ({"admin_emails": "ana@example.org"}, False, False, "visitor"),
        ({"admin_emails": " , "}, False, True, "off"),
        ({"admin_token": " \n"}, False, True, "off"),
    ],
)
def test_the_cases(settings: dict[str, str], proven: bool, elsewhere: bool, case: str) -> None:
    assert Admin(Settings(**settings)).rights(proven, elsewhere) == Rights(case)  # type: ignore[arg-type]


def test_a_refusal_says_what_to_do() -> None:
    Rights("here").check()
    Rights("administrator").check()
    with pytest.raises(Unauthorised, match="X-Admin-Token"):
        Rights("visitor").check()
    with pytest.raises(Forbidden, match="WORKBENCH_ADMIN_TOKEN"):
        Rights("off").check()


@pytest.mark.parametrize("given", [TOKEN, f" {TOKEN}\n"])
def test_the_token_opens_with_or_without_blanks_around_it(given: str) -> None:
    Admin(Settings(admin_token=TOKEN)).prove(given, "10.0.0.1")
    Admin(Settings(admin_token=f"{TOKEN}\r\n")).prove(given, "10.0.0.1")


@pytest.mark.parametrize("given", ["", " ", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\udcff"])
def test_nothing_else_opens(given: str) -> None:
    with pytest.raises(Unauthorised) as refused:
        Admin(Settings(admin_token=TOKEN)).prove(given, "10.0.0.1")
    assert TOKEN not in str(refused.value)


def test_an_empty_token_opens_nothing_where_none_is_set() -> None:
    for settings in (Settings(), Settings(admin_token=" "), Settings(admin_emails="ana@example.org")):
        with pytest.raises(Unauthorised):
            Admin(settings).prove("", "10.0.0.1")


def test_who_tries_many_waits_even_with_the_right_one_and_others_do_not() -> None:
    admin = Admin(Settings(admin_token=TOKEN))
    for number in range(PER_MINUTE):
        with pytest.raises(Unauthorised):
            admin.prove(f"guess {number}", "10.0.0.1")
    with pytest.raises(TooMany):
        admin.prove(TOKEN, "10.0.0.1")
    admin.prove(TOKEN, "10.0.0.2")


def test_the_right_token_signs_its_visitor_in_and_a_wrong_one_nobody() -> None:
    admin = Admin(Settings(admin_token=TOKEN))
    with pytest.raises(Unauthorised):
        admin.sign_in("ana", "wrong", "10.0.0.1")
    assert not admin.sign_ins.holds("ana")
    admin.sign_in("ana", TOKEN, "10.0.0.1")
    assert admin.sign_ins.holds("ana")
    assert not admin.sign_ins.holds("ben")


def test_an_address_counts_when_it_is_verified_whatever_its_capitals() -> None:
    admin = Admin(Settings(admin_emails="Ana@Example.org , ben@example.org"))
    assert admin.has_email("ana@example.ORG ", verified=True)
    assert not admin.has_email("ana@example.org", verified=False)
    assert not admin.has_email("mallory@example.org", verified=True)
    assert not admin.has_email("", verified=True)
    assert not Admin(Settings()).has_email("", verified=True)


def test_pages_and_api_count_wrong_tokens_together() -> None:
    assert admin_of(Settings(admin_token=TOKEN)) is admin_of(Settings(admin_token=TOKEN))
    assert admin_of(Settings(admin_token=TOKEN)) is not admin_of(Settings(admin_token="another-long-text"))


def test_a_sign_in_that_is_neither_required_nor_optional_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="'yes'"):
        sign_in_required(Settings(sign_in="yes"))


HERE = {"host": "localhost:8501", "origin": "http://localhost:8501"}


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.serving.admin.listens_beyond_loopback", lambda: False)


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        (HERE, None),
        (HERE, "127.0.0.1"),
        (HERE, "::1"),
        ({"host": "127.0.0.1:8501"}, "::ffff:127.0.0.1"),
        ({"host": "demo.localhost"}, None),
        ({}, None),
    ],
)
def test_this_machine_alone_can_ask(headers: dict[str, str], peer: str | None, quiet: None) -> None:
    assert not exposed(headers, peer)


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        ({**HERE, "x-forwarded-for": "127.0.0.1"}, "127.0.0.1"),
        ({**HERE, "forwarded": "for=127.0.0.1"}, None),
        ({**HERE, "via": "1.1 front"}, None),
        ({"host": "demo.example.org"}, "127.0.0.1"),
        ({"host": "localhost.example.org"}, None),
        ({"host": "localhost:8501", "origin": "https://demo.example.org"}, None),  # a proxy that leaves no mark
        (HERE, "10.0.0.7"),
    ],
)
def test_one_sign_is_enough_that_others_can(headers: dict[str, str], peer: str | None, quiet: None) -> None:
    assert exposed(headers, peer)


def test_a_process_that_others_can_reach_is_exposed_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.serving.admin.listens_beyond_loopback", lambda: True)
    assert exposed(HERE, "127.0.0.1")


@pytest.mark.parametrize(("address", "beyond"), [("127.0.0.1", False), ("::1", False), ("0.0.0.0", True), ("::", True)])
def test_the_sockets_of_the_process_tell(address: str, beyond: bool) -> None:
    with listening(address):
        assert listens_beyond_loopback.__wrapped__() is beyond  # afresh: a process remembers the first answer


@contextmanager
def listening(address: str) -> Iterator[None]:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as server:
        try:
            server.bind((address, 0))
        except OSError as error:
            pytest.skip(f"{address} cannot be listened to here: {error}")
        server.listen()
        yield
