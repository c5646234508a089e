from __future__ import annotations

import pytest

from backends.datasets import Dataset, Note, read_table


def read(values: list[str], **options: object) -> Dataset:
    lines = [f'{at},"{value}"' for at, value in enumerate(values)]
    return read_table("\n".join(["n,v", *lines]).encode(), "t.csv", **options)  # type: ignore[arg-type]


def told(dataset: Dataset) -> list[Note]:
    return [note for note in dataset.notes if note.column == "v"]


@pytest.mark.parametrize(
    ("values", "evidence", "example"),
    [
        (["12 %", "3 %"], "written with %, divided by 100", "'12 %' became 0.12."),
        (["1.234,5", "0,5"], "decimal comma; '.' between thousands", "'1.234,5' became 1234.5."),
        (["7,5", "0,25"], "decimal comma", "'7,5' became 7.5."),
        (["1 234", "5"], "a blank between thousands", "'1 234' became 1234."),
        (["1,200", "34,000,000"], "',' between thousands", "'1,200' became 1200."),
        (["5 €", "6 €"], "the currency sign € taken off", "'5 €' became 5."),
        (["EUR 5", "EUR 6"], "the currency sign EUR taken off", "'EUR 5' became 5."),
        (["(5)", "7"], "parentheses read as minus", "'(5)' became -5."),
    ],
)
def test_a_conversion_of_numbers_is_evidence_and_one_repair(values: list[str], evidence: str, example: str) -> None:
    dataset = read(values)
    assert dataset.schema["v"].evidence.split("; ", 1)[1] == evidence
    notes = [note for note in told(dataset) if note.rule != "separator-ambiguous"]
    assert [(note.rule, note.severity) for note in notes] == [("numbers-converted", "repair")]
    assert evidence in notes[0].message
    assert notes[0].message.endswith(example)


def test_the_note_counts_the_values_that_were_converted_and_shows_their_lines() -> None:
    [note] = told(read(["1", "$2", "3", "$2", "5"]))
    assert (note.count, note.lines) == (2, (3, 5))


def test_different_currencies_are_a_warning() -> None:
    [note] = told(read(["$5", "6 €"]))
    assert (note.rule, note.severity) == ("numbers-converted", "warning")
    assert "$, €" in note.message


@pytest.mark.parametrize("values", [["1", "2"], ["1.5", "-2e3"], ["+1", " 2"]])
def test_plain_numbers_are_not_said_to_be_converted(values: list[str]) -> None:
    assert "numbers-converted" not in [note.rule for note in told(read(values))]


def test_whole_numbers_are_not_converted_by_a_decimal_comma_they_do_not_have() -> None:
    assert told(read(["1", "20"], decimal=",")) == []


@pytest.mark.parametrize(
    ("values", "evidence", "rules"),
    [
        (["31.01.2020", "01.02.2021"], "day first: %d.%m.%Y", ["dates-converted"]),
        (["01/31/2020", "02/01/2021"], "month first: %m/%d/%Y", ["dates-converted"]),
        (["January 31, 2020", "May 1, 2021"], "written %B %d, %Y", ["dates-converted"]),
        (["2020-01-31", "2021-02-01"], "written %Y-%m-%d", []),
        (["01.02.2020", "03.04.2021"], "month first: %m.%d.%Y", ["date-order-guessed"]),
    ],
)
def test_the_order_of_day_and_month_is_told(values: list[str], evidence: str, rules: list[str]) -> None:
    dataset = read(values)
    assert dataset.schema["v"].evidence.split("; ", 1)[1] == evidence
    assert [note.rule for note in told(dataset)] == rules


def test_shares_are_rounded_and_nouns_agree() -> None:
    assert read(["1", "2", ""]).schema["v"].evidence == "66.7 % of 3 values parse as whole numbers; 1 blank"
    assert read(["1"]).schema["v"].evidence == "100 % of 1 value parses as whole numbers"
