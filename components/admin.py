"""The administrator on the pages: who may change what everybody sees, and how to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from backends.errors import WorkbenchError
from backends.serving.admin import OFF, OFF_HINT, Rights, exposed
from components import account, cached, state
from components.feedback import escape, show_error

if TYPE_CHECKING:
    from backends.registry import Registry

LOCK = ":material/lock:"


def rights() -> Rights:
    """What this visitor may do."""
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    return cached.admin().rights(_proven(), exposed(headers))


def allowed(what: str = "This is") -> bool:
    """Whether this visitor may do what is for the administrator; says so where not, in place of the controls.

    `what` begins the sentence: "Publishing is", "Notes and tags are".
    """
    found = rights()
    if found.case == "off":
        st.caption(f"{LOCK} {OFF} {OFF_HINT}")
    elif found.case == "visitor":
        st.caption(f"{LOCK} {what} for the administrator. {_way_in()}")
    return found.may_change


def banner() -> None:
    """Say at the head of a page that publishing is off, where it is."""
    if rights().case == "off":
        st.warning(f"{OFF} {OFF_HINT}", icon=LOCK)


def registry() -> Registry:
    """The registry, to change it: every change is made through this. Raises Unauthorised or Forbidden.

    The controls are hidden from who may not; this holds where something was forgotten.
    """
    rights().check()
    return cached.registry()


def sign_in() -> None:
    """Who is signed in, the way in, and out again: the foot of the sidebar."""
    someone, case = account.person(), rights().case
    if someone is not None:
        st.caption(f":material/person: {escape(someone.shown)}")
    if case == "administrator":
        st.caption(":material/shield_person: You are the administrator.")
    if someone is not None or case == "administrator":
        _way_out()
    if someone is None:
        account.buttons()
    if case == "visitor" and cached.admin().by_token:
        _ask_for_token()


def _way_in() -> str:
    if cached.admin().by_token or account.providers():
        return "Sign in at the foot of the sidebar (on a phone, the menu at the top left opens it)."
    return "Nobody can sign in yet: the secrets have no section [auth], and WORKBENCH_ADMIN_TOKEN is not set."


def _way_out() -> None:
    if not st.button("Sign out", key="admin_out", type="tertiary", icon=":material/logout:"):
        return
    cached.admin().sign_ins.end(state.owner())
    if account.providers() and st.user.is_logged_in:
        st.logout()
        st.stop()  # the browser leaves this page; nothing more of it is for who has signed out
    st.rerun()


def _ask_for_token() -> None:
    with (
        st.popover("Administrator", icon=":material/shield_person:", type="tertiary"),
        st.form("admin", clear_on_submit=True, border=False),
    ):
        token = st.text_input("Token", type="password", key="admin_token", autocomplete="off")
        if st.form_submit_button("Sign in", icon=":material/login:"):
            _enter(token or "")


def _enter(token: str) -> None:
    try:
        cached.admin().sign_in(state.owner(), token, st.context.ip_address or "127.0.0.1")
    except WorkbenchError as error:
        show_error(error)
        return
    st.rerun()


def _proven() -> bool:
    """Whether this visitor has given the token, or has signed in with an administrator's address."""
    if cached.admin().sign_ins.holds(state.owner()):
        return True
    someone = account.person()
    return someone is not None and cached.admin().has_email(someone.email, someone.verified)
