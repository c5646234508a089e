"""How a collection is cut, embedded and searched, and the end of it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import streamlit as st

from backends.datasets.wording import per_cent
from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.index.records import CollectionOptions
from backends.retrieval.search.analysis import languages
from backends.settings import Settings
from components import cached, state
from components.ask import documents, known
from components.ask.options import TITLES
from components.feedback import escape, show_error

FEEDBACK = (
    "The question's meaning is moved towards that of the two best passages, and everything found is ranked once more "
    "by it. 0 leaves this out."
)


def show(collection: Collection) -> None:
    """The options of the collection, which models are at work, and the way to delete it.

    Who may not change the collection sees the models alone.
    """
    if not known.may_change(known.key_of(collection)):
        _models(collection)
        return
    left, right = st.columns([3, 2])
    with left, st.container(border=True):
        st.header("Passages and search")
        _options(collection)
    with right:
        with st.container(border=True):
            st.header("Models at work")
            _models(collection)
        with st.container(border=True):
            st.header("The collection itself")
            _ending(collection)


def _options(collection: Collection) -> None:
    now = collection.options
    with st.form("ask_settings", border=False):
        first, second = st.columns(2)
        with first:
            tokens = st.number_input("Passage, in tokens", 32, 512, now.size.tokens, 8, help="Of the embedding model.")
            mode = st.selectbox("Search by", list(TITLES), list(TITLES).index(now.mode), format_func=TITLES.__getitem__)
            dense = st.number_input("Weight of the meaning", 0.0, 10.0, now.dense_weight, 0.1)
        with second:
            overlap = st.number_input("Overlap, in tokens", 0, 128, now.size.overlap, 4)
            language = st.selectbox(
                "Language",
                list(languages()),
                list(languages()).index(now.language),
                format_func=str.capitalize,
                help="Whose word endings are taken off when words are compared: "
                f"{now.language_from or 'the usual one, for want of a guess'}.",
            )
            lexical = st.number_input("Weight of the words", 0.0, 10.0, now.lexical_weight, 0.1)
        feedback = st.number_input("Weight of the best found", 0.0, 10.0, now.feedback_weight, 0.1, help=FEEDBACK)
        st.caption(
            "Score of a passage = Σ weight ÷ (60 + its place), over its places by meaning, by words and by the meaning "
            "of the two best passages found so far: reciprocal rank fusion."
        )
        if st.form_submit_button("Keep", icon=":material/save:"):
            wanted = replace(
                now,
                size=ChunkSize(int(tokens), int(overlap)),
                mode=str(mode),
                language=str(language),
                dense_weight=float(dense),
                lexical_weight=float(lexical),
                feedback_weight=float(feedback),
            )
            _keep(collection, wanted)
    if now.threshold is not None:
        st.caption(
            f"Answers are given from a confidence of {per_cent(now.threshold)} on: {escape(now.threshold_from)}."
        )


def _keep(collection: Collection, wanted: CollectionOptions) -> None:
    try:
        known.check(known.key_of(collection))
        follows = collection.configure(wanted)
    except WorkbenchError as error:
        show_error(error)
        return
    state.forget_widgets("ask_mode")
    if follows != "nothing":
        documents.rebuild(collection)
        st.toast("The documents are cut anew in the background; what is there answers until then.")
    st.rerun()


def _models(collection: Collection) -> None:
    settings, status = Settings.from_environment(), collection.status()
    st.markdown(f"**Embeddings**: {escape(status.model)}")
    for note in status.notes:
        st.caption(f":material/info: {escape(note)}")
    st.markdown(f"**Reranker**: {escape(settings.reranker) or 'none'}")
    where = "Milvus" if settings.milvus_uri else "files of this workbench"
    st.markdown(f"**Vectors**: in {where}")
    if settings.llm_base_url:
        host = urlsplit(settings.llm_base_url).hostname or ""  # without a password that may stand in the address
        model = escape(settings.llm_model) or "the first model of the server"
        st.markdown(f"**Answers**: worded by {model} at {escape(host)}, then checked")
    else:
        st.markdown("**Answers**: sentences of your documents, word for word")
    st.caption("Set by WORKBENCH_EMBEDDER, WORKBENCH_RERANKER, WORKBENCH_MILVUS_URI and WORKBENCH_LLM_BASE_URL.")


def _ending(collection: Collection) -> None:
    key = known.key_of(collection)
    if not known.is_own(key):
        changing = ", and the administrator changes it" if cached.admin().there else " and can change it"
        st.caption(f"Everybody who can open this workbench sees the collection{changing}.")
    with st.popover("Delete the collection", icon=":material/delete_forever:"):
        st.markdown(f"**{escape(collection.name)}** goes for good, with all its documents.")
        if st.button("Delete it", key="ask_delete_collection", type="primary"):
            known.delete(key)
            st.rerun()
