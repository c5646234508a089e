from __future__ import annotations

from itertools import chain, zip_longest

import pytest

from backends.retrieval.documents import read
from tests.backends.retrieval.documents.pdfs import Put, lines, pdf

LEFT = [
    "The heath burns every tenth year and",
    "the seeds of its shrubs wait in the",
    "ground until the smoke has passed",
    "over them. Only then they sprout and",
    "cover the black soil within a month",
    "of the first rain, green and dense",
    "as if nothing had ever happened.",
]
RIGHT = [
    "Boats on this coast are built from",
    "larch because it does not rot in salt",
    "water. A hull takes a winter, and two",
    "people who know each other well, for",
    "one of them stands inside the boat",
    "and cannot see what the other does",
    "with the hammer on the outside.",
]


def interleaved(*columns: list[Put]) -> list[Put]:
    return [put for row in zip_longest(*columns) for put in row if put]


def prose(*columns: list[str]) -> str:
    return " ".join(chain(*columns))


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("x", [255, 330])
@pytest.mark.parametrize("shift", [0, 5])
def test_columns_written_row_by_row_are_read_column_by_column(x: float, shift: float) -> None:
    left, right = lines(LEFT), lines(RIGHT, x=x, top=720 - shift)
    assert words(read(pdf(interleaved(left, right)), "a.pdf").text) == words(prose(LEFT, RIGHT))


def test_columns_written_one_after_the_other_stay_as_they_are() -> None:
    assert words(read(pdf([*lines(LEFT), *lines(RIGHT, x=330)]), "a.pdf").text) == words(prose(LEFT, RIGHT))


def test_three_columns() -> None:
    puts = interleaved(lines(LEFT, x=20), lines(RIGHT, x=215), lines(LEFT, x=410))
    assert words(read(pdf(puts), "a.pdf").text) == words(prose(LEFT, RIGHT, LEFT))


def test_a_title_and_a_footer_across_the_columns_stay_around_them() -> None:
    title = Put(150, 750, "Fire on the heath and boats on the coast", 14)
    footer = Put(180, 600, "Printed for the members of the society of friends")
    puts = [title, *interleaved(lines(LEFT), lines(RIGHT, x=330)), footer]
    found = words(read(pdf(puts), "a.pdf").text)
    assert found == words(prose([title.text], LEFT, RIGHT, [footer.text]))


def test_a_column_that_starts_higher_keeps_its_first_line() -> None:
    puts = [Put(100, 760, "Two short essays about fire and wood on one page", 12)]
    puts += interleaved(lines(LEFT, top=708), lines(RIGHT, x=330, top=720))
    assert words(read(pdf(puts), "a.pdf").text)[10:] == words(prose(LEFT, RIGHT))


def test_a_sentence_goes_on_in_the_next_column() -> None:
    left = [*LEFT[:-1], "as if no fire had ever come and the"]
    right = ["smoke were a dream.", *RIGHT]
    document = read(pdf(interleaved(lines(left), lines(right, x=330))), "a.pdf")
    assert "had ever come and the smoke were a dream." in document.text


def test_short_cells_beside_each_other_are_no_columns() -> None:
    names = ["Anna Berg", "Otto Lind", "Eva Holm", "Jan Falk", "Ida Norr", "Per Dahl", "Una Vik"]
    places = ["Oslo", "Bergen", "Moss", "Hamar", "Skien", "Narvik", "Molde"]
    found = read(pdf(interleaved(lines(names), lines(places, x=330))), "a.pdf").text
    assert found.split("\n") == [f"{name} | {place}" for name, place in zip(names, places, strict=True)]
