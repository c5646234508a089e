"""HTML: what a reader of the page sees, with its headings, lists and tables."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from backends.errors import WorkbenchError
from backends.retrieval.documents.cleaning import clean, cleaned, one_line
from backends.retrieval.documents.document import Document
from backends.retrieval.documents.drafting import Draft
from backends.retrieval.documents.html_flow import Flow, layout_rows
from backends.retrieval.documents.unreadable import Unreadable, too_much_text
from backends.settings import Settings

MOST_DEPTH = 5_000  # elements inside each other; browsers stop at some hundreds
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:-]{1,40})|<\?xml[^>]{0,100}?encoding=["']([\w-]{1,40})""",
    re.IGNORECASE,
)
_UNSEEN = frozenset({
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "head", "title", "audio", "video",
    "canvas", "datalist", "noframes",
})  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ENDED_BY_THE_NEXT = frozenset({  # these need no end tag, or never have one
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "option", "optgroup", "rp", "rt",
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "html", "head", "body",
})  # fmt: skip
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read_html(data: bytes, name: str, settings: Settings) -> Document:
    """A document of the visible text. Scripts, styles and elements marked as hidden are left out.

    Raises Unreadable for a page without visible text, with too much of it, or nested beyond `MOST_DEPTH`.

    >>> page = b"<title>Tea</title><h1>Green &amp; black</h1><p>Two<br>kinds.<script>x()</script><p hidden>No."
    >>> document = read_html(page, "tea.html", Settings())
    >>> document.title, document.text
    ('Tea', 'Green & black\\n\\nTwo\\nkinds.')
    """
    from selectolax.lexbor import LexborHTMLParser

    if len(data) > 20 * settings.max_document_characters:
        raise too_much_text(name, settings.max_document_characters)
    text, notes = _source(data)
    _check_depth(text, name)
    tree = LexborHTMLParser(text)
    title = next((node.text() for node in tree.css("title")), "")
    draft = Draft(name, settings.max_document_characters)
    flow = Flow(draft, layout_rows(_steps(tree.root, name)))
    for entering, node in _steps(tree.root, name):
        flow.step(entering, node)
    flow.close()
    title = one_line(clean(title)) or one_line(draft.first_heading() if draft.blocks else "")
    return Document(name, "html", draft.text, title, blocks=draft.blocks, notes=notes)


def _source(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Byte-order mark, then valid UTF-8, then what the page declares, then the guess of the table reader."""
    from backends.datasets.encodings import Decoded, decode, is_utf8

    declared = _declared(data)
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and declared and not is_utf8(data):
        try:
            return cleaned(Decoded(decode(data, declared).utf8, declared))
        except WorkbenchError:
            guessed, notes = cleaned(decode(data))
            return guessed, (*notes, f"The page declares the encoding {declared!r}, which does not fit its bytes.")
    return cleaned(decode(data))


def _declared(data: bytes) -> str:
    """The encoding that the first bytes name; Latin-1 means Windows-1252, as in every browser."""
    found = _DECLARED.search(data[:4_096])
    label = (found.group(1) or found.group(2)).decode("ascii", "replace").lower() if found else ""
    return "cp1252" if label in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii") else label


def _steps(root: Any, name: str) -> Iterator[tuple[bool, Any]]:
    """Every visible node when it is entered (True) and every element again when it is left (False)."""
    node, depth = root, 0
    while node is not None:
        if seen := _seen(node):
            yield True, node
        child = node.child if seen else None
        if child is not None:
            node, depth = child, depth + 1
            if depth > MOST_DEPTH:
                raise _too_deep(name)
            continue
        if seen and not node.is_text_node:
            yield False, node
        while node is not None and node.next is None:
            node, depth = (node.parent, depth - 1) if depth > 0 else (None, depth)
            if node is not None:
                yield False, node
        node = node.next if node is not None else None


def _check_depth(text: str, name: str) -> None:
    """Raise Unreadable for elements far deeper in each other than `MOST_DEPTH`, which takes the parser ages to see."""
    depth = 0
    for tag in _TAG.finditer(text):
        if tag[2].lower() not in _ENDED_BY_THE_NEXT:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > 2 * MOST_DEPTH:  # some may stand in comments and scripts
                raise _too_deep(name)


def _too_deep(name: str) -> Unreadable:
    message = f"The page {name!r} nests more than {MOST_DEPTH:,} elements."
    return Unreadable("broken", message, "Save the page again from a browser.")


def _seen(node: Any) -> bool:
    if node.is_text_node:
        return True
    if not node.is_element_node or node.tag in _UNSEEN:
        return False
    given = node.attributes
    return not given or not ("hidden" in given or _UNSEEN_STYLE.search(given.get("style") or ""))
