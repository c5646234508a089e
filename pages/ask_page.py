"""Ask: documents in, answers out, each with the exact characters it rests on."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components import cached, tabs
from components.ask import calls, chat, documents, measure, new, place, settings, suggestions

st.title("Ask")
library = cached.library()
name = place.choose(list(library.names()), new.show)
if name is None:
    st.markdown("Documents in, answers out: each sentence with the exact characters of the document it rests on.")
    place.warn_of_loss()
    documents.first()
    st.stop()

collection = place.open_collection(name)
status = collection.status()
st.markdown(place.summary(name, status))
place.warn_of_loss()
missing = place.not_ready(status)
if missing:
    st.info(missing, icon=":material/hourglass_top:")
views = {
    "Ask": partial(chat.show, collection, suggestions.of(collection)),
    "Documents": partial(documents.show, collection),
    "Measure": partial(measure.show, collection),
    "Settings": partial(settings.show, collection),
    "API": partial(calls.show, collection),
}
if not status.documents:
    views = {title: views[title] for title in ("Documents", "Settings", "API")}
tabs.show("ask_tab" if status.documents else "ask_tab_empty", views)
