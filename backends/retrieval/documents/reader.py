"""`read`: one file to one document."""

from __future__ import annotations

from pathlib import Path

from backends.retrieval.documents.cleaning import clean
from backends.retrieval.documents.document import Document
from backends.retrieval.documents.docx import read_docx
from backends.retrieval.documents.formats import find_format
from backends.retrieval.documents.html import read_html
from backends.retrieval.documents.markdown import read_markdown
from backends.retrieval.documents.packages import unlocked
from backends.retrieval.documents.pdf import read_pdf
from backends.retrieval.documents.plain import read_text
from backends.retrieval.documents.rows import read_rows
from backends.retrieval.documents.unreadable import Unreadable
from backends.settings import MEGABYTE, Settings

# Format -> its reader. PDF and protected Word files are apart: they take a password.
_READERS = {"txt": read_text, "md": read_markdown, "html": read_html, "docx": read_docx, "csv": read_rows}


def read(data: bytes | Path, name: str, password: str | None = None, settings: Settings | None = None) -> Document:
    """Read one file, given as its bytes or its path. `name` is shown, and its ending is checked against the content.

    `password` opens an encrypted PDF or Word file and is of no meaning for others.

    Raises Unreadable, with its reason, for whatever cannot be read in full; what is read with something amiss says so
    in `notes`.

    >>> read(b"One line.", "a.txt").text
    'One line.'
    >>> read(b"", "a.txt")
    Traceback (most recent call last):
    backends.retrieval.documents.unreadable.Unreadable: The file 'a.txt' has no bytes. ...
    """
    settings = settings or Settings.from_environment()
    name = shown_name(name)
    content = _bytes(data, name, settings)
    found = find_format(content, name)
    if found == "pdf":
        return read_pdf(content, name, settings, password)
    if found == "ole":
        return read_docx(unlocked(content, name, password), name, settings)
    return _READERS[found](content, name, settings)


def shown_name(name: str) -> str:
    """The name that a file goes by: without folders and control characters, at most 255 characters.

    >>> shown_name("../../etc/a.txt"), shown_name("C:\\\\reports\\\\2026.pdf")
    ('a.txt', '2026.pdf')
    """
    return clean(name.replace("\\", "/").rsplit("/", 1)[-1])[:255]


def _bytes(data: bytes | Path, name: str, settings: Settings) -> bytes:
    try:
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        if size > settings.max_document_mb * MEGABYTE:
            raise Unreadable(
                "too large",
                f"The file {name!r} has {size / MEGABYTE:,.1f} MB; at most {settings.max_document_mb:,} MB are read.",
                "Divide it, or set WORKBENCH_MAX_DOCUMENT_MB higher.",
            )
        return data.read_bytes() if isinstance(data, Path) else bytes(data)
    except OSError as error:
        reason = f"The file {name!r} cannot be opened: {error.strerror or type(error).__name__}."
        raise Unreadable("broken", reason, "Check that it is still there, and that you may read it.") from None
