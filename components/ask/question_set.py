"""The questions that a collection is measured with: made, imported or typed, and then edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.answering.llm import Client
from backends.retrieval.evaluation import Question, QuestionSet, Relevant, read_questions, to_csv, to_jsonl, typed
from backends.retrieval.evaluation.making import make_questions
from backends.retrieval.samples import handbook_questions
from components import results, state
from components.ask import known
from components.ask.documents import HANDBOOK
from components.feedback import escape, show_error

HELP = (
    "A CSV with the columns question, document and, where known, grade, start and end; JSON Lines; or the queries and "
    "the qrels of TREC."
)
DOCUMENTS = " | "  # between the relevant documents in the table


def choose(collection: Collection) -> QuestionSet | None:
    """The question set of the collection; None while there is none."""
    found = dict(state.work().question_sets).get(known.key_of(collection))
    if found is None:
        with st.container(border=True):
            st.header("Questions to measure with")
            st.markdown("How well passages are found can be told when it is known which document answers a question.")
            _ways(collection)
        return None
    kinds = f"{len(found.answerable):,} with a relevant document, {len(found.unanswerable):,} without"
    with st.expander(f"{number_of(len(found), 'question')} ({kinds})", icon=":material/quiz:"):
        for note in found.notes:
            st.caption(f":material/info: {escape(note)}")
        edited = _table(found)
        _downloads(found)
        if st.button("Other questions", key="ask_other", type="tertiary", icon=":material/restart_alt:"):
            _keep(collection, None)
            st.rerun()
    return edited


def _ways(collection: Collection) -> None:
    made, imported, written = st.tabs(["Make them", "Import", "Type"], key="ask_questions_way")
    with made:
        _make(collection)
    with imported:
        _import(collection)
    with written:
        _type(collection)


def _make(collection: Collection) -> None:
    writer = Client.open(collection.settings)
    st.caption(
        "The language model words a question for each of some passages, which are then the relevant ones. Read and "
        "edit them afterwards."
        if writer
        else "Each question is made of the telling words of one passage, which is then the relevant one. Such "
        "questions are easier than those of people, and favour the search by words; edit them afterwards."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = st.number_input("Questions", 5, 200, 30, 5, key="ask_made")
        if st.button("Make questions", key="ask_make", icon=":material/auto_awesome:"):
            _try(collection, lambda: make_questions(collection, int(count), writer=writer))
        if collection.name == HANDBOOK and st.button(
            "Take those of the handbook", key="ask_handbook_questions", icon=":material/menu_book:"
        ):
            path = handbook_questions()
            _try(collection, lambda: read_questions(path.read_bytes(), path.name))


def _import(collection: Collection) -> None:
    file = st.file_uploader(
        "Questions", type=["csv", "tsv", "jsonl", "json", "txt"], key="ask_set_file", max_upload_size=10, help=HELP
    )
    qrels = st.file_uploader("Judgements of TREC (qrels)", type=["txt", "tsv", "qrels", "test"], key="ask_set_qrels")
    if file is not None and st.button("Read them", key="ask_set_read", icon=":material/upload_file:"):
        judged = qrels.getvalue() if qrels is not None else None
        _try(collection, lambda: read_questions(file.getvalue(), file.name, judged))


def _type(collection: Collection) -> None:
    with st.form("ask_typed", border=False):
        text = st.text_area(
            "One question per line, with its document where there is one",
            height=160,
            placeholder="What is a fold? => splitting-the-data.md\nWho won the cup?",
        )
        if st.form_submit_button("Keep", icon=":material/save:") and text:
            _try(collection, lambda: typed(text))


def _try(collection: Collection, make: Callable[[], QuestionSet]) -> None:
    try:
        _keep(collection, make())
    except WorkbenchError as error:
        show_error(error)
        return
    st.rerun()


def _keep(collection: Collection, questions: QuestionSet | None) -> None:
    key = known.key_of(collection)
    others = tuple(pair for pair in state.work().question_sets if pair[0] != key)
    state.update(question_sets=others if questions is None else ((key, questions), *others))


def _table(before: QuestionSet) -> QuestionSet:
    """The questions to edit. A judgement of a passage stays one as long as its document is not changed."""
    frame = frame_of(before)
    after = st.data_editor(
        frame,
        hide_index=True,
        num_rows="dynamic",
        alt="Questions and the documents that answer them",
        key=f"ask_edit_{hash(before)}",
        column_config={
            "question": st.column_config.TextColumn("Question", width="large", required=True),
            "documents": st.column_config.TextColumn("Relevant documents", help="Several between |; none: no answer."),
        },
    )
    if after.equals(frame):
        return before
    st.caption("Edited; what is measured next is asked with these.")
    return edited(before, after)


def frame_of(questions: QuestionSet) -> pd.DataFrame:
    """A row per question: its text, and the names of its relevant documents."""
    return pd.DataFrame(
        {
            "question": [question.text for question in questions.questions],
            "documents": [DOCUMENTS.join(_relevant(question)) for question in questions.questions],
        },
        dtype="str",
    )


def edited(known: QuestionSet, frame: pd.DataFrame) -> QuestionSet:
    """The set as a table says it; judgements with grades and spans stay where their documents are still named.

    >>> before = typed("Why? => a.txt")
    >>> edited(before, frame_of(before)) == before
    True
    """
    former = {question.text: question for question in known.questions}
    questions = []
    for number, (text, documents) in enumerate(frame[["question", "documents"]].itertuples(index=False), start=1):
        if not isinstance(text, str) or not text.strip():
            continue
        names = [name.strip() for name in str(documents or "").split("|") if name.strip() and documents == documents]
        old = former.get(text)
        if old is not None and names == _relevant(old):
            questions.append(old)
            continue
        judged = {one.document: one for one in old.relevant} if old else {}
        relevant = tuple(judged.get(name, Relevant(name)) for name in dict.fromkeys(names))
        questions.append(Question(old.id if old else f"new-{number}", text.strip(), relevant))
    return QuestionSet(known.name, tuple(questions), known.notes)


def _relevant(question: Question) -> list[str]:
    return list(dict.fromkeys(one.document for one in question.relevant if one.grade > 0))


def _downloads(known: QuestionSet) -> None:
    with st.container(horizontal=True):
        results.text_button(partial(to_csv, known), "questions.csv", "text/csv", "CSV")
        results.text_button(partial(to_jsonl, known), "questions.jsonl", "application/jsonl", "JSON Lines")
