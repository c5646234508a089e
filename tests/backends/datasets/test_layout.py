from __future__ import annotations

import pytest

from backends.datasets import read_table

BODY = "Ann,31,1.71\nBob,24,1.85\nCy,45,2.03\nDee,28,1.60\n"


def lines_of(dataset: object, rule: str) -> tuple[int, ...]:
    return next(note.lines for note in dataset.notes if note.rule == rule)  # type: ignore[attr-defined]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("front", "skipped"),
    [
        ("", 0),
        ("Staff list\n", 1),
        ("Staff list of 2020\n\n", 2),
        ("Staff list,,\n,,\n", 2),
        ("Staff list\nDepartment of Works\n\n", 3),
        ("Report made on 2020-01-01\n", 1),
    ],
)
def test_preamble_is_skipped_and_said(front: str, skipped: int, delimiter: str) -> None:
    text = (front + "name,age,height\n" + BODY).replace(",", delimiter)
    dataset = read_table(text.encode(), "t.csv")
    assert list(dataset.frame.columns) == ["name", "age", "height"]
    assert dataset.rows == 4
    assert dataset.dialect is not None
    assert dataset.dialect.skip_lines == skipped
    assert any(note.rule == "preamble-skipped" for note in dataset.notes) is bool(skipped)


@pytest.mark.parametrize(
    ("text", "shape", "header"),
    [
        ("name,age\nAnn,31\nBob,24\n", (2, 2), 1),
        ("Ann,31\nBob,24\n", (2, 2), 0),
        ("1,2\n3,4\n", (2, 2), 0),
        ("a,b\n", (0, 2), 1),
        ("name,city\nAnn,Rome\nBob,Oslo\n", (2, 2), 1),
        ("x,x,x\nx,x,x\nx,x,x\n", (3, 3), 0),
        ("2020-01-01,Ann\n2020-01-02,Bob\n", (2, 2), 0),
        ("country,2019,2020,2021\nPeru,5,7,6\nChad,9,8,7\n", (2, 4), 1),
        ("AB_01,x\nAB_02,y\nAB_03,z\n", (3, 2), 0),
        ("foo\n\n", (2, 1), 0),
    ],
)
def test_a_header_is_told_from_data(text: str, shape: tuple[int, int], header: int) -> None:
    dataset = read_table(text.encode(), "t.csv")
    assert dataset.frame.shape == shape
    assert dataset.dialect is not None
    assert dataset.dialect.header_rows == header


def test_without_a_header_columns_are_numbered() -> None:
    assert list(read_table(b"1,2\n3,4\n", "t.csv").frame.columns) == ["column_1", "column_2"]


def test_header_rows_are_joined_and_merged_cells_filled() -> None:
    data = b"Region,Sales,,Cost,\n,Q1,Q2,Q1,Q2\nNorth,1,2,3,4\nSouth,5,6,7,8\n"
    dataset = read_table(data, "t.csv")
    assert list(dataset.frame.columns) == ["Region", "Sales Q1", "Sales Q2", "Cost Q1", "Cost Q2"]
    assert dataset.rows == 2


def test_a_header_that_comes_twice_is_one_header() -> None:
    dataset = read_table(("name,age,height\n" * 2 + BODY).encode(), "t.csv")
    assert (dataset.rows, list(dataset.frame.columns)) == (4, ["name", "age", "height"])


def test_short_rows_are_filled_up_and_long_ones_cut_with_their_lines_and_values() -> None:
    dataset = read_table(b"a,b,c\n1,x,2\n3,y\n4,z,5,surplus\n6,w,7\n", "t.csv")
    assert dataset.frame.shape == (4, 3)
    assert lines_of(dataset, "row-padded") == (3,)
    assert lines_of(dataset, "row-cut") == (4,)
    assert "surplus" in next(note.message for note in dataset.notes if note.rule == "row-cut")


def test_blank_lines_are_skipped_and_rows_of_separators_stay() -> None:
    dataset = read_table(b"a,b\n1,x\n\n,\n2,y\n   \n", "t.csv")
    assert dataset.rows == 3
    assert lines_of(dataset, "row-blank") == (3, 6)


def test_line_numbers_count_the_lines_inside_quoted_cells() -> None:
    dataset = read_table(b'a,b\n"one\ntwo",x\n3\n', "t.csv")
    assert lines_of(dataset, "row-padded") == (4,)


def test_a_delimiter_at_the_end_of_every_row_adds_no_column() -> None:
    dataset = read_table(b"a,b\n1,2,\n3,4,\n", "t.csv")
    assert dataset.frame.shape == (2, 2)
    assert any(note.rule == "row-trailing" and note.count == 2 for note in dataset.notes)


def test_rows_that_start_with_their_name_shift_the_header() -> None:
    dataset = read_table(b"mpg,cyl\nMazda,21.0,6\nFiat,32.4,4\nVolvo,21.4,4\n", "t.csv")
    assert list(dataset.frame.columns) == ["column_1", "mpg", "cyl"]
    assert dataset.frame["mpg"].tolist() == [21.0, 32.4, 21.4]


def test_most_rows_wider_than_the_header_keep_their_cells() -> None:
    dataset = read_table(b"a,b\n1,x,9,8\n1,y,7,6\n2,z,5,4\n", "t.csv")
    assert dataset.frame.shape == (3, 4)


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        ("a,a,a", ["a", "a_2", "a_3"]),
        ("a,a_2,a", ["a", "a_2", "a_3"]),
        ("a,,b", ["a", "column_2", "b"]),
        (",column_1,c", ["column_1_2", "column_1", "c"]),
    ],
)
def test_names_become_unique_without_taking_another(names: str, unique: list[str]) -> None:
    assert list(read_table(f"{names}\n1,x,2\n3,y,4\n".encode(), "t.csv").frame.columns) == unique


def test_a_table_of_nine_thousand_columns_is_read() -> None:
    names = ",".join(f"v{at}" for at in range(9_000))
    values = ",".join(str(at % 7) for at in range(9_000))
    dataset = read_table(f"{names}\n{values}\n{values}\n".encode(), "t.csv")
    assert dataset.frame.shape == (2, 9_000)


def test_a_cell_of_a_million_characters_is_read() -> None:
    dataset = read_table(b'a,b\n1,"' + b"x\n" * 500_000 + b'x"\n2,y\n', "t.csv")
    assert dataset.frame["b"].str.len().tolist() == [1_000_001, 1]


def test_narrow_lines_of_names_and_values_in_front_are_a_preamble() -> None:
    front = "Device,K7\nDate,2020-03-01\nOperator,Lee\n"
    body = "".join(f"{at},{at * 2},{at * 3}\n" for at in range(10))
    dataset = read_table(f"{front}time,force,way\n{body}".encode(), "t.csv")
    assert list(dataset.frame.columns) == ["time", "force", "way"]
    assert dataset.rows == 10
    assert lines_of(dataset, "preamble-skipped") == (1, 2, 3)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (
            "Area,Sales,,Costs,\n,2019,2020,2019,2020\n",
            ["Area", "Sales 2019", "Sales 2020", "Costs 2019", "Costs 2020"],
        ),
        (
            "Person,,Figures,,\nFirst,Last,Age,Height,Weight\n",
            ["Person First", "Person Last", "Figures Age", "Figures Height", "Figures Weight"],
        ),
        ("Area,2019,2020,2021,2022\n", ["Area", "2019", "2020", "2021", "2022"]),
        ("Area,2020-01,2020-02,2020-03,2020-04\n", ["Area", "2020-01", "2020-02", "2020-03", "2020-04"]),
    ],
)
def test_names_under_merged_cells_and_dates_as_names_are_header(header: str, names: list[str]) -> None:
    dataset = read_table(f"{header}North,3,4,5,6\nSouth,5,6,7,8\nWest,7,8,9,10\n".encode(), "t.csv")
    assert list(dataset.frame.columns) == names
    assert dataset.rows == 3


def test_a_blank_name_alone_does_not_make_the_first_row_a_header() -> None:
    dataset = read_table(b",town,land\nAnn,Paris,France\nBob,Rome,Italy\n", "t.csv")
    assert list(dataset.frame.columns) == ["column_1", "town", "land"]
    assert dataset.rows == 2


def test_cells_beyond_the_header_become_a_column_only_where_they_hold_something() -> None:
    filled = read_table(b"a,b\n1,2,\n3,4,x\n5,6,\n", "t.csv")
    empty = read_table(b"a,b\n1,2,\n3,4,\n5,6,\n", "t.csv")
    assert filled.frame.shape == (3, 3)
    assert empty.frame.shape == (3, 2)
    assert lines_of(empty, "row-trailing") == (2, 3, 4)


def test_names_above_nothing_but_empty_rows_are_a_header() -> None:
    dataset = read_table(b"a,b,c\n" + b",,\n" * 20, "t.csv")
    assert (dataset.schema.names, dataset.rows) == (("a", "b", "c"), 20)
