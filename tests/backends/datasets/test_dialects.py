from __future__ import annotations

import csv
import io
from itertools import product

import pytest

from backends.datasets import guess_dialect, read_table

HEADER = ["id", "name", "born", "height", "remark"]
ROWS = [
    ["1", "Ann Lee", "1990-05-17", "1.71", "fine"],
    ["2", "Bob, Jr.", "1984-12-01", "1.85", 'says "hi"'],
    ["3", "Cy; the tall", "2001-07-30", "2.03", "two\nlines"],
    ["4", "Dee | Doe", "1977-01-09", "1.60", ""],
    ["5", "Eve\tTab", "1969-03-22", "1.75", "it's"],
]


def written(
    delimiter: str, quoting: int, newline: str, header: bool, rows: list[list[str]] = ROWS, **how: object
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=newline, **how)  # type: ignore[arg-type]
    writer.writerows([HEADER] * header + rows)
    return out.getvalue().encode()


@pytest.mark.parametrize(
    ("delimiter", "quoting", "newline", "header"),
    list(product([",", ";", "\t", "|", "^", "~"], [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ["\n", "\r\n"], [True, False]))
    + list(product([",", ";", "\t", "|", "^", "~"], [csv.QUOTE_ALL], ["\r"], [True, False])),
)
def test_delimiter_quoting_line_end_and_header_are_found(
    delimiter: str, quoting: int, newline: str, header: bool
) -> None:
    dataset = read_table(written(delimiter, quoting, newline, header), "t.csv")
    assert dataset.dialect is not None
    assert dataset.dialect.delimiter == delimiter
    assert dataset.dialect.header_rows == int(header)
    assert dataset.frame.shape == (5, 5)
    assert dataset.frame.iloc[1, 1] == "Bob, Jr."
    assert dataset.frame.iloc[2, 4] == "two\nlines"
    if header:
        assert list(dataset.frame.columns) == HEADER


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_single_quotes_are_found(delimiter: str) -> None:
    data = written(delimiter, csv.QUOTE_ALL, "\n", True, [row for row in ROWS if '"' not in row[4]], quotechar="'")
    dialect = guess_dialect(data)
    assert (dialect.delimiter, dialect.quotechar) == (delimiter, "'")
    assert read_table(data, "t.csv").frame["remark"].tolist()[-1] == "it's"


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_backslash_escapes_are_found(delimiter: str) -> None:
    data = written(delimiter, csv.QUOTE_ALL, "\n", True, doublequote=False, escapechar="\\")
    dialect = guess_dialect(data)
    assert (dialect.delimiter, dialect.escapechar) == (delimiter, "\\")
    assert read_table(data, "t.csv").frame["remark"][1] == 'says "hi"'


def test_an_escaped_delimiter_outside_quotes_stays_in_its_cell() -> None:
    dataset = read_table(b"a,b\n1,x\\,y\n2,z\\,w\n3,q\n", "t.csv")
    assert dataset.frame["b"].tolist() == ["x,y", "z,w", "q"]


def test_json_in_cells_needs_no_escape_character() -> None:
    data = b'key,val\n1,"{""a"": ""x\\""y"", ""b"": [1, 2]}"\n'
    dataset = read_table(data, "t.csv")
    assert dataset.frame.shape == (1, 2)


def test_a_decimal_comma_is_no_delimiter() -> None:
    dataset = read_table(b"x;y;z\n1,5;2,5;3,5\n4,5;5,5;6,5\n7,5;8,5;9,25\n", "t.csv")
    assert dataset.frame.to_numpy().tolist() == [[1.5, 2.5, 3.5], [4.5, 5.5, 6.5], [7.5, 8.5, 9.25]]
    assert dataset.dialect is not None
    assert (dataset.dialect.delimiter, dataset.dialect.decimal) == (";", ",")


def test_a_delimiter_of_two_characters_is_one_delimiter() -> None:
    dataset = read_table(b"a||b||c\n1||x y||3\n4||z||6\n", "t.csv")
    assert dataset.dialect is not None
    assert dataset.dialect.delimiter == "||"
    assert dataset.frame.shape == (2, 3)


def test_blanks_behind_delimiters_belong_to_no_value() -> None:
    dataset = read_table(b'id, name\n1, "x, y"\n2, z\n3, w\n', "t.csv")
    assert list(dataset.frame.columns) == ["id", "name"]
    assert dataset.frame["name"].tolist() == ["x, y", "z", "w"]


def test_columns_of_numbers_may_be_separated_by_blanks() -> None:
    dataset = read_table(b"x y z\n1 2.5 3\n4 5.5 6\n7 8.5 9\n", "t.txt")
    assert dataset.frame.to_numpy().tolist() == [[1, 2.5, 3], [4, 5.5, 6], [7, 8.5, 9]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("word\nalpha\nbeta\ngamma\n", 3),
        ("moment\n2020-01-01 10:00:00\n2020-01-02 11:30:00\n", 2),
        ("clock\n10:00\n11:30\n12:45\n", 3),
        ("price\n1,50\n2,75\n3,20\n", 3),
        ("sentence\nThe cat sat on the mat\nHello there, world\nNo, never, ever again\n", 3),
        ("address\nhttp://a.example/x?y=1\nhttp://b.example/z?w=2\n", 2),
    ],
)
def test_one_column_stays_one_column(text: str, rows: int) -> None:
    assert read_table(text.encode(), "t.csv").frame.shape == (rows, 1)


def test_delimiter_is_decided_by_the_whole_head() -> None:
    data = b"a;b\n" + b"x, y, z;1\n" * 3 + b"plain;2\n" * 40
    dataset = read_table(data, "t.csv")
    assert dataset.frame.shape == (43, 2)


@pytest.mark.parametrize("front", ["# made by hand\n# twice\n", "# a, b, c\n", "// note\n", "% note one\n% note two\n"])
def test_comment_lines_in_front_are_skipped_and_counted(front: str) -> None:
    dataset = read_table((front + "a,b\n1,x\n2,y\n").encode(), "t.csv")
    assert list(dataset.frame.columns) == ["a", "b"]
    assert dataset.rows == 2
    lines = front.count("\n")
    assert any(note.lines == tuple(range(1, lines + 1)) for note in dataset.notes)


def test_comment_lines_between_rows_are_skipped_with_their_lines() -> None:
    dataset = read_table(b"a,b\n1,x\n# pause\n2,y\n# end\n", "t.csv")
    note = next(note for note in dataset.notes if note.rule == "comment-skipped")
    assert (dataset.rows, note.lines) == (2, (3, 5))


def test_a_hash_in_the_data_is_no_comment() -> None:
    dataset = read_table(b"tag,n\n#red,1\n#blue,2\n#green,3\n", "t.csv")
    assert dataset.frame["tag"].tolist() == ["#red", "#blue", "#green"]


def test_corrections_of_the_dialect_are_obeyed() -> None:
    data = b"a;b,c\n1;2,3\n"
    assert read_table(data, "t.csv", delimiter=",").frame.columns.tolist() == ["a;b", "c"]
    assert read_table(data, "t.csv", delimiter=";", header_rows=0).rows == 2
    assert read_table(data, "t.csv", delimiter=";", skip_lines=1, header_rows=0).frame.iloc[0, 0] == 1


def test_a_single_quoted_cell_with_the_delimiter_inside_shows_the_quote() -> None:
    dataset = read_table(b"1\tone\tred\n2\ttwo\t'dark\tred'\n3\tthree\tblue\n", "t.tsv")
    assert dataset.frame.shape == (3, 3)
    assert dataset.frame.iloc[1, 2] == "dark\tred"


@pytest.mark.parametrize("text", ["an apostrophe\t'tis\n2\tthe dogs'\n", "1\tit's\n2\tdon't\n"])
def test_apostrophes_of_words_are_no_quotes(text: str) -> None:
    assert guess_dialect(text.encode()).quotechar == '"'


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a||b||c\n1||2||3\n", "||"), ("0||test\n", "|"), (",,\n,,\n", ","), ("a||b\n1||\n2||\n", "||")],
)
def test_a_doubled_delimiter_needs_several_rows_and_filled_columns(text: str, delimiter: str) -> None:
    assert guess_dialect(text.encode()).delimiter == delimiter


def test_comments_in_front_may_be_more_lines_than_the_table_has() -> None:
    front = "".join(f"# setting {at}: {at * 7}\n" for at in range(40))
    dataset = read_table(f"{front}x,y\n1,2\n3,4\n".encode(), "t.csv")
    assert dataset.frame.to_dict("list") == {"x": [1, 3], "y": [2, 4]}


@pytest.mark.parametrize(
    ("text", "delimiter"), [('"note"\n"a, b"\n"c, d"\n', ","), ("note\nwell, yes\nno\nnever, ever, again\n", "")]
)
def test_one_column_is_said_to_be_comma_separated_only_where_no_comma_would_split_it(text: str, delimiter: str) -> None:
    dataset = read_table(text.encode(), "t.csv")
    assert dataset.frame.shape[1] == 1
    assert dataset.dialect is not None
    assert dataset.dialect.delimiter == delimiter
