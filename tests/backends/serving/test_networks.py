"""Who has a network of addresses is one visitor to every limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from backends.serving.networks import is_internal, network_of
from backends.serving.refusals import TooMany, Unauthorised
from backends.serving.service import Service
from backends.settings import Settings


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%1", "fe80::1%2", True),
        ("198.51.100.10", "::ffff:198.51.100.10", True),
        ("198.51.100.10", "198.51.100.11", False),
        ("", "testclient", False),
    ],
)
def test_addresses_of_one_network_are_one(first: str, second: str, same: bool) -> None:
    assert (network_of(first) == network_of(second)) is same


@pytest.mark.parametrize(
    "address", ["127.8.9.10", "::1", "::ffff:10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "", "testclient"]
)
def test_what_may_be_a_proxys_is_internal(address: str) -> None:
    assert is_internal(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2001:db8::1", "203.0.113.9"])
def test_what_is_the_internets_is_not(address: str) -> None:
    assert not is_internal(address)


def first_refused(ask: Callable[[str], object], prefix: str) -> str:
    """What is said to the first address of a network that has to wait."""
    for number in range(1, 60):
        try:
            ask(f"{prefix}{number:x}")
        except Unauthorised:
            continue
        except TooMany as error:
            return error.message
    return "all were answered"


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(closing(Service(Settings(home=str(tmp_path), **settings))))


def test_keys_cannot_be_tried_out_from_ever_new_addresses_of_one_network(serving: Callable[..., Service]) -> None:
    service = serving(api_keys="shop:k3y", rate_limit_per_minute=1_000)
    said = first_refused(lambda address: service.authorise(f"wrong {address}", address), "2001:db8::")
    assert said == "Too many different wrong keys came from this address."
    assert service.authorise("k3y", "2001:db8:0:1::1") == "shop"


def test_nor_the_administrators_token(serving: Callable[..., Service]) -> None:
    admin = serving(admin_token="a-token-that-nobody-guesses").admin
    said = first_refused(lambda address: admin.prove(f"wrong {address}", address), "2001:db8::")
    assert said == "Too many different wrong keys came from this address."
    admin.prove("a-token-that-nobody-guesses", "2001:db8:0:1::1")


def test_requests_of_one_network_are_one_callers(serving: Callable[..., Service]) -> None:
    service = serving(rate_limit_per_minute=1)
    said = first_refused(lambda address: service.authorise(None, address), "2001:db8::")
    assert said == "More than 1 requests in a minute."
    with pytest.raises(TooMany):
        service.limit_address("2001:db8::ffff")
    service.limit_address("2001:db8:0:1::1")
