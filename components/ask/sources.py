"""Passages that were found, and the document around one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import streamlit as st

from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.answering.answer import Citation
from backends.retrieval.search.hit import Hit
from components.ask.reader import Mark, PageBreak, reader
from components.feedback import escape, show_error

SHOWN = 3  # passages that are open to see; the others are folded away
RULED, NUMBERED = re.compile(r"^[-=]"), re.compile(r"^(\d{1,9})\.(?=\s)")  # what begins lists, rules, headings
LINES = re.compile(r"\s*\n\s*")
WAYS = {"dense": "meaning", "feedback": "meaning of the best", "lexical": "words", "rerank": "reranker"}


def passages(collection: Collection, hits: Sequence[Hit], cited: Sequence[Citation], key: str) -> None:
    """The passages, those that are cited first."""
    numbers = {citation.chunk for citation in cited}
    ordered = sorted(hits, key=lambda hit: (hit.chunk.id not in numbers, hit.rank))
    for hit in ordered[:SHOWN]:
        _passage(collection, hit, cited, key)
    if len(ordered) > SHOWN:
        with st.expander(f"{len(ordered) - SHOWN} more passages", key=f"{key}_more", on_change="rerun") as more:
            if more.open:
                for hit in ordered[SHOWN:]:
                    _passage(collection, hit, cited, key)


def marked(text: str, spans: Sequence[tuple[int, int]], cited: Sequence[tuple[int, int]] = ()) -> str:
    """A text as Markdown, with the words that match in bold and what is cited on a tint.

    >>> marked("the red fox", [(4, 7)])
    'the **red** fox'
    >>> marked("the red fox", [(4, 7)], [(4, 11)])
    'the :primary-background[**red** fox]'
    """
    cuts = sorted({0, len(text), *(at for span in (*spans, *cited) for at in span if 0 <= at <= len(text))})
    parts, inside = [], False
    for left, right in pairwise(cuts):
        now = any(start <= left and right <= end for start, end in cited)
        if now != inside:
            parts.append(":primary-background[" if now else "]")
            inside = now
        bold = any(start <= left and right <= end for start, end in spans)
        piece = "  \n".join(_line(line) for line in LINES.split(text[left:right]))
        parts.append(f"**{piece}**" if bold and piece.strip() == piece and piece else piece)
    return "".join(parts) + ("]" if inside else "")


def _line(text: str) -> str:
    """A line that is no list, rule or heading, whatever it begins with.

    >>> _line("- one"), _line("===="), _line("1. two"), _line("-1.5")
    ('\\\\- one', '\\\\====', '1\\\\. two', '\\\\-1.5')
    """
    return NUMBERED.sub(r"\1\\.", RULED.sub(r"\\\g<0>", escape(text)))


def where(name: str, page: int | None, headings: Sequence[str] = ()) -> str:
    """A place in words, as Markdown.

    >>> where("a.pdf", 3, ["Results"])
    'a.pdf, page 3 · Results'
    """
    place = escape(name) + (f", page {page}" if page is not None else "")
    return " · ".join([place, *(escape(heading) for heading in headings[-1:])])


def _passage(collection: Collection, hit: Hit, cited: Sequence[Citation], key: str) -> None:
    mine = [citation for citation in cited if citation.chunk == hit.chunk.id]
    spans = [(citation.start - hit.chunk.start, citation.end - hit.chunk.start) for citation in mine]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f":blue-badge[{hit.rank}] **{where(hit.document.name, hit.chunk.page, hit.chunk.headings)}**")
            if st.button(
                "Open in document", key=f"{key}_open_{hit.chunk.id}", type="tertiary", icon=":material/open_in_full:"
            ):
                document(collection, hit, mine)
        st.markdown(marked(hit.chunk.text, hit.marks, spans))
        st.caption(_score(hit))


def _score(hit: Hit) -> str:
    ways = [
        f"{WAYS.get(way, way)}: place {place.rank} ({place.score:.3g})" for way, place in sorted(hit.places.items())
    ]
    same = f" · {len(hit.duplicates)} repetitions left out" if hit.duplicates else ""
    return f"Score {hit.score:.3g} · " + " · ".join(ways) + same


@st.dialog("Document", width="large", icon=":material/description:")
def document(collection: Collection, hit: Hit, cited: Sequence[Citation] = ()) -> None:
    """The document, scrolled to the passage."""
    version = cited[0].version if cited else hit.document.version
    try:
        text = collection.text(hit.document.id, version)
        stored = collection.document(hit.document.id)
    except WorkbenchError as error:
        show_error(error)
        return
    st.markdown(f"**{where(hit.document.name, hit.chunk.page, hit.chunk.headings)}**")
    if stored.version != version:
        st.caption(f"This is version {version}, which was cited; the document is at version {stored.version} now.")
    spans = [(citation.start, citation.end) for citation in cited] or [(hit.chunk.start, hit.chunk.end)]
    marks = [Mark(start, end) for start, end in spans]
    marks += [Mark(hit.chunk.start + start, hit.chunk.start + end, "word") for start, end in hit.marks]
    pages = [PageBreak(page.number, page.start) for page in collection.source(hit.document.id, version).pages]
    reader(text, marks, key=f"ask_reader_{hit.chunk.id}", label=hit.document.name, pages=pages)
