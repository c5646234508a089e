"""A collection brought up to its options and its model, piece by piece: stopped anywhere, the next run goes on."""

from __future__ import annotations

import numpy as np

from backends.retrieval.adding import TOGETHER
from backends.retrieval.desk import Desk, Ready, Stopped
from backends.retrieval.index.embedded import embedded_text
from backends.retrieval.index.passages import Changed, Facts
from backends.retrieval.outcomes import Cancelled, Progress, Rebuilt


def rebuild(desk: Desk, on_progress: Progress, cancelled: Cancelled) -> Rebuilt:
    """Cut anew what was cut with other options, a document at a time, and embed what has no vector of the model."""
    cut = embedded = 0
    try:
        waiting = desk.store.outdated(desk.layout)
        for number, document in enumerate(waiting):
            on_progress(f"Cutting document {number + 1:,} of {len(waiting):,}", number / len(waiting) / 2)
            if cancelled():
                raise Stopped
            cut += _cut_anew(desk, document, cancelled)
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
        return Rebuilt(cut, embedded, complete=False)
    return Rebuilt(cut, embedded, complete=True)


def _cut_anew(desk: Desk, identity: str, cancelled: Cancelled) -> int:
    """Cut one document anew; 0 where it was changed or deleted meanwhile, which has done it."""
    found = desk.store.documents_by("id", [identity])
    if not found:
        return 0
    (stored,) = found
    try:
        source = desk.store.source(identity, stored.version)
        off = tuple((one.start, one.end) for one in desk.store.chunks_of(identity) if not one.enabled)
        facts = Facts(
            digest=stored.digest,
            identity=desk.embedder.identity,
            layout=desk.layout,
            origin="layout",
            expected=stored.version,
            off=off,
        )
        ready = Ready(source, desk.cut(source), facts)
        vectors: np.ndarray = desk.vectors([ready], lambda words, share: None, cancelled)[0]
        desk.store.put(source, ready.chunks, vectors, facts)
    except Changed:
        return 0
    return 1
