"""Word files: paragraphs, headings by style, lists, tables row by row, text boxes and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backends.retrieval.documents.cleaning import clean, one_line
from backends.retrieval.documents.document import Document
from backends.retrieval.documents.drafting import LINE, PARAGRAPH, Draft
from backends.retrieval.documents.headings import is_code
from backends.retrieval.documents.packages import Package
from backends.retrieval.documents.unreadable import broken
from backends.retrieval.documents.word_styles import Styles, W
from backends.settings import Settings

_DOCUMENT, _CORE = "word/document.xml", "docProps/core.xml"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NOTES = (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote"))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # a second copy of a text box
_BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}


def read_docx(data: bytes, name: str, settings: Settings) -> Document:
    """A document of the text of a Word file; what was deleted under "track changes" is left out.

    Raises Unreadable for damage, for more than the settings allow, and for a file without text.
    """
    package = Package(data, name, settings)
    main = _main_part(package)
    root = package.xml(main)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise broken(name, "a Word file", "its main part is missing")
    draft = Draft(name, settings.max_document_characters)
    styles = Styles.of(package.xml(main.replace("document", "styles")))
    _add_all(draft, body, styles)
    for part, kind in _NOTES:
        _add_notes(draft, package.xml(part), kind)
    core = package.xml(_CORE)
    said = (core.findtext(_TITLE) or "") if core is not None else ""
    title = one_line(clean(said)) or one_line(draft.first_heading() if draft.blocks else "")
    return Document(name, "docx", draft.text, title, blocks=draft.blocks)


def _main_part(package: Package) -> str:
    relations = package.xml("_rels/.rels")
    for relation in relations.iter(_RELATIONS) if relations is not None else ():
        if relation.get("Type", "").endswith("/officeDocument"):
            return str(relation.get("Target", "")).lstrip("/")
    return _DOCUMENT


def _add_all(draft: Draft, body: Any, styles: Styles) -> None:
    """Paragraphs and rows in the order of the file, also those inside content controls."""
    previous = ""
    for element in _outermost(body):
        if element.tag == f"{W}tr":
            draft.add("table row", _row(element), gap=LINE if previous == "table row" else PARAGRAPH)
            previous = "table row"
            continue
        text = _text(element).strip()
        kind, level = styles.block(element)
        if kind == "heading" and is_code(text):
            kind, level = "paragraph", 0
        draft.add(kind, text, level, LINE if kind == previous == "list item" else PARAGRAPH)
        previous = kind if text else previous
        for box in _boxes(element):
            draft.add("paragraph", "\n".join(filter(None, (_text(p).strip() for p in box.iter(f"{W}p")))))


def _outermost(body: Any) -> Iterator[Any]:
    """Paragraphs outside tables and rows of the outer tables; both without what is inside them."""
    stack = list(reversed(body))
    while stack:
        element = stack.pop()
        if element.tag in (f"{W}p", f"{W}tr"):
            yield element
        elif element.tag != _FALLBACK:
            stack += reversed(element)


def _row(row: Any) -> str:
    """The cells of a row, one after the other; a table inside a cell becomes part of the cell's text."""
    cells = []
    for cell in row.iter(f"{W}tc"):
        if next(cell.iterancestors(f"{W}tr")) is row:
            texts = (" ".join(_text(paragraph).split()) for paragraph in cell.iter(f"{W}p"))
            cells.append(" ".join(filter(None, texts)))  # empty cells are left out: columns are not kept anyway
    return clean(" | ".join(filter(None, cells)))


def _text(paragraph: Any) -> str:
    """The text of a paragraph's own runs: neither of text boxes in it nor of what was deleted."""
    texts: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if element.tag == f"{W}t":
            texts.append(element.text or "")
        elif element.tag in _BREAKS:
            texts.append(_BREAKS[element.tag])
        elif element.tag not in (_FALLBACK, f"{W}txbxContent", f"{W}pPr", f"{W}rPr", f"{W}del", f"{W}moveFrom"):
            stack += reversed(element)
    return clean("".join(texts))


def _boxes(paragraph: Any) -> Iterator[Any]:
    for box in paragraph.iter(f"{W}txbxContent"):
        if next(box.iterancestors(_FALLBACK), None) is None:
            yield box


def _add_notes(draft: Draft, part: Any | None, kind: str) -> None:
    """Foot- or endnotes at the end, without the separators that Word keeps beside them."""
    for note in part.iterchildren(f"{W}{kind}") if part is not None else ():
        if note.get(f"{W}type", "normal") == "normal":
            draft.add("paragraph", "\n".join(_text(paragraph).strip() for paragraph in note.iter(f"{W}p")).strip())
