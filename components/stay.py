"""How long what a visitor brings stays here, and what was let go while they were away."""

from __future__ import annotations

import streamlit as st

from backends.datasets.wording import number_of
from components import cached, holdings, state
from components.feedback import escape
from components.visits import Gone

LONGEST_TIMER = 20 * 86_400  # seconds; a browser's clock has no room for many more


def arrive() -> None:
    """The visitor is here: count their time anew, and say what was let go meanwhile until they know."""
    owner = state.owner()
    cached.house().seen(owner)
    gone = cached.visits().gone(owner)
    if gone is not None:
        with st.container(key="let_go", horizontal=True, vertical_alignment="center"):
            st.info(escape(sentence(gone)), icon=":material/schedule:")
            told = cached.visits().told
            st.button("Understood", key="let_go_understood", type="tertiary", on_click=told, args=(owner,))
    _leave_in_time()


def here() -> None:
    """The visitor does something in a part of a page that is drawn by itself: it counts as well."""
    cached.house().seen(state.owner())


def limit() -> str:
    """How long data stays, as a sentence; empty where it does for as long as the workbench runs."""
    seconds = cached.visits().idle_seconds
    return f"What you bring is yours alone, and is let go after {lasting(seconds)} without use." if seconds else ""


def small_print() -> None:
    """Say how long data stays, where there is a limit."""
    if limit():
        st.caption(f":material/schedule: {limit()}")


def sentence(gone: Gone) -> str:
    """What was let go, when and why, and the way back.

    >>> sentence(Gone(("table churn.csv", "3 models"), 7200))
    'Your table churn.csv and 3 models were let go after 2 hours without use. Load it again.'
    """
    one = len(gone.what) == 1 and gone.what[0].startswith(("table ", "1 "))
    why = ", because others needed the memory" if gone.needed else ""
    again = " Load it again." if gone.what[0].startswith("table ") else ""
    return (
        f"Your {holdings.joined(gone.what)} {'was' if one else 'were'} let go after {lasting(gone.seconds)} "
        f"without use{why}.{again}"
    )


def lasting(seconds: float) -> str:
    """A time in hours and minutes, in full words.

    >>> lasting(7200), lasting(5400), lasting(61)
    ('2 hours', '1 hour 30 minutes', '1 minute')
    """
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    return " ".join(number_of(count, unit) for count, unit in ((hours, "hour"), (minutes, "minute")) if count)


def _leave_in_time() -> None:
    """Draw an open page anew when what it shows is let go: neither the page nor its buttons hold on to it."""
    seconds = cached.visits().idle_seconds
    if not seconds or not state.anything():
        return

    @st.fragment(run_every=min(seconds + 1, LONGEST_TIMER))
    def look() -> None:
        cached.house().sweep()
        if not state.anything():
            st.rerun()

    look()
