"""The live widget in the page, and how it gets into somebody else's."""

from __future__ import annotations

import io

import streamlit as st

from backends.serving.widgets.embedding import HEIGHT, iframe, web_component, where_it_works
from backends.settings import Settings
from components import results
from components.address import is_local


def show(name: str, base: str) -> None:
    """The widget itself."""
    theme = "dark" if results.dark() else "light"
    st.iframe(f"{base}/widgets/{name}/?__theme={theme}", height=HEIGHT)


def embed(name: str, base: str) -> None:
    """The two ways to put it into a page, and a code to hold a phone against."""
    address = f"{base}/widgets/{name}/"
    left, right = st.columns([3, 1])
    with left:
        st.markdown("**In a page**")
        st.code(iframe(address, name), language="html", wrap_lines=True)
        st.markdown("**As a web component**")
        st.code(web_component(address), language="html", wrap_lines=True)
        st.caption(where_it_works(Settings.from_environment()))
    with right:
        st.markdown("**In a meeting**")
        st.image(qr(address), alt="QR code of the address below")
        st.markdown(f":small[[{address}]({address})]")
        if is_local(base):
            st.caption("This address works on this machine only. Open the workbench by its network address to share.")


def qr(address: str) -> bytes:
    """A QR code of an address as PNG, dark on light with a quiet border so that it reads in both themes."""
    import segno

    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=6, border=4, dark="#101615", light="#FFFFFF")
    return out.getvalue()
