from __future__ import annotations

import pytest

from backends.retrieval.documents import Unreadable, read
from backends.retrieval.documents import rows as module
from backends.settings import Settings


def test_every_row_is_a_block_that_names_its_columns_and_leaves_missing_cells_out() -> None:
    document = read(b'city;people;note\nGraz;1,50;"on the Mur; old"\nLinz;;NA\n', "a.csv")
    assert [(block.kind, document.text[block.start : block.end]) for block in document.blocks] == [
        ("row", "city: Graz; people: 1,50; note: on the Mur; old"),
        ("row", "city: Linz"),
    ]


def test_values_are_spelled_as_in_the_file() -> None:
    text = read(b"id,when,price\n007,2024-01-05,1.50\n008,2024-01-06,2.00\n", "a.csv").text
    assert text == "id: 007; when: 2024-01-05; price: 1.50\nid: 008; when: 2024-01-06; price: 2.00"


def test_tabs_and_other_encodings_are_known() -> None:
    assert read("stadt\tland\nMünchen\tBayern\n".encode("cp1252"), "a.tsv").text == "stadt: München; land: Bayern"


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"a,b\n" + b"1,2\n" * 30
    with pytest.raises(Unreadable) as caught:
        read(data, "a.csv", settings=Settings(max_document_characters=100))
    assert caught.value.reason == "too much text"
    monkeypatch.setattr(module, "MOST_ROWS", 20)
    with pytest.raises(Unreadable, match="30 rows; at most 20"):
        read(data, "a.csv")


def test_a_header_without_rows_is_empty_or_refused() -> None:
    with pytest.raises(Unreadable):
        read(b"a,b\n", "a.csv")
