"""How a question is searched: the way, how many passages, and which documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from backends.retrieval import Collection
from backends.retrieval.search.hit import MODES, Filter
from components import state
from components.feedback import escape

TITLES = {"hybrid": "Both", "dense": "Meaning", "lexical": "Words"}
HELP = (
    "Meaning compares embeddings, words compares the words themselves (BM25); both fuses the two by reciprocal ranks."
)


@dataclass(frozen=True)
class Chosen:
    """What was chosen, as keywords of `Collection.search` and `Collection.ask`."""

    keywords: dict[str, Any] = field(default_factory=dict)


def show(collection: Collection) -> Chosen:
    """The options, folded away, and in words what they leave out."""
    known = collection.options
    documents = collection.documents()
    tags = sorted({tag for document in documents for tag in document.tags})
    with st.popover("Options", icon=":material/tune:", type="tertiary"):
        state.seed_widget("ask_mode", known.mode)
        mode = st.segmented_control(
            "Search by", MODES, key="ask_mode", format_func=TITLES.__getitem__, required=True, help=HELP, **state.KEEP
        )
        state.seed_widget("ask_k", known.k)
        k = st.slider("Passages", 1, 30, key="ask_k", **state.KEEP)
        wanted = st.multiselect("Only with the tags", tags, key="ask_tags", **state.KEEP) if tags else []
        names = {document.id: document.name for document in documents}
        chosen = st.multiselect(
            "Only these documents", list(names), key="ask_documents", format_func=names.__getitem__, **state.KEEP
        )
        since, until = _dates() if any(document.date for document in documents) else (None, None)
    restriction = Filter(tuple(wanted), since, until, tuple(chosen))
    if restriction != Filter():
        st.caption(f":material/filter_alt: {_in_words(restriction, names)}")
    return Chosen({"mode": str(mode), "k": int(k), "filter": restriction})


def _dates() -> tuple[date | None, date | None]:
    left, right = st.columns(2)
    with left:
        since = st.date_input("From", value=None, key="ask_since", **state.KEEP)
    with right:
        until = st.date_input("Until", value=None, key="ask_until", **state.KEEP)
    return since, until


def _in_words(restriction: Filter, names: dict[str, str]) -> str:
    parts = [f"tagged {escape(tag)}" for tag in restriction.tags]
    parts += [f"from {restriction.since:%d %B %Y}"] if restriction.since else []
    parts += [f"until {restriction.until:%d %B %Y}"] if restriction.until else []
    parts += [", ".join(escape(names.get(one, one)) for one in restriction.documents)] if restriction.documents else []
    return "Only documents " + "; ".join(parts)
