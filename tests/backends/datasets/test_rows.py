from __future__ import annotations

import csv
import io
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import fast, read_table, textfile
from backends.datasets.exact import read_exactly
from backends.datasets.fast import read_fast
from backends.datasets.layout import Layout
from backends.datasets.rows import Form, RowReader
from backends.datasets.segments import Segments
from backends.settings import Settings

CELLS = st.text(alphabet=string.ascii_letters + string.digits + " ,;|\t\"'\n\r.-éß漢", max_size=8)


def split(text: str, **form: str) -> list[list[str]]:
    return [record.cells for record in RowReader(Form(**form)).records(text)]  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(
    rows=st.integers(1, 5).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_whatever_the_standard_library_writes_is_read_back(
    rows: list[list[str]], delimiter: str, quoting: int, newline: str
) -> None:
    out = io.StringIO()
    bare = newline == "\r" or any("\r" in cell for row in rows for cell in row)
    quoting = csv.QUOTE_ALL if bare else quoting  # else the writer leaves line breaks unquoted
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=newline).writerows(rows)
    assert split(out.getvalue(), delimiter=delimiter) == rows


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='ab,"\n\r\\ ', max_size=60))
def test_no_text_breaks_the_reader_or_loses_a_letter(text: str) -> None:
    for form in ({}, {"escapechar": "\\"}):
        records = split(text, **form)
        letters = [c for c in text if c in "ab"]
        assert [c for row in records for cell in row for c in cell if c in "ab"] == letters


WORDS = st.text(alphabet="abcxyz,;\"'\n", min_size=0, max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=20), st.sampled_from(["\n", "\r\n"]))
def test_the_fast_reader_reads_what_the_exact_one_reads(rows: list[tuple[str, str, str]], newline: str) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=newline).writerows(rows)
    raw = read_fast(out.getvalue().encode(), Form(), 0, 1, 3, Settings())
    assert raw is not None
    assert list(zip(*(column.to_pylist() for column in raw.columns), strict=True)) == rows


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(alphabet='ab,"\n ', min_size=1, max_size=40),
    newline=st.sampled_from(["\n", "\r\n"]),
    width=st.integers(1, 3),
)
def test_the_fast_reader_pads_cuts_and_skips_as_the_exact_one_or_declines(text: str, newline: str, width: int) -> None:
    text = text.replace("\n", newline)
    raw = read_fast(text.encode(), Form(), 0, 1, width, Settings())
    if raw is not None:
        exact = read_exactly(text, Form(), 0, 1, Layout(0, 0, width), Settings())
        assert [column.to_pylist() for column in raw.columns] == [column.to_pylist() for column in exact.columns]
        assert raw.notes == exact.notes
        rows = np.arange(raw.rows)
        assert list(raw.lines(rows)) == list(exact.lines(rows))


def test_lines_of_rows_are_right_behind_quoted_line_breaks() -> None:
    data = b'a,b\n"x\ny",1\nz,2\n"p\n\nq",3\nr,4\n'
    raw = read_fast(data, Form(), 4, 2, 2, Settings())
    assert raw is not None
    assert list(raw.lines(np.array([0, 1, 2, 3]))) == [2, 4, 5, 8]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('1,"a "b" c",2\n', [["1", 'a "b" c', "2"]]),
        ('1,"never closed,2\n3,x,4\n', [["1", '"never closed', "2"], ["3", "x", "4"]]),
        ('1,5" pipe,2\n', [["1", '5" pipe', "2"]]),
        ('1, "a, b" ,2\n', [["1", "a, b", "2"]]),
        ('1,"open,2\n3,"x, y",4\n', [["1", '"open', "2"], ["3", "x, y", "4"]]),
        ('"a\r\nb",1\r\n', [["a\r\nb", "1"]]),
    ],
)
def test_broken_quotes_keep_their_text_and_their_row(text: str, cells: list[list[str]]) -> None:
    assert split(text) == cells


def test_broken_quotes_are_reported_with_their_lines() -> None:
    dataset = read_table(b'id,text\n1,"a "b" c"\n2,"open\n3,fine\n', "t.csv")
    assert dataset.rows == 3
    found = {note.rule: note.lines for note in dataset.notes}
    assert found["quote-stray"] == (2,)
    assert found["quote-unclosed"] == (3,)


NAMES = st.lists(st.text(string.ascii_lowercase, min_size=3, max_size=8), min_size=2, max_size=5, unique=True)


@settings(max_examples=150, deadline=None)
@given(
    names=NAMES,
    data=st.data(),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_random_table_in_a_random_dialect_is_read_back(
    names: list[str], data: st.DataObject, delimiter: str, quoting: int, newline: str, encoding: str
) -> None:
    numbers = st.integers(-(10**6), 10**6)
    words = st.sampled_from(["red", "green apple", "blue, dark", 'the "best"', "a;b", "line\nbreak", "x|y"])
    rows = data.draw(st.lists(st.tuples(numbers, *[words] * (len(names) - 1)), min_size=2, max_size=12))
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if newline == "\r" else quoting  # else the writer leaves a bare LF unquoted
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=newline).writerows([names, *rows])
    dataset = read_table(out.getvalue().encode(encoding), "t.csv", kinds=dict.fromkeys(names, "text"))
    assert list(dataset.frame.columns) == names
    assert dataset.frame.to_numpy().tolist() == [[str(cell) for cell in row] for row in rows]


def big(*odd: str) -> bytes:
    """A table large enough for the fast reader, with `odd` lines spread over it from line 1,002 on, 1,000 apart."""
    lines = ["id,word,share", *(f"{at},word {at % 7},{at / 8}" for at in range(60_000))]
    for at, line in enumerate(odd, 1):
        lines[1_000 * at + at] = line
    return "\n".join(lines).encode()


def test_odd_lines_of_a_big_file_are_mended_in_their_places_and_the_others_read_fast() -> None:
    data = big("7,short", "8,long,0.5,more,cells", "", '9,"two\nlines, and a comma",0.25,extra', "10,trailing,0.5,")
    raw = read_fast(data, Form(), 14, 2, 3, Settings(), numbers=True)
    assert raw is not None
    exact = read_exactly(data.decode(), Form(), 14, 2, Layout(0, 1, 3), Settings())
    assert raw.plain == {0, 2}
    assert raw.columns[1].to_pylist() == exact.columns[1].to_pylist()
    assert raw.notes == exact.notes
    assert {note.rule: note.lines for note in raw.notes} == {
        "row-padded": (1002,), "row-cut": (2003, 4005), "row-trailing": (5007,), "row-blank": (3004,),
    }  # fmt: skip
    assert list(raw.lines(np.arange(raw.rows))) == list(exact.lines(np.arange(raw.rows)))


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ("a,b\n1\n2,3\n4,5\n", "row-padded", "1 row has fewer than 2 cells; the missing ones were left empty."),
        ("a,b\n1\n2\n4,5\n6,7\n", "row-padded", "2 rows have fewer than 2 cells; the missing ones were left empty."),
        ("a,b\n1,2\n2,3,x\n", "row-cut", "1 row has more than 2 cells. What was cut off: line 3: 'x'."),
        ("a,b\n1,2\n2,3,\n", "row-trailing", "1 row ends in empty cells beyond the last column, which were left out."),
        ("a,b\n1,2\n\n3,4\n", "row-blank", "1 blank line was skipped."),
        ("a,b\n1,2\n\n3,4\n\n5,6\n", "row-blank", "2 blank lines were skipped."),
        ('a,b\n1,"x "y" z"\n2,z\n', "quote-stray", "1 cell holds a quote that is not doubled; the quotes were kept as text."),  # noqa: E501
    ],
)  # fmt: skip
def test_notes_say_one_row_or_several(text: str, rule: str, message: str) -> None:
    notes = read_table(text.encode(), "t.csv").notes
    assert [note.message for note in notes if note.rule == rule] == [message]


@pytest.mark.parametrize(
    "late", ["NaN", "inf", "-inf", "12345678901234567890", "1e400", "", "+2.5", "0x1F", "word", "1,5"]
)
def test_a_column_of_decimals_that_ends_otherwise_reads_as_without_the_shortcut(monkeypatch, late):
    """Segments after the first read decimals as numbers at once; what that would change is seen as text first."""
    data = ("name;size\n" + "".join(f"row;{at}.5\n" for at in range(400)) + f"row;{late}\n").encode()
    monkeypatch.setattr(textfile, "FAST_FROM", 0)
    monkeypatch.setattr(fast, "FIRST", 200)
    monkeypatch.setattr(fast, "SEGMENT", 500)
    parsed = []
    at_once = Segments._parse_decimals
    monkeypatch.setattr(Segments, "_parse_decimals", lambda self, *a: parsed.append(at_once(self, *a)) or parsed[-1])
    shortcut = read_table(data, "sizes.csv")
    assert any(piece is not None for piece in parsed), "the shortcut was taken"
    monkeypatch.setattr("backends.datasets.segments.all_decimal", lambda column: False)
    plain = read_table(data, "sizes.csv")
    pd.testing.assert_frame_equal(shortcut.frame, plain.frame)
    assert (shortcut.schema, shortcut.notes) == (plain.schema, plain.notes)


def test_blanks_around_a_late_decimal_do_not_change_its_value(monkeypatch):
    data = ("name;size\n" + "".join(f"row;{at}.5\n" for at in range(400)) + "row; 2.5 \n").encode()
    monkeypatch.setattr(textfile, "FAST_FROM", 0)
    monkeypatch.setattr(fast, "FIRST", 200)
    assert read_table(data, "sizes.csv").frame["size"].iloc[-1] == 2.5
