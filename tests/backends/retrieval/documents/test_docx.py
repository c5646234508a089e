from __future__ import annotations

import io
import zipfile

import docx
import msoffcrypto.format.ooxml
import pytest

from backends.retrieval.documents import Document, Unreadable, read
from backends.retrieval.documents.unreadable import broken
from backends.settings import Settings


def saved(file: docx.document.Document) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """The same package with `old` replaced by `new` in one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old.encode(), new.encode()) if name == part else content)
    return out.getvalue()


def plain(*paragraphs: str) -> bytes:
    file = docx.Document()
    for paragraph in paragraphs:
        file.add_paragraph(paragraph)
    return saved(file)


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def reason(data: bytes, name: str = "a.docx", **options: object) -> str:
    with pytest.raises(Unreadable) as caught:
        read(data, name, **options)  # type: ignore[arg-type]
    return caught.value.reason


def test_an_identifier_with_the_style_of_a_heading_labels_nothing() -> None:
    file = docx.Document()
    file.add_heading("Report 2024", 1)
    file.add_heading("d666f1f7-46cb-42bd-9a39-9a39cf2a509f", 2)
    file.add_heading("2024", 2)
    assert [(kind, level) for kind, level, _ in blocks(read(saved(file), "a.docx"))] == [
        ("heading", 1),
        ("paragraph", 0),
        ("heading", 2),
    ]


def test_headings_lists_and_tables_in_their_order() -> None:
    file = docx.Document()
    file.add_heading("Report", 1)
    file.add_paragraph("First\twords.")
    file.add_heading("Details", 2)
    file.add_paragraph("one", style="List Bullet")
    file.add_paragraph("two", style="List Number")
    table = file.add_table(2, 2)
    for cell, text in zip(table._cells, ("City", "People", "Graz", ""), strict=True):
        cell.text = text
    file.add_paragraph("Last.")
    document = read(saved(file), "a.docx")
    assert blocks(document) == [
        ("heading", 1, "Report"),
        ("paragraph", 0, "First\twords."),
        ("heading", 2, "Details"),
        ("list item", 0, "one"),
        ("list item", 0, "two"),
        ("table row", 0, "City | People"),
        ("table row", 0, "Graz"),
        ("paragraph", 0, "Last."),
    ]
    assert "one\ntwo\n\nCity | People\nGraz\n\nLast." in document.text


def test_the_title_is_the_properties_own_or_the_first_heading() -> None:
    file = docx.Document()
    file.add_heading("On tea", 0)
    file.add_paragraph("Words.")
    assert read(saved(file), "a.docx").title == "On tea"
    file.core_properties.title = "All about tea"
    assert read(saved(file), "a.docx").title == "All about tea"


def test_a_cell_that_spans_others_is_read_once() -> None:
    file = docx.Document()
    table = file.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).text = "end"
    table.cell(1, 0).text = "next"
    assert read(saved(file), "a.docx").text == "wide | end\nnext"


def test_what_was_deleted_is_left_out_and_what_was_inserted_read() -> None:
    run, marked = "<w:r><w:t>old</w:t></w:r>", "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    marked += "<w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
    assert read(changed(plain("old"), "word/document.xml", run, marked), "a.docx").text == "new"


def test_content_controls_and_links_are_read() -> None:
    run = "<w:r><w:t>inner</w:t></w:r>"
    wrapped = f"<w:sdt><w:sdtContent><w:hyperlink>{run}</w:hyperlink></w:sdtContent></w:sdt>"
    assert read(changed(plain("inner"), "word/document.xml", run, wrapped), "a.docx").text == "inner"


def test_a_file_protected_by_a_password_asks_for_it_and_opens_with_it() -> None:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(plain("Under lock and key."))).encrypt("crane", out)
    assert reason(out.getvalue()) == "encrypted"
    assert reason(out.getvalue(), password="heron") == "wrong password"
    assert read(out.getvalue(), "a.docx", "crane").text == "Under lock and key."


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = changed(plain("x"), "word/document.xml", "<w:t>x</w:t>", "<w:t>" + "x" * 3_000_000 + "</w:t>")
    assert len(bomb) < 100_000
    assert reason(bomb, settings=Settings(max_unpacked_mb=2)) == "too large"


def test_a_file_that_declares_entities_is_refused() -> None:
    declared = '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">]><w:document'
    hostile = changed(
        changed(plain("x"), "word/document.xml", "<w:document", declared), "word/document.xml", ">x<", ">&f;<"
    )
    with pytest.raises(Unreadable, match="declares entities"):
        read(hostile, "a.docx")


def test_damage_and_emptiness_are_named() -> None:
    data = plain("Some words.")
    assert reason(data[: len(data) // 2]) == "broken"
    assert reason(changed(data, "word/document.xml", "</w:body>", "")) == "broken"
    assert reason(plain()) == "empty"
    assert reason(plain("word " * 100), settings=Settings(max_document_characters=50)) == "too much text"


def test_what_a_damaged_archive_holds_is_not_quoted_at_length() -> None:
    detail = "header b'" + "x" * 60_000 + "' differ"
    assert len(broken("a.docx", "a Word file", detail).message) < 400
