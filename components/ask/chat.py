"""Questions and their answers, the newest first, each with the exact characters it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from backends.datasets.wording import per_cent
from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.answering.answer import EXTRACTS, NOT_FOUND, Answer, Sentence, Turn
from backends.retrieval.answering.confidence import sure
from backends.retrieval.answering.conversation import Conversation
from backends.retrieval.answering.events import Answered, Piece, Searched
from components import results, state
from components.ask import known, options, sources
from components.feedback import escape, show_error

MARKS = re.compile(r"^(?:[-*+>]|\d+[.)]|#{1,6})\s+|\*\*|__|`")  # of Markdown, which say nothing in an answer
LONG = 200  # characters of a question that is no heading any more
KEPT = 50  # questions of a visitor; the oldest go first


def show(collection: Collection, suggestions: Sequence[str] = ()) -> None:
    """The field for a question, the last answer, and the earlier ones."""
    asked = st.chat_input("Ask your documents", key="ask_question", max_chars=2_000)
    chosen = options.show(collection)
    key = known.key_of(collection)
    answers = mine(key)
    if not answers and suggestions:
        picked = st.pills("For example", list(suggestions), key="ask_suggestion", selection_mode="single")
        asked = asked or picked
    if asked and asked.strip():
        _ask(collection, asked.strip(), answers, chosen)
    if not answers:
        return
    newest = len(answers) - 1
    _turn(collection, answers[newest], newest)
    if newest:
        st.header("Earlier")
        for at in range(newest - 1, -1, -1):
            with st.expander(escape(answers[at].question), key=f"ask_earlier_{at}", on_change="rerun") as earlier:
                if earlier.open:
                    _turn(collection, answers[at], at)
    _downloads(collection, answers)


def mine(key: str) -> tuple[Answer, ...]:
    """What this visitor asked the collection, the oldest first."""
    return tuple(answer for of, answer in state.work().answers if of == key)


def _ask(collection: Collection, question: str, answers: Sequence[Answer], chosen: options.Chosen) -> None:
    history = tuple(Turn(answer.question, answer.text) for answer in answers[-4:])
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(escape(question))
    with st.chat_message("assistant", avatar=":material/menu_book:"):
        box = st.empty()
        box.caption("Searching…")
        written = ""
        try:
            for event in collection.ask_streamed(question, history, **chosen.keywords):
                if isinstance(event, Searched):
                    box.caption(f"Reading {len(event.found)} passages…")
                elif isinstance(event, Piece):
                    written += event.text
                    box.markdown(escape(written))
                elif isinstance(event, Answered):
                    state.update(answers=(*state.work().answers, (known.key_of(collection), event.answer))[-KEPT:])
        except WorkbenchError as error:
            show_error(error)
            return
    st.rerun()


def _turn(collection: Collection, answer: Answer, at: int) -> None:
    key = f"ask_{at}"
    long = len(answer.question) > LONG
    st.markdown(escape(answer.question) if long else f"## {escape(answer.question)}")
    if answer.asked != answer.question:
        st.caption(f"Searched for: {escape(answer.asked)}")
    cited = [citation for sentence in answer.sentences if sentence.supported for citation in sentence.citations]
    if answer.abstained:
        _not_found(answer)
    else:
        st.markdown(listed(answer.sentences) if answer.writer == EXTRACTS else worded(answer.sentences))
    st.caption(_about(answer))
    for note in dict.fromkeys(answer.notes):
        st.caption(f":material/info: {escape(note)}")
    _warnings(answer)
    if answer.found.hits:
        st.markdown("**What came closest**" if answer.abstained else "**Sources**")
        sources.passages(collection, answer.found.hits, cited, key)
    if answer.prompt:
        with st.expander("The exact prompt", icon=":material/terminal:"):
            for message in answer.prompt:
                st.caption(escape(message["role"]))
                st.code(message["content"], language=None, wrap_lines=True)


def worded(sentences: Sequence[Sentence]) -> str:
    """The sentences as Markdown, each with the numbers of its passages; what they do not support is marked.

    >>> from backends.retrieval.answering.answer import Citation
    >>> worded([Sentence("It is 3.", (Citation(1, "d", "a.txt", 1, None, 7, 0, 8, "It is 3."),))])
    'It is 3. :blue-badge[1]'
    >>> worded([Sentence("It is 4.", supported=False)])
    ':orange-background[It is 4.] :small[:orange[(no source given)]]'
    """
    return " ".join(_sentence(sentence) for sentence in sentences)


def listed(sentences: Sequence[Sentence]) -> str:
    """Sentences that were taken from several places, one below the other, without the marks of Markdown files.

    >>> from backends.retrieval.answering.answer import Citation
    >>> listed([Sentence("- **Folds** are parts.", (Citation(2, "d", "a.md", 1, None, 7, 0, 22, "…"),))])
    '- Folds are parts. :blue-badge[2]'
    """
    return "\n".join(f"- {_sentence(_without_marks(sentence))}" for sentence in sentences)


def _without_marks(sentence: Sentence) -> Sentence:
    if not any(citation.name.lower().endswith((".md", ".markdown")) for citation in sentence.citations):
        return sentence
    return replace(sentence, text=MARKS.sub("", sentence.text))


def _sentence(sentence: Sentence) -> str:
    numbers = dict.fromkeys(one.number for one in sentence.citations)
    marks = "".join(f" :blue-badge[{number}]" for number in numbers)
    text = escape(sentence.text)
    if not sentence.supported:
        why = "its source does not say so" if numbers else "no source given"
        return f":orange-background[{text}]{marks} :small[:orange[({why})]]"
    return text + marks


def _not_found(answer: Answer) -> None:
    st.markdown(f"**{NOT_FOUND}**")
    st.caption(
        f"The passages found answer this with a confidence of {sure(answer.confidence)}; "
        f"answers are given from {per_cent(answer.threshold)} on. It is estimated from how well words and meaning "
        "agree, which is less than a person sees."
    )


def _about(answer: Answer) -> str:
    took = f"{answer.milliseconds:,.0f} ms"
    if answer.abstained:
        return took
    passages = len({one.chunk for sentence in answer.sentences for one in sentence.citations})
    how = "Word for word from" if answer.writer == EXTRACTS else f"Worded by {escape(answer.writer)} from"
    plural = "passage" if passages == 1 else "passages"
    good = sum(sentence.supported for sentence in answer.sentences)
    checked = "" if answer.writer == EXTRACTS else f" · {good} of {len(answer.sentences)} sentences supported"
    return f"{how} {passages} {plural}{checked} · confidence {sure(answer.confidence)} · {took}"


def _warnings(answer: Answer) -> None:
    if not answer.suspicions:
        return
    lines = [
        f"- {sources.where(one.name, one.page)}: “{escape(one.text[:200])}” ({escape(one.why)})"
        for one in answer.suspicions
    ]
    st.warning(
        "\n".join(lines),
        title="A passage reads like an instruction; it was treated as text",
        icon=":material/gpp_maybe:",
    )


def _downloads(collection: Collection, answers: Sequence[Answer]) -> None:
    conversation = Conversation(tuple(answers), collection.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        results.text_button(conversation.to_markdown, "conversation.md", "text/markdown", "Markdown")
        results.text_button(conversation.to_json, "conversation.json", "application/json", "JSON")
        if st.button("Start a new conversation", key="ask_clear", type="tertiary", icon=":material/restart_alt:"):
            key = known.key_of(collection)
            state.update(answers=tuple(pair for pair in state.work().answers if pair[0] != key))
            st.rerun()
