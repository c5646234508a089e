"""What is on its way: a full explanation behind a first one, and what every first explanation needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from components import cached

if TYPE_CHECKING:
    from backends.explanations import Explanation
    from components.subject import Subject

Made = TypeVar("Made")
SECONDS = 1.0  # between two looks whether it is there
_ONE_AT_A_TIME = threading.Semaphore()


def begun(make: Callable[[], Made]) -> Future[Made]:
    """What `make` gives, made in the background, one after the other; the server does not wait for it when it ends."""
    future: Future[Made] = Future()

    def run() -> None:
        with _ONE_AT_A_TIME:
            try:
                future.set_result(make())
            except BaseException as error:  # whoever asks for the result is told
                future.set_exception(error)

    threading.Thread(target=run, name="explaining", daemon=True).start()
    return future


def warm_up() -> None:
    """Get this server ready for its first explanation, in the background, once."""
    from backends.explanations.warm import warm

    cached.kept("warm explanations", (), lambda: begun(warm))


def follow(subject: Subject) -> None:
    """Say that more rows are being explained, and show them as soon as they are."""
    later = subject.later
    if later is None:
        return
    st.caption(
        f":material/hourglass_top: A first picture from {subject.explained:,} rows; "
        f"one from {subject.to_explain:,} follows in a moment."
    )
    _look_again(later)


@st.fragment(run_every=SECONDS)
def _look_again(later: Future[Explanation]) -> None:
    if later.done():
        st.rerun()
