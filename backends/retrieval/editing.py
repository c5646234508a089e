"""Another text for a passage or a document: a new version of the document, cut anew."""

from __future__ import annotations

from dataclasses import replace

from backends.errors import WorkbenchError
from backends.retrieval.desk import Desk, Ready
from backends.retrieval.documents.document import Document
from backends.retrieval.index.edits import moved, replaced
from backends.retrieval.index.passages import Changed, Span
from backends.retrieval.index.records import StoredDocument
from backends.retrieval.outcomes import never, silent


def edit(desk: Desk, chunk_id: int, text: str) -> StoredDocument:
    """Give a passage another text. Raises WorkbenchError where its document was changed since the passage was loaded,
    or would be left without text.
    """
    from backends.retrieval.documents.cleaning import clean

    (chunk,) = desk.store.chunks([chunk_id]) or (None,)
    if chunk is None:
        raise WorkbenchError("This passage was changed or deleted meanwhile.", hint="Load the document again.")
    stored, text = desk.store.document(chunk.document), clean(text)
    if text == chunk.text:
        return stored
    source = desk.store.source(stored.id, stored.version)
    if source.text[chunk.start : chunk.end] != chunk.text:
        raise Changed(stored.name)
    off = [(one.start, one.end) for one in desk.store.chunks_of(stored.id) if not one.enabled]
    spans = moved(off, chunk.start, chunk.end, len(text))
    return _write(desk, stored, replaced(source, chunk.start, chunk.end, text), "edit", spans)


def restore(desk: Desk, document_id: str, version: int) -> StoredDocument:
    """Make an older version of a document the present one, as a new version."""
    stored = desk.store.document(document_id)
    source = replace(desk.store.source(document_id, version), name=stored.name)
    return _write(desk, stored, source, "restored", None)


def _write(
    desk: Desk, stored: StoredDocument, document: Document, origin: str, off: tuple[Span, ...] | None
) -> StoredDocument:
    facts = replace(desk.facts(stored.digest), origin=origin, expected=stored.version, off=off)
    ready = Ready(document, desk.cut(document), facts)
    (vectors,) = desk.vectors([ready], silent, never)
    return desk.store.put(document, ready.chunks, vectors, facts)
