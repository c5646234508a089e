from __future__ import annotations

import io
import os
import zipfile
from functools import cache
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.retrieval.documents import FORMATS, Unreadable, read
from backends.settings import Settings
from tests.backends.retrieval.documents.pdfs import lines, pdf
from tests.fuzz.checks import sound_document

ENDINGS = [ending for _, endings in FORMATS.values() for ending in endings]
REAL = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[5] / "shared" / "data")) / "documents"


def zipped(member: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, "x")
    return out.getvalue()


@cache
def word() -> bytes:
    out = io.BytesIO()
    file = docx.Document()
    file.add_heading("Tea", 1)
    file.add_paragraph("Some words.")
    file.save(out)
    return out.getvalue()


def refused(data: bytes | Path, name: str, **options: object) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(data, name, **options)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.pdf", zipped("word/document.xml"), "'a.pdf' holds a Word file, not a PDF file"),
        ("a.docx", zipped("xl/workbook.xml"), "'a.docx' holds an Excel workbook, not a Word file"),
        ("a.docx", pdf(lines(["x"])), "'a.docx' holds a PDF file"),
        ("a.txt", pdf(lines(["x"])), "'a.txt' holds a PDF file"),
        ("a.md", b"\x89PNG\r\n\x1a\n" + bytes(50), "'a.md' holds a PNG picture"),
        ("a.txt", bytes(range(32)) * 40, "'a.txt' holds binary data"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "container is damaged"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_told_what_it_is(name: str, data: bytes, message: str) -> None:
    assert message in refused(data, name).message


def test_each_ending_is_known_and_others_are_named() -> None:
    assert (
        refused(b"x", "a.xyz").reason == refused(b"x", "README").reason == refused(b"x", "").reason == "unknown format"
    )
    assert "'.xyz'" in refused(b"x", "a.xyz").message
    assert read(b"# x", "FOLDER/A.MD").name == "A.MD"


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf"])
def test_a_file_without_content_is_empty_in_every_format(ending: str, data: bytes) -> None:
    assert refused(data, "a" + ending).reason == "empty"


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.")
    assert read(tmp_path / "a.txt", "a.txt") == read(b"Words.", "a.txt")
    assert refused(tmp_path / "none.txt", "none.txt").reason == "broken"


def test_the_size_of_a_file_is_bounded_before_it_is_read() -> None:
    error = refused(b"x" * 1_100_000, "a.txt", settings=Settings(max_document_mb=1))
    assert error.reason == "too large"
    assert "1.0 MB; at most 1 MB" in error.message
    assert refused(b"x" * 50, "a.txt", settings=Settings(max_document_characters=10)).reason == "too much text"


SEEDS = st.sampled_from(
    [
        b"",
        b"# Tea\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        b"<h1>T</h1><table><tr><td>1<td>2</table><pre> x</pre><ul><li>a</ul>",
        b"a,b\n1,2\n3,\n",
        "Grüße, мир".encode("utf-16"),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), SEEDS, st.sampled_from(ENDINGS))
def test_any_bytes_under_any_name_are_a_document_or_unreadable(noise: bytes, seed: bytes, ending: str) -> None:
    at = len(noise) % (len(seed) + 1)
    try:
        document = read(seed[:at] + noise + seed[at:], "a" + ending)
    except Unreadable:
        return
    sound_document(document)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.sampled_from([".txt", ".md", ".html", ".csv"]))
def test_any_text_is_a_document_or_unreadable(text: str, ending: str) -> None:
    try:
        document = read(text.encode("utf-8", "surrogatepass"), "a" + ending)
    except Unreadable:
        return
    sound_document(document)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["pdf", "docx"]), st.data())
def test_damaged_files_are_a_document_or_unreadable(kind: str, data: st.DataObject) -> None:
    sound = bytearray(pdf(lines(["One line.", "Another."]), lines(["Two."])) if kind == "pdf" else word())
    for _ in range(data.draw(st.integers(1, 8))):
        sound[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
    try:
        document = read(bytes(sound[: data.draw(st.integers(1, len(sound)))]), f"a.{kind}")
    except Unreadable:
        return
    sound_document(document)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"needs {REAL}; set WORKBENCH_EXTRA_DATA")
@pytest.mark.parametrize(
    ("name", "pages", "start", "holds"),
    [
        ("pypdf_multicolumn.pdf", 3, "Two-Column Document", "consectetuer adipiscing elit. Ut purus elit, vestibulum"),
        (
            "docling_multi_page.pdf",
            5,
            "The Evolution of the Word",
            "invention of the typewriter in the mid-19th century",
        ),
        ("plumber_federal-register-2020-17221.pdf", 15, "This section of", "2018–23–51 was issued, the agency has"),
        ("pypdf_pdflatex-4-pages.pdf", 4, "Hello, here is some text", "Really? Is there no information?"),
        ("docling_wiki.md", 0, "# IBM", "headquartered in Armonk"),
        ("docling_word_tables.docx", 0, "Test with tables", "Cell 1.0 | Merged Cell 1.1 1.2 | Cell 1.3"),
        ("markitdown_test.docx", 0, "AutoGen: Enabling", "Large language models (LLMs) are becoming"),
        ("unstructured_full_doc.html", 0, "Table of Contents", "Contract-based intangibles | 751 | (95) | 656"),
    ],
)
def test_real_documents(name: str, pages: int, start: str, holds: str) -> None:
    document = read(REAL / name, name)
    sound_document(document)
    assert len(document.pages) == pages
    assert document.text.startswith(start)
    assert holds in document.text


@pytest.mark.skipif(not REAL.is_dir(), reason=f"needs {REAL}; set WORKBENCH_EXTRA_DATA")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("docling_ocr_test.pdf", "image only"),
        ("pypdf_password.pdf", "encrypted"),
        ("ocrmypdf_invalid.pdf", "broken"),
        ("plumber_empty_0bytes.pdf", "empty"),
    ],
)
def test_real_documents_that_cannot_be_read(name: str, reason: str) -> None:
    assert refused(REAL / name, name).reason == reason
