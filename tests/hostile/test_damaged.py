"""A valid file of every format, cut at every kind of place and with bits turned: a sound answer or one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backends.datasets import read_table
from backends.errors import WorkbenchError
from backends.retrieval.documents import read
from tests.fuzz.checks import fit_to_be_shown, sound_dataset, sound_document
from tests.hostile.samples import documents, tables

FILES: dict[str, tuple[bytes, Callable[[bytes, str], Any], Callable[[Any], None]]] = {
    **{f"table {name}": (data, read_table, sound_dataset) for name, data in tables().items()},
    **{f"document {name}": (data, read, sound_document) for name, data in documents().items()},
}
WHOLE_OR_NOTHING = ("t.json", "t.parquet", "t.xlsx", "a.docx")  # these say how long they are
PLACES = 8  # evenly over the file, besides its first and last bytes


def cuts(data: bytes) -> Iterator[int]:
    """How much is left: the first bytes, the last ones, even places, and the middle of a character."""
    wanted = {1, 2, 3, 4, 8, *(len(data) - less for less in (1, 2, 4, 8, 22))}
    wanted |= {len(data) * part // PLACES for part in range(1, PLACES)}
    wanted |= {data.index(mark) + 1 for mark in (b"\xc3", b"xref", b"stream", b"PK\x01\x02") if mark in data}
    yield from sorted(at for at in wanted if 0 < at < len(data))


def answer(name: str, data: bytes) -> bool:
    """Whether there was a result; a refusal has to be fit to be shown."""
    _, reader, sound = FILES[name]
    try:
        sound(reader(data, name.partition(" ")[2]))
    except WorkbenchError as error:
        fit_to_be_shown(error)
        return False
    return True


@pytest.mark.parametrize("name", FILES)
def test_the_file_itself_is_read(name: str) -> None:
    assert answer(name, FILES[name][0])


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut(name: str) -> None:
    data = FILES[name][0]
    results = [answer(name, data[:at]) for at in cuts(data)]
    if name.endswith(WHOLE_OR_NOTHING):
        assert not any(results), "half of a file is not taken for all of it"


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_a_bit_turned(name: str) -> None:
    data = FILES[name][0]
    for part in range(PLACES):
        damaged, at = bytearray(data), len(data) * part // PLACES
        damaged[at] ^= 1 << part % 8
        answer(name, bytes(damaged))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_each_byte_cut_off_and_each_byte_turned(name: str) -> None:
    data = FILES[name][0]
    for at in range(0, len(data), max(1, len(data) // 2_000)):
        answer(name, data[:at])
        answer(name, data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
