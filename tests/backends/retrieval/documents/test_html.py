from __future__ import annotations

import pytest

from backends.retrieval.documents import Document, Unreadable, read


def page(html: str, encoding: str = "utf-8") -> Document:
    return read(html.encode(encoding), "a.html")


def blocks(html: str) -> list[tuple[str, str]]:
    document = page(html)
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_only_what_is_seen_is_read() -> None:
    html = """<head><style>p {}</style></head><p>Seen</p><script>alert(1)</script><template>no</template>
        <nav hidden>Menu</nav><p style="color: red; display : none">no</p><!-- no --><noscript>no</noscript>
        <div style="visibility:hidden">no</div><p>too</p>"""
    assert page(html).text == "Seen\n\ntoo"


def test_headings_paragraphs_lists_and_code_are_blocks() -> None:
    html = (
        "<h2>Tea</h2><p>Some <b>black</b>,\n some green.</p><ul><li>Assam<li>Sencha <p>cold</p></ul><pre>a  b\n c</pre>"
    )
    assert blocks(html) == [
        ("heading", "Tea"),
        ("paragraph", "Some black, some green."),
        ("list item", "Assam"),
        ("list item", "Sencha"),
        ("list item", "cold"),
        ("code", "a  b\n c"),
    ]
    assert page(html).blocks[0].level == 2


def test_tables_are_read_row_by_row() -> None:
    html = "<table><tr><th>City<th>People<tr><td>Graz</td><td><p>292,000</p><p>(2023)</p></td><td></td></tr></table>"
    assert blocks(html) == [("table row", "City | People"), ("table row", "Graz | 292,000 (2023)")]


def test_a_table_that_only_arranges_the_page_is_no_table() -> None:
    html = "<table><tr><td><h1>News</h1><p>One.</p></td><td><table><tr><td>a<td>b</table></td></tr></table>"
    assert blocks(html) == [("heading", "News"), ("paragraph", "One."), ("table row", "a | b")]


def test_entities_are_decoded_once_and_a_break_is_a_line() -> None:
    assert page("<p>a &lt;b&gt; &amp;amp; caf&eacute;<br>next</p>").text == "a <b> &amp; café\nnext"


def test_the_title_is_the_pages_own_or_its_first_heading() -> None:
    assert page("<title> All\n about tea</title><h1>Tea</h1>x").title == "All about tea"
    assert page("<h1>Tea</h1>x").title == "Tea"
    assert page("<p>x").title == ""


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("", "utf-8"), ("", "utf-16"), ("iso-8859-1", "cp1252"), ("windows-1251", "cp1251"), ("shift_jis", "shift_jis")],
)
def test_encodings_are_taken_from_marks_declarations_and_bytes(declared: str, encoding: str) -> None:
    word = {"cp1251": "Привет", "shift_jis": "日本語"}.get(
        encoding, "café “quoted”" if encoding != "utf-8" else "naïve"
    )
    meta = f'<meta charset="{declared}">' if declared else ""
    document = page(f"{meta}<p>{word}</p>", encoding)
    assert (document.text, document.notes) == (word, ())


def test_latin_1_without_a_declaration_is_guessed_and_said() -> None:
    document = page("<p>Les élèves français déjà arrivés à l'école</p>", "latin-1")
    assert document.text == "Les élèves français déjà arrivés à l'école"
    assert "guessed" in document.notes[0]


def test_a_page_of_scripts_only_is_empty() -> None:
    with pytest.raises(Unreadable) as caught:
        page("<html><script>main()</script></html>")
    assert caught.value.reason == "empty"


def test_nesting_without_end_is_refused_and_deep_nesting_read() -> None:
    assert page("<div>" * 1_000 + "deep").text == "deep"
    with pytest.raises(Unreadable, match="nests more than"):
        page("<div>" * 30_000 + "deep")
