"""The handbook that is shipped: readable, findable, and what its README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.retrieval.chunking import ChunkSize, split
from backends.retrieval.documents import read
from backends.retrieval.evaluation.reading import read_questions
from backends.retrieval.samples import FOLDER, handbook, handbook_questions
from sample_data import make_handbook
from tests.backends.retrieval.chunking.texts import words

README = (FOLDER.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", handbook(), ids=lambda path: path.name)
def test_each_document_is_read_with_its_headings_and_named_in_the_readme(path: Path) -> None:
    document = read(path, path.name)
    assert not document.notes
    assert 200 <= len(words(document.text)) <= 700
    assert f"| {path.name} |" in README
    chunks = split(document, ChunkSize(), words)
    if document.format == "csv":
        assert len(chunks) == 22
    else:
        assert len(chunks) >= 4
        assert all(chunk.headings for chunk in chunks)


def test_the_pdf_has_two_pages() -> None:
    assert [page.number for page in read(FOLDER / "searching-documents.pdf", "a.pdf").pages] == [1, 2]


@pytest.mark.parametrize("name", make_handbook.FILES)
def test_the_generator_writes_what_is_shipped(name: str) -> None:
    assert make_handbook.FILES[name]() == (FOLDER / name).read_bytes()


def test_questions_name_documents_of_the_handbook_and_some_have_no_answer() -> None:
    asked = read_questions(handbook_questions(), handbook_questions().name).questions
    named = {judgement.document for question in asked for judgement in question.relevant}
    assert named == {path.name for path in handbook()}
    assert (len(asked), sum(not question.answerable for question in asked)) == (50, 10)
