"""Ask: documents in, answers out, each with the exact characters it rests on."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components import engines, stay, tabs
from components.ask import calls, chat, documents, known, measure, new, place, settings, suggestions

st.title("Ask")
engines.warn("milvus", "llm")
key = place.choose(known.listed(), new.show)
if key is None:
    st.markdown("Documents in, answers out: each sentence with the exact characters of the document it rests on.")
    place.warn_of_loss()
    documents.begin(known.key_of_new(place.FIRST))
    if known.is_own(known.key_of_new("")):
        stay.small_print()
    st.stop()

collection = place.opened(key)
if collection is None:
    st.stop()
status = collection.status()
st.markdown(place.summary(collection.name, status))
place.whose(key)
place.warn_of_loss()
documents.running(key)
place.not_ready_yet(collection, status, partial(documents.rebuild, collection))
refused = documents.refused(key)
if refused:
    st.caption(f":material/draft: {refused}")
views = {
    "Ask": partial(chat.show, collection, suggestions.of(collection)),
    "Documents": partial(documents.show, collection),
    "Measure": partial(measure.show, collection),
    "Settings": partial(settings.show, collection),
    "API": partial(calls.show, collection),
}
if not status.documents and not status.waiting:
    views = {title: views[title] for title in ("Documents", "Settings", "API")}
tabs.show("ask_tab" if "Ask" in views else "ask_tab_empty", views)
