"""The documents of a collection: what was given, what came of each file, and the passages that are found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.retrieval import Collection, File, Outcome
from backends.retrieval import job as indexing
from backends.retrieval.index.records import StoredDocument
from backends.retrieval.samples import handbook
from backends.settings import Settings
from backends.tasks import Job
from components import cached, job_panel, results, state
from components.ask import known, passages
from components.feedback import escape, show_error

ENDINGS = ("pdf", "docx", "md", "txt", "html", "htm", "csv")
HANDBOOK = "Handbook"
WORKBENCH = "workbench"  # the owner of jobs that are no visitor's; theirs have longer names
LOOKED_AT = "ask_document"  # the document that was chosen last
GIVEN = "ask_given"  # how often files were given: the key of the next field
OPTIONAL = ("title", "tags", "date", "remarks", "pages")  # columns that are shown where there is something in them


def show(collection: Collection) -> None:
    """Add files, see what became of them, and look at what is stored."""
    stored, key = collection.documents(), known.key_of(collection)
    if known.may_change(key):
        if stored:
            with st.expander("Add files", icon=":material/upload_file:"):
                add(key)
        else:
            begin(key, "ask_sample_instead")
        outcomes(key)
    if not stored:
        return
    chosen = _table(stored)
    if chosen is None:
        st.caption("Choose a document to see its text and its passages.")
        return
    with st.container(border=True):
        _one(collection, chosen)


def add(key: str) -> None:
    """The field for files, and what goes with them."""
    files = st.file_uploader(
        "PDF, Word, Markdown, text, HTML or CSV",
        type=list(ENDINGS),
        accept_multiple_files=True,
        key=f"ask_files_{state.widget(GIVEN, 0)}",  # another key empties it
        max_upload_size=Settings.from_environment().max_document_mb,
    )
    busy = state.work().index_job is not None
    with st.form("ask_add", border=False):  # a form takes what was typed last, however the field is left
        with st.expander("Tags, date, password", icon=":material/sell:"):
            tags = st.multiselect("Tags", [], accept_new_options=True, help="To filter questions by.")
            date = st.date_input("Date", value=None)
            password = st.text_input("Password of encrypted files", type="password")
        label = f"Read {number_of(len(files), 'file')}" if files else "Read them"
        asked = st.form_submit_button(label, type="primary", icon=":material/library_add:", disabled=busy or not files)
    if asked and files:
        given = [File(one.name, one.getvalue(), password or None, tuple(tags) or None, date) for one in files]
        start(key, given)
        for one in files:
            state.forget_upload(one)
        state.set_widget(GIVEN, state.widget(GIVEN, 0) + 1)
        st.rerun()


def start(key: str, files: Sequence[File]) -> None:
    """Read files into a collection in the background, which is created where it is not there.

    Raises WorkbenchError for a name that cannot be one, for who may not change the collection, and for too many files
    in collections of one's own.
    """
    known.check(key)
    if known.is_own(key):
        cached.private_libraries().check_room(state.owner(), sum(one.size for one in files))
    collection = known.opened(key) if key in known.listed() else known.created(key)
    title = f"Reading {number_of(len(files), 'file')}"
    job = cached.jobs().start(state.owner(), title, indexing.ADDRESS, indexing.prepare(collection, files))
    state.update(index_job=(job.id, key), collection=key)


def rebuild(collection: Collection) -> None:
    """Cut and embed in the background what does not agree with the settings and the model.

    The job is the visitor's, to watch and to cancel, where they may change the collection; else the workbench's own.
    """
    title, key = "Cutting and embedding the documents anew", known.key_of(collection)
    theirs = known.may_change(key)
    owner = state.owner() if theirs else WORKBENCH
    job = cached.jobs().start(owner, title, indexing.ADDRESS, indexing.prepare_rebuild(collection))
    if theirs:
        state.update(index_job=(job.id, key))


def sample() -> None:
    """Read the handbook that comes with the workbench."""
    start(known.key_of_new(HANDBOOK), [File(path.name, path.read_bytes()) for path in handbook()])


def running(key: str) -> None:
    """The job that reads documents into this collection, while there is one."""
    current = state.work().index_job
    if current is not None and current[1] == key:
        job_panel.watch(current[0], _take_over, _nothing, forget="index_job")


def refused(key: str) -> str:
    """How many of the files given last were not read, in a sentence; empty when all were."""
    last = dict(state.work().outcomes).get(key, ())
    bad = sum(1 for one in last if one.reason)
    return f"{bad:,} of {number_of(len(last), 'file')} could not be read: see Documents." if bad else ""


def outcomes(key: str) -> None:
    """What became of the files that were given last: first why some were not read."""
    last = dict(state.work().outcomes).get(key, ())
    if not last:
        return
    bad = [one for one in last if one.reason]
    if bad:
        lines = [f"- **{escape(one.name)}**: {escape(_shortly(one))}" for one in bad]
        st.warning("\n".join(lines), title=f"{number_of(len(bad), 'file')} not read", icon=":material/draft:")
        if st.button("Understood", key="ask_understood", type="tertiary", icon=":material/check:"):
            state.update(outcomes=tuple(pair for pair in state.work().outcomes if pair[0] != key))
            st.rerun()
    if len(bad) == len(last):
        return  # all that there is to say of them was said
    with st.expander(f"{number_of(len(last) - len(bad), 'file')} read", icon=":material/fact_check:"):
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


def _shortly(one: Outcome) -> str:
    """The reason without the name that stands before it.

    >>> _shortly(Outcome("a.pdf", None, "The file 'a.pdf' is empty. Choose another."))
    'Is empty. Choose another.'
    """
    rest = one.reason.removeprefix(f"The file {one.name!r} ")
    return rest[:1].upper() + rest[1:]


def _take_over(job: Job) -> None:
    key = (state.work().index_job or ("", ""))[1]
    state.update(index_job=None)
    if job.error is not None:
        st.toast(escape(job.error.message), icon=":material/error:")
        return
    if job.state == "done":
        report = indexing.read(job.output, known.opened(key))
        for sentence in report.rebuilt.refused if report.rebuilt else ():
            st.toast(escape(sentence), icon=":material/error:", duration="infinite")
        found = report.outcomes
        kept = tuple(pair for pair in state.work().outcomes if pair[0] != key)
        state.update(outcomes=((key, found), *kept) if found else kept)


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
    if rows and rows[0] < len(stored):
        state.set_widget(LOOKED_AT, stored[rows[0]].id)
    return next((one for one in stored if one.id == state.widget(LOOKED_AT, None)), None)


def _one(collection: Collection, document: StoredDocument) -> None:
    st.header(escape(document.name))
    for note in document.notes:
        st.caption(f":material/info: {escape(note)}")
    if known.may_change(known.key_of(collection)):
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
            known.check(known.key_of(collection))
            collection.tag(document.id, tuple(tags))
            collection.set_date(document.id, date)
            st.rerun()


def _deleted(collection: Collection, document: StoredDocument) -> None:
    try:
        known.check(known.key_of(collection))
        collection.delete(document.id)
    except WorkbenchError as error:
        show_error(error)
        return
    st.toast(f"{escape(document.name)} is deleted.", icon=":material/delete:")
    st.rerun()


def begin(key: str, sample_key: str = "ask_sample") -> None:
    """What there is to do while a collection is empty or not there yet: give files, or take the sample."""
    busy = state.work().index_job is not None
    there = {HANDBOOK, known.key_of_new(HANDBOOK)} & set(known.listed())
    left, right = st.columns([2, 1]) if not there else (st.container(), None)
    with left, st.container(border=True):
        st.header("Your files")
        add(key)
    if right is None:
        return
    with right, st.container(border=True):
        st.header("Or a sample")
        st.markdown(
            "**The workbench handbook**: how to judge a model honestly, in a dozen short documents of all formats."
        )
        if st.button("Read the handbook", key=sample_key, icon=":material/menu_book:", disabled=busy):
            sample()
            st.rerun()
