from __future__ import annotations

import pytest

from backends.datasets import Dataset, read_table
from backends.errors import WorkbenchError

PLAIN = b"a,b\n1,x\n2,y\n"
ACCENTS = "a,b\n1,é\n2,ü\n".encode()


def warnings(dataset: Dataset) -> dict[str, str]:
    return {note.rule: note.message for note in dataset.notes if note.severity == "warning"}


@pytest.mark.parametrize(
    ("data", "encoding", "shown"),
    [
        (PLAIN, "utf-16", "UTF-16"),
        (ACCENTS, "cp1252", "Ã©"),
        (ACCENTS, "latin-1", "Ã©"),
        (ACCENTS.decode().encode("utf-16"), "latin-1", "ÿþ"),
    ],
)
def test_an_encoding_that_makes_nonsense_of_the_bytes_is_a_warning(data: bytes, encoding: str, shown: str) -> None:
    assert shown in warnings(read_table(data, "t.csv", encoding=encoding))["encoding-doubtful"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "cp1250", "iso-8859-15"]
)
def test_the_right_encoding_is_no_warning(encoding: str) -> None:
    assert warnings(read_table(ACCENTS.decode().encode(encoding), "t.csv", encoding=encoding)) == {}


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-16-be", "gb18030"])
def test_the_right_east_asian_encoding_is_no_warning(encoding: str) -> None:
    data = "名前,n\n東京,1\n大阪,2\n".encode(encoding)
    assert warnings(read_table(data, "t.csv", encoding=encoding)) == {}


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
def test_an_encoding_that_reads_the_same_is_no_warning(encoding: str) -> None:
    assert warnings(read_table(PLAIN, "t.csv", encoding=encoding)) == {}


@pytest.mark.parametrize(("delimiter", "name"), [(";;", "';;'"), (";", "';'"), ("\t", "tab")])
def test_a_delimiter_that_does_not_occur_is_a_warning(delimiter: str, name: str) -> None:
    told = warnings(read_table(PLAIN, "t.csv", delimiter=delimiter))
    assert told["delimiter-unused"] == f"The delimiter {name} does not occur in the file: everything is one column."


def test_a_delimiter_that_stands_in_quotes_only_is_a_warning() -> None:
    told = warnings(read_table(b'a\n"1;2"\n"3;4"\n', "t.csv", delimiter=";"))
    assert "separates no cells" in told["delimiter-unused"]


def test_a_dialect_given_back_unchanged_is_no_warning() -> None:
    for data in (PLAIN, b"word\nalpha\nbeta\n", b'a,b\n"1,234",x\n"2,000,567",y\n', b"a;b\n1,5;x\n2,5;y\n"):
        first = read_table(data, "t.csv")
        again = read_table(data, "t.csv", **vars(first.dialect) | {"sheet": ""})
        assert again.frame.equals(first.frame)
        assert warnings(again) == warnings(first)


@pytest.mark.parametrize("key", ["decimal", "thousands"])
def test_a_mark_of_numbers_that_is_the_delimiter_and_in_no_number_is_a_warning(key: str) -> None:
    told = warnings(read_table(PLAIN, "t.csv", **{key: ","}))
    assert f"The {key} mark ',' is also the delimiter" in told["mark-unused"]
    quoted = b'a,b\n"1,234",x\n"2,500",y\n'
    assert "mark-unused" not in warnings(read_table(quoted, "t.csv", **{key: ","}))


@pytest.mark.parametrize("mark", ["5", "x", "-", "%"])
def test_a_thousands_mark_that_is_part_of_numbers_is_refused(mark: str) -> None:
    with pytest.raises(WorkbenchError, match="part of the numbers"):
        read_table(PLAIN, "t.csv", thousands=mark)


def test_a_thousands_point_needs_no_decimal_comma_to_be_given() -> None:
    assert read_table(b"a;b\n1.234;x\n5.678;y\n", "t.csv", thousands=".").frame["a"].tolist() == [1234, 5678]


def test_a_kind_that_is_asked_for_ignores_words_when_it_looks_for_the_format_of_the_numbers() -> None:
    dataset = read_table(b'a;b\n"$1,200";1\n"$2,000";2\nunclear;3\n$900;4\n', "t.csv", kinds={"a": "number"})
    assert dataset.frame["a"].tolist()[:2] == [1200, 2000]
    assert dataset.schema["a"].exceptions == ("unclear",)
