"""Signing in by OpenID Connect: Streamlit's own, where the secrets have a section [auth]."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAuthError

from backends.errors import WorkbenchError
from backends.serving.admin import sign_in_required
from backends.serving.people import Person
from backends.settings import Settings
from components.feedback import escape

DEFAULT = "default"  # what Streamlit calls a provider without a name


def providers() -> tuple[str, ...]:
    """The identity providers that the secrets name; empty where signing in is not set up."""
    if not st.secrets.load_if_toml_exists():
        return ()
    return providers_of(st.secrets.get("auth", {}))


def providers_of(section: Mapping[str, Any]) -> tuple[str, ...]:
    """The providers of a section [auth]: one without a name, and those that have sections of their own.

    >>> providers_of({"redirect_uri": "…", "client_id": "workbench"})
    ('default',)
    >>> providers_of({"redirect_uri": "…", "okta": {"client_id": "a"}, "google": {"client_id": "b"}})
    ('okta', 'google')
    """
    unnamed = (DEFAULT,) if "client_id" in section else ()
    named = (name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value)
    return (*unnamed, *named)


def person() -> Person | None:
    """Who has signed in; None for nobody, and where signing in is not set up."""
    return Person.from_claims(st.user.to_dict(), time.time()) if providers() else None


def name() -> str:
    """The name that the history keeps of who has signed in; empty where nobody is known by name."""
    found = person()
    return found.known_as if found else ""


def bound(visitor: str) -> str:
    """The name of this visitor's work: with who they are, where everybody has to say that.

    Two people who sign in by turns at one browser then see nothing of each other. Where signing in is optional the
    browser is the visitor, so that what was begun before is still there after.
    """
    someone = person() if sign_in_required(Settings.from_environment()) else None
    return f"{visitor}-{someone.subject}" if someone else visitor


def awaited() -> bool:
    """Whether nothing may be shown before the visitor has signed in. Raises WorkbenchError for a wrong setting."""
    return sign_in_required(Settings.from_environment()) and person() is None


def entrance() -> None:
    """The one page of who has to sign in first. Raises WorkbenchError where that is not set up."""
    st.title("Demo Workbench")
    if not providers():
        raise WorkbenchError(
            "This workbench asks everybody to sign in, and no way to do it is set up.",
            hint="Whoever runs it has to add a section [auth] to Streamlit's secrets, or unset WORKBENCH_SIGN_IN.",
        )
    st.markdown("Sign in to go on.")
    buttons("primary")


def buttons(kind: str = "tertiary") -> None:
    """A button for each way to sign in."""
    for provider in providers():
        label = "Sign in" if provider == DEFAULT else f"Sign in with {escape(provider)}"
        if st.button(label, key=f"account_{provider}", type=kind, icon=":material/login:"):  # type: ignore[arg-type]
            _go_to(provider)


def _go_to(provider: str) -> None:
    try:
        st.login(None if provider == DEFAULT else provider)
    except StreamlitAuthError as error:
        hint = "Whoever runs this workbench has to mend the section [auth] of Streamlit's secrets."
        raise WorkbenchError(" ".join(str(error).split()), hint=hint) from None
