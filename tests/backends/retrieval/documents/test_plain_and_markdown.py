from __future__ import annotations

import pytest

from backends.retrieval.documents import Document, read


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_text_is_stored_as_it_is_but_for_line_ends_and_controls() -> None:
    document = read(b"  One\r\n line.\r\n \t\r\n\r\nTwo\x07.\x0cThree.\n", "a.txt")
    assert document.text == "  One\n line.\n \t\n\nTwo.\nThree.\n"
    assert blocks(document) == [("paragraph", "One\n line."), ("paragraph", "Two.\nThree.")]


@pytest.mark.parametrize(("text", "encoding"), [("Grüße", "utf-8-sig"), ("Grüße", "utf-16"), ("Привет, мир", "cp1251")])
def test_encodings_are_those_of_the_table_reader(text: str, encoding: str) -> None:
    assert read(text.encode(encoding), "a.txt").text == text


def test_a_guessed_encoding_is_said() -> None:
    assert "cp1252" in read("déjà vu, garçon".encode("latin-1"), "a.txt").notes[0]


def test_the_structure_of_markdown_is_found_in_its_source() -> None:
    source = """# Tea #

Black *or* green.
Both.

Kinds
-----

- Assam
  from India
- Sencha
    1. cold
    2. warm

> quoted

| a | b |
|---|---|
| 1 | 2 |

```python
x  = 1

y = 2
```
"""
    document = read(source.encode(), "a.md")
    assert document.text == source
    assert document.title == "Tea"
    assert blocks(document) == [
        ("heading", "# Tea #"),
        ("paragraph", "Black *or* green.\nBoth."),
        ("heading", "Kinds\n-----"),
        ("list item", "- Assam\n  from India"),
        ("list item", "- Sencha"),
        ("list item", "1. cold"),
        ("list item", "2. warm"),
        ("paragraph", "> quoted"),
        ("table row", "| a | b |"),
        ("table row", "| 1 | 2 |"),
        ("code", "```python\nx  = 1\n\ny = 2\n```"),
    ]
    assert [block.level for block in document.blocks if block.kind == "heading"] == [1, 2]


def test_front_matter_gives_the_title_and_is_no_block() -> None:
    document = read(b'---\ntitle: "On tea"\ntags: [a]\n---\n# Other\n\nWords.\n', "a.md")
    assert document.title == "On tea"
    assert blocks(document) == [("heading", "# Other"), ("paragraph", "Words.")]
    assert document.text.startswith("---\ntitle")


def test_markdown_made_to_be_slow_is_read() -> None:
    source = "[" * 20_000 + "*a _b " * 5_000 + "\n" + ">" * 2_000 + " deep\n"
    assert read(source.encode(), "a.md").text == source
