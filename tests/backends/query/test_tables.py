"""The file of a table: complete, or not there at all."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.datasets import Dataset
from backends.query.tables import map_table, write_table


@pytest.fixture
def little_room() -> Iterator[None]:
    """Files of this process may have 100 bytes: writing more fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_table_is_what_was_written(people: Dataset, tmp_path: Path) -> None:
    write_table(people, tmp_path / "people.arrow")
    assert map_table(tmp_path / "people.arrow")["name"].to_pylist() == ["Ada", "Alan", "Grace", "Kurt"]
    assert [path.name for path in tmp_path.iterdir()] == ["people.arrow"]


def test_a_table_that_cannot_be_written_leaves_nothing(people: Dataset, tmp_path: Path, little_room: None) -> None:
    with pytest.raises(OSError, match="too large"):
        write_table(people, tmp_path / "people.arrow")
    assert list(tmp_path.iterdir()) == []
