"""PDF: pages of characters with their places, read through PDFium.

PDFium was chosen over pypdf by measurement: it gives the place of every character, without which the reading order of
columns cannot be mended, it resolves ligatures and hyphens, and it extracts text several times as fast. It is native
code and not safe for threads, so one lock goes around every call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from backends.retrieval.documents.cleaning import clean, one_line
from backends.retrieval.documents.document import Document
from backends.retrieval.documents.drafting import LINE, PARAGRAPH, Draft
from backends.retrieval.documents.headings import Piece
from backends.retrieval.documents.packages import locked, wrong_password
from backends.retrieval.documents.pdf_columns import Line, in_reading_order
from backends.retrieval.documents.pdf_paragraphs import pieces_of
from backends.retrieval.documents.pdf_words import Word, words_of
from backends.retrieval.documents.unreadable import Unreadable, broken, too_much_text
from backends.settings import Settings

_PDFIUM = threading.Lock()
_ASKS_PASSWORD = 4  # FPDF_ERR_PASSWORD
_NO_TITLE = ("untitled", "microsoft word - ", "microsoft powerpoint - ")


def read_pdf(data: bytes, name: str, settings: Settings, password: str | None = None) -> Document:
    """A document with the text of all pages, column after column, lines joined into paragraphs.

    Raises Unreadable for encryption (the password is asked for, or wrong), damage, more pages or text than the
    settings allow, and where no page has text. Pages without text are named in `notes` when others have some.
    """
    pages, title = _opened(data, name, settings, password)
    without = [number for number, lines in enumerate(pages, 1) if not lines]
    if len(without) == len(pages):
        message = f"The file {name!r} has {without_text(without)}; OCR is not built in."
        raise Unreadable("image only", message, "Run it through an OCR program and add the result.")
    draft = Draft(name, settings.max_document_characters)
    previous: Piece | None = None
    for number, pieces in enumerate(pieces_of(pages), 1):
        draft.page(number)
        for piece in pieces:
            close = previous is not None and piece.kind == previous.kind and piece.kind in ("list item", "table row")
            draft.add(piece.kind, piece.text, piece.level, LINE if close else PARAGRAPH)
            previous = piece
    notes = (f"There is {without_text(without)}; OCR is not built in.",) if without else ()
    title = _title(title) or one_line(draft.first_heading())
    return Document(name, "pdf", draft.text, title, draft.pages, draft.blocks, notes)


def without_text(numbers: list[int]) -> str:
    """Names pages that hold no text.

    >>> without_text([1]), without_text([1, 2, 3, 7])
    ('no text layer on page 1', 'no text layer on pages 1–3, 7')
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    said = ", ".join("–".join(map(str, run)) for run in runs[:20]) + (" …" if len(runs) > 20 else "")
    return f"no text layer on page{'s' * (len(numbers) > 1)} {said}"


def _opened(data: bytes, name: str, settings: Settings, password: str | None) -> tuple[list[list[Line]], str]:
    """The lines of every page in reading order, and the title that the file gives itself."""
    pdf = _document(data, name, password)
    try:
        count = _locked(lambda: len(pdf))
        if count > settings.max_document_pages:
            message = f"The file {name!r} has {count:,} pages; at most {settings.max_document_pages:,} are read."
            raise Unreadable("too many pages", message, "Divide it, or set WORKBENCH_MAX_DOCUMENT_PAGES higher.")
        if not count:
            raise broken(name, "a PDF file", "it has no pages")
        pages: list[list[Line]] = []
        left = settings.max_document_characters
        for at in range(count):
            words = _page_words(pdf, at, name, left)
            left -= sum(len(word.text) for line in words for word in line)
            if left < 0:
                raise too_much_text(name, settings.max_document_characters)
            pages.append(in_reading_order(words))
        return pages, _locked(lambda: str(pdf.get_metadata_value("Title")))
    finally:
        _locked(pdf.close)


def _document(data: bytes, name: str, password: str | None) -> Any:
    import pypdfium2

    try:
        return _locked(lambda: pypdfium2.PdfDocument(data, password=password or None))
    except pypdfium2.PdfiumError as error:
        if error.err_code == _ASKS_PASSWORD:
            raise (wrong_password(name) if password else locked(name)) from None
        said = str(error).rstrip(".").removeprefix("Failed to load document (PDFium: ").rstrip(".)").lower()
        raise broken(name, "a PDF file", said) from None


def _page_words(pdf: Any, at: int, name: str, most: int) -> list[list[Word]]:
    """The words of one page by line, in the order of the file. The page is closed before the lock is given up."""
    import pypdfium2

    with _PDFIUM:
        try:
            page = pdf[at]
        except pypdfium2.PdfiumError:
            raise broken(name, "a PDF file", f"page {at + 1} cannot be read") from None
        try:
            text = page.get_textpage()
            try:
                if text.count_chars() > 2 * most + 1_000:  # blanks and line ends count here, and not there
                    raise too_much_text(name, most)
                return words_of(text, page)
            finally:
                text.close()
        except pypdfium2.PdfiumError:
            raise broken(name, "a PDF file", f"the text of page {at + 1} cannot be read") from None
        finally:
            page.close()


def _locked(call: Callable[[], Any]) -> Any:
    with _PDFIUM:
        return call()


def _title(said: str) -> str:
    """The title of the metadata, unless a program put its own words or a file's name there."""
    title = one_line(clean(said))
    named = title.lower().endswith((".doc", ".docx", ".pdf", ".dvi", ".indd", ".tex", ".qxd"))
    return "" if named or title.lower().startswith(_NO_TITLE) else title
