"""The documents of a collection: what was given, what came of each file, and the passages that are found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.retrieval import Collection, File
from backends.retrieval import job as indexing
from backends.retrieval.index.records import StoredDocument
from backends.retrieval.samples import handbook
from backends.settings import Settings
from backends.tasks import Job
from components import cached, job_panel, results, state, tabs
from components.ask import passages, place
from components.feedback import escape, show_error

ENDINGS = ("pdf", "docx", "md", "txt", "html", "htm", "csv")
HANDBOOK = "Handbook"
OPTIONAL = ("title", "tags", "date", "remarks", "pages")  # columns that are shown where there is something in them


def show(collection: Collection) -> None:
    """Add files, see what became of them, and look at what is stored."""
    running(collection.name)
    stored = collection.documents()
    with st.container(border=True) if not stored else st.expander("Add files", icon=":material/upload_file:"):
        add(collection.name)
    outcomes(collection.name)
    if not stored:
        return
    chosen = _table(stored)
    if chosen is None:
        st.caption("Choose a document to see its text and its passages.")
        return
    with st.container(border=True):
        _one(collection, chosen)


def add(name: str) -> None:
    """The field for files, and what goes with them."""
    limit = Settings.from_environment().max_document_mb
    files = st.file_uploader(
        "PDF, Word, Markdown, text, HTML or CSV",
        type=list(ENDINGS),
        accept_multiple_files=True,
        key="ask_files",
        max_upload_size=limit,
    )
    with st.expander("Tags, date, password", icon=":material/sell:"):
        tags = st.multiselect("Tags", [], key="ask_new_tags", accept_new_options=True, help="To filter questions by.")
        date = st.date_input("Date", value=None, key="ask_new_date")
        password = st.text_input("Password of encrypted files", type="password", key="ask_password")
    busy = state.work().index_job is not None
    label = f"Read {number_of(len(files), 'file')}" if files else "Read them"
    if st.button(label, key="ask_add", type="primary", icon=":material/library_add:", disabled=not files or busy):
        given = [File(one.name, one.getvalue(), password or None, tuple(tags), date) for one in files]
        start(name, given)
        st.rerun()


def start(name: str, files: Sequence[File]) -> None:
    """Read files into a collection in the background. Raises WorkbenchError for a name that cannot be one."""
    library = cached.library()
    collection = library.open(name) if name in library.names() else library.create(name)
    title = f"Reading {number_of(len(files), 'file')}"
    job = cached.jobs().start(state.owner(), title, indexing.ADDRESS, indexing.prepare(collection, files))
    state.update(index_job=(job.id, name), collection=name)


def sample() -> None:
    """Read the handbook that comes with the workbench."""
    start(HANDBOOK, [File(path.name, path.read_bytes()) for path in handbook()])


def running(name: str) -> None:
    """The job that reads documents into this collection, while there is one."""
    current = state.work().index_job
    if current is not None and current[1] == name:
        job_panel.watch(current[0], _take_over, _nothing, forget="index_job")


def outcomes(name: str) -> None:
    """What became of the files that were given last."""
    last = dict(state.work().outcomes).get(name, ())
    if not last:
        return
    refused = [one for one in last if one.reason]
    read = len(last) - len(refused)
    words = f"{number_of(read, 'file')} read" + (f", **{len(refused)} not read**" if refused else "")
    with st.expander(words, expanded=bool(refused), icon=":material/fact_check:"):
        frame = pd.DataFrame(
            {
                "file": [one.name for one in last],
                "result": [one.result for one in last],
                "characters": [one.characters for one in last],
                "passages": [one.passages for one in last],
                "remarks": [" ".join([one.reason, *one.notes]).strip() for one in last],
            }
        )
        results.table(frame, "ask_outcomes", alt="What became of each file", download="files")


def _take_over(job: Job) -> None:
    name = (state.work().index_job or ("", ""))[1]
    state.update(index_job=None)
    if job.error is not None:
        st.toast(escape(job.error.message), icon=":material/error:")
        return
    if job.state == "done":
        found = indexing.read(job.output, cached.library().open(name)).outcomes
        kept = tuple(pair for pair in state.work().outcomes if pair[0] != name)
        state.update(outcomes=((name, found), *kept) if found else kept)
        tabs.open_next("ask_tab", "Documents" if any(one.reason for one in found) else "Ask")


def _nothing(job: Job) -> None:
    """While it runs, the sentence above and the table say what is there already."""


def _table(stored: Sequence[StoredDocument]) -> StoredDocument | None:
    frame = pd.DataFrame(
        {
            "document": [one.name for one in stored],
            "title": [one.title for one in stored],
            "format": [one.format for one in stored],
            "passages": [one.passages for one in stored],
            "characters": [one.characters for one in stored],
            "pages": [f"{one.pages}" if one.pages else "" for one in stored],
            "tags": [", ".join(one.tags) for one in stored],
            "date": [f"{one.date or ''}" for one in stored],
            "remarks": [" ".join(one.notes) for one in stored],
        }
    )
    frame = frame.drop(columns=[name for name in OPTIONAL if not frame[name].any()])
    event = st.dataframe(
        frame.head(results.ROWS_SHOWN),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="ask_table",
        alt="The documents",
    )
    results.csv_button(frame, "documents", key="ask_table_csv")
    rows = event["selection"]["rows"]
    return stored[rows[0]] if rows and rows[0] < len(stored) else None


def _one(collection: Collection, document: StoredDocument) -> None:
    st.subheader(escape(document.name))
    for note in document.notes:
        st.caption(f":material/info: {escape(note)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _tags(collection, document)
        with st.popover("Delete", icon=":material/delete:", type="tertiary"):
            st.markdown(f"{escape(document.name)} and its {number_of(document.passages, 'passage')} go for good.")
            if st.button("Delete it", key="ask_delete", type="primary"):
                _deleted(collection, document)
    passages.show(collection, document)


def _tags(collection: Collection, document: StoredDocument) -> None:
    popover = st.popover("Tags and date", icon=":material/sell:", type="tertiary")
    with popover, st.form(f"ask_tags_{document.id}", border=False):
        tags = st.multiselect("Tags", list(document.tags), default=list(document.tags), accept_new_options=True)
        date = st.date_input("Date", value=document.date)
        if st.form_submit_button("Keep", icon=":material/save:"):
            collection.tag(document.id, tuple(tags))
            collection.set_date(document.id, date)
            st.rerun()


def _deleted(collection: Collection, document: StoredDocument) -> None:
    try:
        collection.delete(document.id)
    except WorkbenchError as error:
        show_error(error)
        return
    st.toast(f"{escape(document.name)} is deleted.", icon=":material/delete:")
    st.rerun()


def first(name: str = place.FIRST) -> None:
    """What there is to do while there is no collection: give files, or take the sample."""
    left, right = st.columns([2, 1])
    with left, st.container(border=True):
        st.subheader("Your files")
        add(name)
    with right, st.container(border=True):
        st.subheader("Or a sample")
        st.markdown(
            "**The workbench handbook**: how to judge a model honestly, in a dozen short documents of all formats."
        )
        if st.button("Read the handbook", key="ask_sample", icon=":material/menu_book:"):
            sample()
            st.rerun()
