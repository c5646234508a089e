"""The passages of a document beside its text: to browse, switch off and edit."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.index.records import StoredChunk, StoredDocument
from components import results
from components.ask import known
from components.ask.reader import Mark, PageBreak, reader
from components.feedback import show_error

LONGEST = 100  # characters of a passage in the table


def show(collection: Collection, document: StoredDocument) -> None:
    """The passages on the left, the text on the right, scrolled to the one that is chosen."""
    chunks = collection.chunks(document.id)
    versions = collection.versions(document.id)
    version = document.version
    if len(versions) > 1:
        version = st.selectbox(
            "Version",
            sorted((one.version for one in versions), reverse=True),
            key=f"ask_version_{document.id}",
            format_func=lambda one: f"{one} (now)" if one == document.version else f"{one}",
        )
    left, right = st.columns(2)
    with left:
        chosen = None
        if version != document.version:
            _former(collection, document, version)
        else:
            chosen = _table(chunks)
        if chosen is not None and known.may_change(known.key_of(collection)):
            _change(collection, chosen)
    with right:
        text = collection.text(document.id, version)
        marks = [Mark(chosen.start, chosen.end)] if chosen is not None else []
        pages = [PageBreak(page.number, page.start) for page in collection.source(document.id, version).pages]
        reader(text, marks, key=f"ask_text_{document.id}", label=document.name, pages=pages, height=420)


def _table(chunks: Sequence[StoredChunk]) -> StoredChunk | None:
    frame = pd.DataFrame(
        {
            "passage": [chunk.position + 1 for chunk in chunks],
            "found": ["yes" if chunk.enabled else "switched off" for chunk in chunks],
            "page": [chunk.page for chunk in chunks],
            "text": [" ".join(chunk.text.split())[:LONGEST] for chunk in chunks],
            "under": [chunk.headings[-1] if chunk.headings else "" for chunk in chunks],
            "tokens": [chunk.tokens for chunk in chunks],
        }
    )
    optional = [name for name in ("page", "under") if not frame[name].any()]
    frame = frame.drop(columns=[*optional, *(["found"] if all(chunk.enabled for chunk in chunks) else [])])
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="ask_passages",
        alt="The passages",
        height=420,
    )
    results.csv_button(frame, "passages", key="ask_passages_csv")
    rows = event["selection"]["rows"]
    return chunks[rows[0]] if rows and rows[0] < len(chunks) else None


def _change(collection: Collection, chunk: StoredChunk) -> None:
    found = st.toggle("This passage can be found", value=chunk.enabled, key=f"ask_found_{chunk.id}_{chunk.enabled}")
    if found != chunk.enabled:
        known.check(known.key_of(collection))
        collection.enable(chunk.id, found)
        st.rerun()
    with st.popover("Edit its text", icon=":material/edit:"), st.form(f"ask_edit_{chunk.id}", border=False):
        text = st.text_area("Text", chunk.text, height=240)
        st.caption("The document gets a new version with this text in it; the former one stays readable.")
        if st.form_submit_button("Keep as a new version", icon=":material/save:") and text != chunk.text:
            try:
                known.check(known.key_of(collection))
                collection.edit(chunk.id, text)
            except WorkbenchError as error:
                show_error(error)
                return
            st.rerun()


def _former(collection: Collection, document: StoredDocument, version: int) -> None:
    st.caption(f"Version {version} is not searched; version {document.version} is.")
    may_change = known.may_change(known.key_of(collection))
    if may_change and st.button("Go back to this version", key="ask_restore", icon=":material/history:"):
        collection.restore(document.id, version)
        st.rerun()
