from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.datasets import encodings, read_table
from backends.datasets.encodings import decode
from backends.errors import WorkbenchError

WESTERN = "name,city\nJosé,München\nZoë,Málaga\nÅse,Århus\n"
TABLES = {
    "utf-8-sig": WESTERN,
    "utf-16": WESTERN,
    "utf-16-le": WESTERN,
    "utf-16-be": WESTERN,
    "utf-32": WESTERN,
    "cp1252": WESTERN,
    "latin-1": WESTERN,
    "cp932": "名前,都市\nすずき,とうきょう\n山田さん,おおさか\n",
    "euc_jp": "名前,都市\nすずき,とうきょう\n山田さん,おおさか\n",
    "cp1251": "имя,город\nИван,Москва\nОльга,Киров\n",
    "koi8_r": "имя,город\nИван,Москва\nОльга,Киров\n",
    "cp949": "이름,도시\n김철수,서울\n박영희,부산\n",
    "gb18030": "姓名,城市\n王小明,上海市\n李大海,北京市\n",
}


@pytest.mark.parametrize("encoding", TABLES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_reads_alike_in_every_encoding(encoding: str, newline: str) -> None:
    text = TABLES[encoding]
    expected = [line.split(",") for line in text.splitlines()]
    dataset = read_table(text.replace("\n", newline).encode(encoding), "t.csv")
    assert list(dataset.frame.columns) == expected[0]
    assert dataset.frame.to_numpy().tolist() == expected[1:]


def test_a_legacy_guess_is_told() -> None:
    notes = read_table(WESTERN.encode("cp1252"), "t.csv").notes
    assert [note.severity for note in notes if note.rule == "encoding-guessed"] == ["warning"]


def test_bytes_that_are_no_utf8_are_replaced_and_counted_with_their_line() -> None:
    data = b"a,b\n1,x\n2,\xff\xff\n3,y\n"
    dataset = read_table(data, "t.csv")
    note = next(note for note in dataset.notes if note.rule == "encoding-repaired")
    assert dataset.rows == 3
    assert (note.count, note.lines) == (1, (3,))
    assert dataset.frame["b"].tolist() == ["x", "��", "y"]


def test_mostly_utf8_with_one_broken_letter_stays_utf8() -> None:
    decoded = decode(("é" * 50 + ",").encode() + b"\xe9\n")
    assert decoded.encoding == "utf-8"


def test_nul_bytes_are_removed_and_counted() -> None:
    dataset = read_table(b"a,b\n1,x\x00y\n2,z\n", "t.csv")
    note = next(note for note in dataset.notes if note.rule == "nul-removed")
    assert (note.count, note.lines) == (1, (2,))
    assert dataset.frame["b"].tolist() == ["xy", "z"]


def test_a_correction_reads_the_original_bytes_again() -> None:
    data = WESTERN.encode("cp1252")
    assert read_table(data, "t.csv", encoding="cp1250").frame["name"][1] == "Zoë"
    assert read_table(data, "t.csv", encoding="cp437").frame["name"][0] == "JosΘ"


@pytest.mark.parametrize(("encoding", "said"), [("klingon", "klingon"), ("utf-8", "utf-8"), ("ascii", "ascii")])
def test_an_encoding_that_cannot_be_is_refused(encoding: str, said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        read_table(WESTERN.encode("cp1252"), "t.csv", encoding=encoding)


def test_the_end_mark_of_dos_is_no_row() -> None:
    dataset = read_table(b"a,b\r\n1,2\r\n3,4\r\n\x1a", "old.csv")
    assert dataset.frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    assert [note.rule for note in dataset.notes] == ["end-mark-removed"]


@given(st.lists(st.sampled_from([b"a", b"\xe9", b"\n", b"\r", b"\x80"]), max_size=12).map(b"".join))
def test_the_sample_is_the_lines_that_hold_anything_but_ascii(data: bytes) -> None:
    lines = [line for line in data.replace(b"\r", b"\n").split(b"\n") if any(byte > 127 for byte in line)]
    assert encodings._sample(data) == b"".join(line + b"\n" for line in lines)


def test_a_very_long_line_costs_no_more_than_many_short_ones() -> None:
    """With a search that begins anew at each byte of the line, this takes hours."""
    dataset = read_table(b"a,b\n" + b"x" * 3_000_000 + b",\xe9\n", "t.csv")
    assert dataset.frame["b"].tolist() == ["é"]
