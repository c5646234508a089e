"""Which collection of documents is asked, and how far it is."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.index.records import Status
from backends.settings import Settings
from components import cached, state, stay
from components.ask import known
from components.feedback import escape, show_error

CHOSEN = "ask_collection"
EVERY_SECONDS = 3.0
FIRST = "My documents"  # the name of a collection that nobody named


def choose(names: list[str], beside: Callable[[], None]) -> str | None:
    """The key of the collection that is looked at, with something beside it; None while there is none."""
    if not names:
        return None
    mine = state.work().collection
    if mine in names:
        state.set_widget(CHOSEN, mine)
    elif state.widget(CHOSEN, None) not in names:
        state.set_widget(CHOSEN, names[0])
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        chosen = str(st.selectbox("Collection", names, key=CHOSEN, on_change=_take))
    with right:
        beside()
    return chosen


def summary(name: str, status: Status) -> str:
    """How far the collection is, in a sentence of Markdown.

    >>> summary("Notes", Status(documents=2, passages=9, embedded=9, disabled=1))
    '**Notes** holds 2 documents in 9 passages, 1 of them switched off.'
    """
    if not status.documents:
        return f"**{escape(name)}** is empty." if not status.waiting else f"**{escape(name)}** is being filled."
    off = f", {status.disabled:,} of them switched off" if status.disabled else ""
    return (
        f"**{escape(name)}** holds {number_of(status.documents, 'document')} in "
        f"{number_of(status.passages, 'passage')}{off}."
    )


def not_ready(status: Status) -> str:
    """What cannot be found yet, as sentences; empty when all can be.

    >>> not_ready(Status(documents=2, passages=9, embedded=4, disabled=0))
    '4 of 9 passages are found by their meaning so far, all by their words.'
    >>> not_ready(Status(documents=2, passages=9, embedded=9, disabled=0, outdated=1))
    '1 document is still cut as before the settings were changed.'
    """
    parts = []
    if status.waiting:
        parts.append(f"{number_of(len(status.waiting), 'file')} still being read.")
    if not status.embedder_ready:
        parts.append("The embedding model is being made ready: until then passages are found by their words alone.")
    elif status.embedded < status.passages:
        parts.append(
            f"{status.embedded:,} of {status.passages:,} passages are found by their meaning so far, "
            "all by their words."
        )
    if status.outdated:
        verb = "is" if status.outdated == 1 else "are"
        parts.append(f"{number_of(status.outdated, 'document')} {verb} still cut as before the settings were changed.")
    return " ".join(parts)


def not_ready_yet(collection: Collection, status: Status, rebuild: Callable[[], None]) -> None:
    """Say what cannot be found yet, and draw the page anew when that has changed.

    After a change of the model the passages are embedded anew by themselves, begun once in a process, whoever comes
    first; what was cancelled since can be gone on with by who may change the collection.
    """
    words = not_ready(status)
    if not words:
        return
    stopped = status.embedder_ready and not status.waiting and state.work().index_job is None
    begun: list[bool] = cached.kept("embedding anew", (str(collection.folder), status.model), list)
    if stopped and status.embedded < status.passages and not begun:
        begun.append(True)
        rebuild()
        st.rerun()

    @st.fragment(run_every=EVERY_SECONDS)
    def said() -> None:
        if not_ready(collection.status()) != words:
            st.rerun()
        st.info(words, icon=":material/hourglass_top:")

    said()
    if (
        stopped
        and known.may_change(known.key_of(collection))
        and st.button("Go on with it", key="ask_go_on", icon=":material/play_arrow:")
    ):
        rebuild()
        st.rerun()


def opened(key: str) -> Collection | None:
    """The collection; None, with the reason and the way to be rid of it, where it cannot be opened."""
    try:
        return known.opened(key)
    except WorkbenchError as error:
        show_error(error)
    if not known.may_change(key):
        return None
    with st.popover("Delete the collection", icon=":material/delete_forever:"):
        st.markdown(f"**{escape(known.name_of(key))}** goes for good, with all its documents.")
        if st.button("Delete it", key="ask_delete_damaged", type="primary"):
            known.delete(key)
            st.rerun()
    return None


def _take() -> None:
    state.update(collection=state.widget(CHOSEN, None))


def whose(key: str) -> None:
    """Who sees a collection and who changes it, where that is not the same for everybody."""
    if known.is_own(key):
        st.caption(f":material/lock_person: Nobody else sees this collection. {stay.limit()}")
    elif not known.may_change(key):
        nobody = "nobody can change it here until WORKBENCH_ADMIN_TOKEN is set"
        who = "the administrator alone changes it" if cached.admin().there else nobody
        st.caption(f":material/visibility: Everybody sees this collection, and {who}. A new collection is yours alone.")


def warn_of_loss() -> None:
    """Say it where what is stored goes with the process."""
    if not Settings.from_environment().home:
        st.caption(
            ":material/hourglass_bottom: Documents are kept in a temporary folder and go when the workbench stops. "
            "Set WORKBENCH_HOME to a folder to keep them."
        )
