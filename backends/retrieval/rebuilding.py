"""A collection brought up to its options and its model, piece by piece: stopped anywhere, the next run goes on."""

from __future__ import annotations

from backends.errors import WorkbenchError
from backends.retrieval.adding import TOGETHER
from backends.retrieval.desk import Desk, Ready, Stopped
from backends.retrieval.index.embedded import embedded_text
from backends.retrieval.index.passages import Changed, Facts
from backends.retrieval.outcomes import Cancelled, Progress, Rebuilt, silent


def rebuild(desk: Desk, on_progress: Progress, cancelled: Cancelled) -> Rebuilt:
    """Cut anew what was cut with other options, a document at a time, and embed what has no vector of the model."""
    cut = embedded = 0
    refused: list[str] = []
    try:
        waiting = desk.store.outdated(desk.layout)
        for number, document in enumerate(waiting):
            on_progress(f"Cutting document {number + 1:,} of {len(waiting):,}", number / len(waiting) / 2)
            if cancelled():
                raise Stopped
            cut += _cut_anew(desk, document, cancelled, refused)
        status = desk.store.status(desk.embedder.identity)
        missing, after = status.passages - status.embedded, 0
        while some := desk.store.unembedded(desk.embedder.identity, after, TOGETHER):
            on_progress(f"Embedding {embedded:,} of {missing:,} passages", 0.5 + embedded / max(missing, 1) / 2)
            if cancelled():
                raise Stopped
            vectors = desk.embedder.encode([embedded_text(title, heads, text) for _, title, heads, text in some])
            desk.store.set_vectors(desk.embedder.identity, [chunk for chunk, *_ in some], vectors)
            after, embedded = some[-1][0], embedded + len(some)
    except Stopped:
        return Rebuilt(cut, embedded, complete=False, refused=tuple(refused))
    return Rebuilt(cut, embedded, complete=not refused, refused=tuple(refused))


def _cut_anew(desk: Desk, document_id: str, cancelled: Cancelled, refused: list[str]) -> int:
    """Cut one document anew; 0 where it was changed or deleted meanwhile, which has done it, or cannot be cut so.

    Why it cannot is put to `refused`: one document never keeps the others from being cut.
    """
    found = desk.store.documents_by("id", [document_id])
    if not found:
        return 0
    (stored,) = found
    try:
        source = desk.store.source(document_id, stored.version)
        off = tuple((one.start, one.end) for one in desk.store.chunks_of(document_id) if not one.enabled)
        facts = Facts(
            digest=stored.digest,
            identity=desk.embedder.identity,
            layout=desk.layout,
            origin="layout",
            expected=stored.version,
            off=off,
        )
        ready = Ready(source, desk.cut(source), facts)
        (vectors,) = desk.vectors([ready], silent, cancelled)
        desk.store.put(source, ready.chunks, vectors, facts)
    except Changed:
        return 0
    except WorkbenchError as error:
        refused.append(f"{stored.name!r} is still cut as before: {error}")
        return 0
    return 1
