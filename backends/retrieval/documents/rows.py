"""CSV: every row is a passage of its own, which names its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backends.errors import WorkbenchError
from backends.retrieval.documents.cleaning import clean, decoded_text
from backends.retrieval.documents.document import Document
from backends.retrieval.documents.drafting import LINE, Draft
from backends.retrieval.documents.unreadable import Unreadable, empty, too_much_text
from backends.settings import Settings

if TYPE_CHECKING:
    from backends.datasets import Dataset

MOST_ROWS = 100_000  # of one table; each is a passage with a vector of its own


def read_rows(data: bytes, name: str, settings: Settings) -> Document:
    """A document with a block of kind "row" for every row of the table: `column: value; column: value`.

    Values are spelled as in the file; missing cells are left out.

    >>> document = read_rows(b"part,price\\nbolt,1.50\\nnut,\\n", "parts.csv", Settings())
    >>> document.text
    'part: bolt; price: 1.50\\npart: nut'
    """
    if len(data) > 8 * settings.max_document_characters:
        raise too_much_text(name, settings.max_document_characters)
    dataset = _table(data, name, settings)
    if len(dataset.frame) > MOST_ROWS:
        raise Unreadable(
            "too much text",
            f"The table {name!r} has {len(dataset.frame):,} rows; at most {MOST_ROWS:,} become passages.",
            "Divide it, or keep the rows that are asked about.",
        )
    draft = Draft(name, settings.max_document_characters)
    names = [str(column) for column in dataset.frame.columns]
    for values in dataset.frame.itertuples(index=False, name=None):
        cells = [f"{column}: {value}" for column, value in zip(names, values, strict=True) if isinstance(value, str)]
        draft.add("row", clean("; ".join(cells)).strip(), gap=LINE)
    if not draft.blocks:
        raise empty(name, "is a table without rows")
    return Document(name, "csv", draft.text, blocks=draft.blocks, notes=tuple(note.message for note in dataset.notes))


def _table(data: bytes, name: str, settings: Settings) -> Dataset:
    """The table with every cell as text. Raises Unreadable for what is no table."""
    from backends.datasets import read_table  # brings pandas, which a search does without

    text, _ = decoded_text(data)
    if not text.strip():
        raise empty(name)
    try:
        guessed = read_table(data, name, settings=settings)
        kinds = {column.name: "text" for column in guessed.schema.columns}
        return read_table(data, name, settings=settings, kinds=kinds)  # type: ignore[arg-type]
    except WorkbenchError as error:
        raise Unreadable("broken", error.message, error.hint) from None
