"""What holds for every answer, however odd the question."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from backends.datasets import Dataset
from backends.errors import WorkbenchError
from backends.retrieval.documents import Document

LONGEST = 2_000  # characters of a message
ROOT = str(Path(__file__).parents[2])
PLACES = (ROOT, "/tmp/", "site-packages", "Traceback", 'File "')  # of this machine, not of the user


def sound_dataset(dataset: Dataset) -> None:
    """The schema is the frame's, names are unique, and what is noted can be shown."""
    names = [str(name) for name in dataset.frame.columns]
    assert names == list(dataset.schema.names), "the schema names other columns than the frame"
    assert len(set(names)) == len(names), "two columns have one name"
    assert dataset.rows == len(dataset.frame)
    assert len(dataset.digest) == 64
    for note in dataset.notes:
        assert note.message.strip(), "an empty note"
        note.message.encode("utf-8")


def sound_document(document: Document) -> None:
    """Blocks and pages point into the text, in order; the text is fit to be stored."""
    text = document.text
    assert all(0 <= block.start < block.end <= len(text) for block in document.blocks)
    assert all(before.end <= after.start for before, after in pairwise(document.blocks))
    if document.pages:
        assert (document.pages[0].start, document.pages[-1].end) == (0, len(text))
        assert all(before.end == after.start for before, after in pairwise(document.pages))
    text.encode("utf-8")
    document.title.encode("utf-8")
    assert not set(text) & {chr(code) for code in (*range(9), *range(11, 32))}


def fit_to_be_shown(error: WorkbenchError) -> None:
    """A message and a way out, short, and of nothing but what the user gave."""
    assert error.message.strip(), "no message"
    assert error.hint.strip(), f"no way out: {error.message!r}"
    assert len(str(error)) <= LONGEST, f"{len(str(error)):,} characters of message"
    shown = [place for place in PLACES if place in str(error)]
    assert not shown, f"the message shows {shown}: {error}"
