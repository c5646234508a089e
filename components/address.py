"""Where the workbench is reached."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import streamlit as st


def address(page: str) -> str:
    """The address of the workbench as this browser knows it, without a slash at the end; `page` is the one shown."""
    return base_of(st.context.url or f"http://localhost:8501/{page}", page)


def base_of(url: str, page: str) -> str:
    """The workbench's own address from that of a page.

    >>> base_of("https://example.org/lab/publish?x=1", "publish")
    'https://example.org/lab'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/").removesuffix(f"/{page}"), "", ""))


def is_local(base: str) -> bool:
    """Whether only this machine can follow the address.

    >>> is_local("http://localhost:8501"), is_local("https://example.org")
    (True, False)
    """
    return urlsplit(base).hostname in ("localhost", "127.0.0.1", "::1")
