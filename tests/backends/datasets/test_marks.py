from __future__ import annotations

import pytest

from backends.datasets import Dataset, read_table
from backends.datasets.marks import DEFAULT

DATA = b"n,material,size\n1,None,3\n-,brick,4\n3,NA,?\n4,stone,6\n"


def read(**options: object) -> Dataset:
    return read_table(DATA, "t.csv", **options)  # type: ignore[arg-type]


def missing(dataset: Dataset, column: str) -> list[bool]:
    return dataset.frame[column].isna().tolist()


def test_the_dialect_shows_the_marks_that_are_in_force() -> None:
    dialect = read().dialect
    assert dialect is not None
    assert {"NA", "-", "?", "None"} <= set(dialect.missing_values)
    assert "" not in dialect.missing_values
    assert dialect.missing_values == DEFAULT


def test_the_list_given_back_unchanged_reads_the_same() -> None:
    first = read()
    assert first.dialect is not None
    again = read(missing_values=first.dialect.missing_values[::-1])
    assert again.frame.equals(first.frame)
    assert (again.schema, again.notes, again.dialect, again.digest) == (
        first.schema,
        first.notes,
        first.dialect,
        first.digest,
    )


def test_one_mark_more_leaves_the_others_in_force_where_they_were() -> None:
    dataset = read(missing_values=(*DEFAULT, "stone"))
    assert dataset.schema["n"].kind == "integer"
    assert missing(dataset, "n") == [False, True, False, False]
    assert missing(dataset, "material") == [False, False, True, True]  # None is still a material
    assert dataset.dialect is not None
    assert dataset.dialect.missing_values[-1] == "stone"


def test_one_mark_less_is_a_value_and_the_others_stay() -> None:
    dataset = read(missing_values=[mark for mark in DEFAULT if mark != "NA"])
    assert missing(dataset, "material") == [False] * 4
    assert missing(dataset, "n") == [False, True, False, False]


def test_a_list_of_one_s_own_counts_as_it_is_and_everywhere() -> None:
    dataset = read(missing_values=(" None ", "None", ""))
    assert missing(dataset, "material") == [True, False, False, False]
    assert dataset.schema["n"].kind == "category"
    assert dataset.dialect is not None
    assert dataset.dialect.missing_values == ("None",)


def test_an_empty_list_leaves_empty_cells_missing_and_nothing_else() -> None:
    dataset = read_table(b"n,word\n1,NA\n,-\n3,\n", "t.csv", missing_values=())
    assert missing(dataset, "n") == [False, True, False]
    assert missing(dataset, "word") == [False, False, True]
    assert dataset.dialect is not None
    assert dataset.dialect.missing_values == ()


@pytest.mark.parametrize("mark", ["-999", "0"])
def test_a_number_can_be_a_mark(mark: str) -> None:
    dataset = read_table(f"n\n1\n{mark}\n3\n".encode(), "t.csv", missing_values=[mark])
    assert missing(dataset, "n") == [False, True, False]
