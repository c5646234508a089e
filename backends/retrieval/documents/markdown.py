"""Markdown: the text stays as it was written, marks and all; only its structure is found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from backends.retrieval.documents.cleaning import one_line
from backends.retrieval.documents.document import Block, BlockKind, Document
from backends.retrieval.documents.plain import stored_text
from backends.settings import Settings

_MOST_NESTING = 100  # lists and quotes inside each other; what is deeper has no blocks
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_MARKS = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+|[ \t]+#+[ \t]*$|\n[ ]{0,3}(?:=+|-+)[ \t]*$")

# Token of the parser -> the block that its lines are. Whichever comes first claims the lines.
_KINDS: dict[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "fence": "code",
    "code_block": "code",
    "html_block": "paragraph",
    "tr_open": "table row",
}


def read_markdown(data: bytes, name: str, settings: Settings) -> Document:
    """A document of the source text, with its headings, paragraphs, list items, table rows and code found.

    The title is the front matter's, or else the first heading of level 1.

    >>> document = read_markdown(b"# Tides\\n\\nThey come\\nand go.\\n", "a.md", Settings())
    >>> document.title, [(block.kind, document.text[block.start:block.end]) for block in document.blocks]
    ('Tides', [('heading', '# Tides'), ('paragraph', 'They come\\nand go.')])
    """
    text, notes = stored_text(data, name, settings)
    front = _FRONT_MATTER.match(text)
    start = front.end() if front else 0
    blocks = tuple(_blocks(text, start))
    said = _FRONT_TITLE.search(front.group(1)) if front else None
    title = said.group(1).strip("\"'") if said else _first_heading(text, blocks)
    return Document(name, "md", text, one_line(title), blocks=blocks, notes=notes)


def _blocks(text: str, start: int) -> Iterator[Block]:
    """The leaves of the structure, in order. The front matter, which ends at `start`, is none of them."""
    body = text[start:]
    bounds = [start, *(start + match.end() for match in re.finditer("\n", body)), len(text) + 1]
    items, last = 0, 0
    for token in _tokens(body):
        items += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None or token.map[0] < last:
            continue
        first, last = token.map
        kind = "list item" if kind == "paragraph" and items else kind
        block = _block(text, kind, bounds[first], min(bounds[min(last, len(bounds) - 1)], len(text)), token)
        if block.end > block.start:
            yield block


def _tokens(body: str) -> Sequence[Any]:
    """Structure only: what is inside a line (emphasis, links) is left alone, which also bounds the time."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _MOST_NESTING}).enable("table")
    parser.core.ruler.disable(["inline"])
    return parser.parse(body)


def _block(text: str, kind: BlockKind, start: int, end: int, token: Any) -> Block:
    inside = text[start:end]
    end -= len(inside) - len(inside.rstrip())
    if kind != "code":
        start += len(inside) - len(inside.lstrip())
    return Block(kind, start, max(start, end), int(token.tag[1:]) if kind == "heading" else 0)


def _first_heading(text: str, blocks: Sequence[Block]) -> str:
    block = next((block for block in blocks if block.kind == "heading"), None)
    return _MARKS.sub("", text[block.start : block.end]) if block and block.level == 1 else ""
