"""Who may call where no keys are set, and which pages may."""

from __future__ import annotations

import pytest

from backends.serving.api.access import PROXY_MARKS, check_local, cross_origin_headers
from backends.serving.refusals import Forbidden

HOME = {"host": "localhost:8501"}


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:1"])
def test_this_machine_may_call(peer: str, host: str) -> None:
    check_local(peer, {"host": host})


@pytest.mark.parametrize("peer", ["10.0.0.7", "203.0.113.9", "fe80::1", "testclient", "", None])
def test_another_machine_may_not(peer: str | None) -> None:
    with pytest.raises(Forbidden, match="this machine only") as refused:
        check_local(peer, HOME)
    assert "WORKBENCH_API_KEYS" in refused.value.hint


@pytest.mark.parametrize("mark", PROXY_MARKS)
def test_what_came_through_a_proxy_may_not_even_when_it_claims_to_be_local(mark: str) -> None:
    with pytest.raises(Forbidden, match=mark):
        check_local("127.0.0.1", {**HOME, mark: "127.0.0.1"})


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.nip.io", "", "[::1", "192.168.0.2"]
)
def test_a_foreign_name_that_leads_here_may_not(host: str) -> None:
    with pytest.raises(Forbidden, match="own name"):
        check_local("127.0.0.1", {"host": host})


@pytest.mark.parametrize(
    "origin", ["https://example.org", "null", "http://localhost.example.org", "file://localhost", ""]
)
def test_a_foreign_page_in_the_same_browser_may_not(origin: str) -> None:
    with pytest.raises(Forbidden, match="pages of this machine"):
        check_local("127.0.0.1", {**HOME, "origin": origin})


def test_a_page_of_this_machine_may() -> None:
    check_local("127.0.0.1", {**HOME, "origin": "http://127.0.0.1:3000"})
    assert cross_origin_headers("http://127.0.0.1:3000", keyed=False)["Access-Control-Allow-Origin"].endswith(":3000")


def test_with_keys_any_page_may_and_without_only_local_ones_hear() -> None:
    assert cross_origin_headers("https://example.org", keyed=True)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in cross_origin_headers("https://example.org", keyed=False)
    assert cross_origin_headers(None, keyed=True) == {}


def test_the_marks_are_those_that_proxies_leave() -> None:
    usual = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-prefix", "x-forwarded-port", "x-forwarded-server"}
    assert usual | {"forwarded", "via", "x-real-ip", "true-client-ip", "cf-connecting-ip"} <= set(PROXY_MARKS)
