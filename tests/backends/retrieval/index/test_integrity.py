from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from backends.retrieval.index.schema import FILE
from backends.retrieval.index.store import Store
from tests.backends.retrieval.index.texts import put

DAMAGES = {
    "DELETE FROM fts WHERE rowid = 1": "Passages without words: [1]",
    "INSERT INTO fts (rowid, head, body) VALUES (99, '', 'x')": "Words without a passage: [99]",
    "INSERT INTO vectors VALUES (99, 'm', 1, x'00000000')": "Vectors without a passage: [99]",
    "UPDATE vectors SET vector = x'00' WHERE chunk = 2": "Vectors of another length",
    "UPDATE chunks SET text = 'other' WHERE id = 1": "not slices of its text: [0]",
    "UPDATE chunks SET start = 5, text = 'wo\n' WHERE id = 2": "The character at 4",
    "UPDATE chunks SET position = 5 WHERE id = 2": "not numbered",
    "UPDATE documents SET version = 3": "version 3, is not there",
    "UPDATE documents SET characters = 3": "not 3 and 2",
    "DELETE FROM documents": "belongs to a row of documents that is not there",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_does_not_agree_is_said(tmp_path: Path, damage: str) -> None:
    store = Store.open(tmp_path)
    put(store, "a.txt", "one", "two")
    assert store.integrity() == ()
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute(damage)
    connection.commit()
    connection.close()
    found = store.integrity()
    assert any(DAMAGES[damage] in sentence for sentence in found), found
    store.close()
