from __future__ import annotations

import pytest

from backends.errors import WorkbenchError
from backends.serving.origins import Origins, same_host

NAME = "WORKBENCH_FRAME_ANCESTORS"


def test_a_list_holds_origins_however_they_are_written() -> None:
    listed = Origins.parse(" https://Example.org/ , http://localhost:3000,https://[::1]:8443,, ", NAME)
    assert listed.listed == ("https://example.org", "http://localhost:3000", "https://[::1]:8443")
    assert "HTTPS://EXAMPLE.ORG:443" in listed
    assert "http://example.org" not in listed
    assert "https://example.org:8443" not in listed
    assert "null" not in listed


def test_an_empty_list_holds_nothing_and_a_star_everything() -> None:
    assert not Origins.parse("", NAME)
    assert "https://example.org" not in Origins.parse("", NAME)
    assert "null" in Origins.parse("https://example.org, *", NAME)


@pytest.mark.parametrize(
    "wrong", ["example.org", "ftp://example.org", "https://", "https://a b", "https://a/path", "https://a;x", "'none'"]
)
def test_what_is_no_origin_is_named(wrong: str) -> None:
    with pytest.raises(WorkbenchError, match=NAME) as refused:
        Origins.parse(f"https://example.org, {wrong}", NAME)
    assert repr(wrong) in refused.value.message


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "same"),
    [
        ("http://localhost:8501", "http", "localhost:8501", True),
        ("https://example.org", "https", "example.org:443", True),
        ("https://example.org", "http", "Example.org", True),  # a proxy ended the encryption without telling
        ("http://example.org", "https", "example.org", False),
        ("http://example.org", "wss", "example.org", False),
        ("http://127.0.0.1:8501", "http", "localhost:8501", False),
        ("http://localhost:8502", "http", "localhost:8501", False),
        ("https://example.org.evil.net", "https", "example.org", False),
        ("null", "http", "null", False),
        ("", "http", "", False),
        ("http://[::1", "http", "[::1", False),
        ("file://localhost", "http", "localhost", False),
    ],
)
def test_a_page_is_of_the_host_that_served_it(origin: str, scheme: str, host: str, same: bool) -> None:
    assert same_host(origin, scheme, host) is same
