"""Citations in generated text: where they stand, what they name, and to which sentence they belong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.answering.markers import WIDEST, numbers_of, of_sentences, without_markers
from backends.retrieval.chunking import sentences


def cited(text: str) -> list[tuple[str, list[int]]]:
    """Each sentence and what it cites."""
    plain, markers = without_markers(text)
    spans = [(start, end) for start, end in sentences(plain) if plain[start:end].strip()]
    numbers = of_sentences(spans, plain, markers)
    return [(plain[start:end].strip(), of) for (start, end), of in zip(spans, numbers, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ice melts [1]. Water boils [2].", [("Ice melts.", [1]), ("Water boils.", [2])]),
        ("Ice melts. [1] Water boils. [2]", [("Ice melts.", [1]), ("Water boils.", [2])]),
        ("Ice melts.[1] Water boils.[2]", [("Ice melts.", [1]), ("Water boils.", [2])]),
        ("Ice melts[1][3], and water [2] boils.", [("Ice melts, and water boils.", [1, 3, 2])]),
        ("Ice melts [1, 2] and [2] boils.", [("Ice melts and boils.", [1, 2])]),
        ("Ice melts 【1】.", [("Ice melts.", [1])]),
        ("Ice melts. Water boils [2].", [("Ice melts.", []), ("Water boils.", [2])]),
        (
            "[1] says that ice melts.\n[2] says that water boils.",
            [("says that ice melts.", [1]), ("says that water boils.", [2])],
        ),
        ("水は沸く[1]。氷は溶ける[2]。", [("水は沸く。", [1]), ("氷は溶ける。", [2])]),
    ],
)
def test_a_citation_belongs_to_its_sentence(text: str, expected: list[tuple[str, list[int]]]) -> None:
    assert cited(text) == expected


def test_a_list_keeps_its_items_and_their_citations() -> None:
    assert [numbers for _, numbers in cited("In short:\n- Ice melts [1]\n- Water boils [2]\n")] == [[], [1], [2]]


@pytest.mark.parametrize(
    "text",
    ["x[i] is read", "see [note]", "(1) first", "[]", "[a1]", "[1.5]", "[1", "in [2020]", "x[1] is", "row_of[2]"],
)
def test_other_brackets_are_no_citations(text: str) -> None:
    assert without_markers(text) == (text, ())


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[7]", (7,)),
        ("[1,2;3]", (1, 2, 3)),
        ("[2–4]", (2, 3, 4)),
        ("[4-2]", (4, 2)),
        ("[^5]", (5,)),
        ("[#1 and #2]", (1, 2)),
    ],
)
def test_every_number_that_is_named(marker: str, numbers: tuple[int, ...]) -> None:
    assert without_markers(f"So {marker}.")[1][0].numbers == numbers


@pytest.mark.parametrize(
    ("text", "plain", "numbers"),
    [
        ("Ice melts [[1]].", "Ice melts.", (1,)),
        ("Ice melts [²].", "Ice melts.", (2,)),
        ("Ice melts [-1].", "Ice melts.", (0,)),
        ("Ice melts [1](http://e.example/a?b=c).", "Ice melts.", (1,)),
        ("Ice melts [1](#one) slowly.", "Ice melts slowly.", (1,)),
        ("Ice melts [1] (at sea level).", "Ice melts (at sea level).", (1,)),
        ("Ice melts [1](at sea level).", "Ice melts(at sea level).", (1,)),
    ],
)
def test_other_ways_of_writing_a_citation(text: str, plain: str, numbers: tuple[int, ...]) -> None:
    found, (marker,) = without_markers(text)
    assert (found, marker.numbers) == (plain, numbers)


def test_a_wide_range_is_bounded() -> None:
    assert len(numbers_of("[1-999999]")) == WIDEST + 1


@given(st.text(alphabet="ab. []1,-–2【】\n", max_size=60))
def test_whatever_is_written_keeps_its_other_characters(text: str) -> None:
    plain, markers = without_markers(text)
    assert all(0 <= marker.position <= len(plain) for marker in markers)
    assert [letter for letter in plain if letter in "ab"] == [letter for letter in text if letter in "ab"]
    spans = sentences(plain)
    assert len(of_sentences(spans, plain, markers)) == len(spans)
