"""A running job: what it does, how far it is, the time left, and the button that cancels it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from backends.errors import WorkbenchError
from backends.tasks import Job
from components import cached, state
from components.feedback import escape, show_error

EVERY_SECONDS = 1.0


def watch(identity: str, on_end: Callable[[Job], None], show: Callable[[Job], None], forget: str = "job") -> None:
    """Follow a job until it ends: `show` draws what there is so far, `on_end` takes the result over.

    A job that is not known any more (the server was started anew) is taken off the field `forget` of the work.
    """

    @st.fragment(run_every=EVERY_SECONDS)
    def panel() -> None:
        job = cached.jobs().get(identity, state.owner())
        if job.ended:
            on_end(job)
            st.rerun()
        _progress(job)
        show(job)

    try:
        cached.jobs().get(identity, state.owner())
    except WorkbenchError as error:
        state.update(**{forget: None})
        show_error(error)
        return
    panel()


def duration(seconds: float) -> str:
    """A time span as people say it.

    >>> duration(0.4), duration(42), duration(95), duration(7300)
    ('1 s', '42 s', '1 min 35 s', '2 h 1 min')
    """
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _progress(job: Job) -> None:
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.fraction, text=_in_words(job))
        if st.button("Cancel", key="job_cancel", icon=":material/stop_circle:", disabled=job.state == "cancelling"):
            cached.jobs().cancel(job.id, state.owner())
            st.rerun(scope="fragment")


def _in_words(job: Job) -> str:
    if job.state == "queued":
        return f"Waiting: place {job.place} in the queue"
    if job.state == "cancelling":
        return "Cancelling; what is done is kept"
    left = job.seconds_left
    remaining = f" · about {duration(left)} left" if left is not None else ""
    return f"{escape(job.doing) or 'Starting'} · {duration(job.seconds)} so far{remaining}"
