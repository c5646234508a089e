"""What a JSON body may be."""

from __future__ import annotations

from typing import Any

import pytest

from backends.errors import WorkbenchError
from backends.serving.api.bodies import Options, asked, chosen

ROW = {"age": 31}


def test_records_columns_and_a_bare_list_are_rows() -> None:
    for body in ({"records": [ROW, ROW]}, {"columns": {"age": [31, 31], "city": ["a", "b"]}}, [ROW, ROW]):
        assert asked(body, Options()).count == 2


def test_the_options_of_the_body_come_before_those_of_the_address() -> None:
    given = chosen({"unusual": "accept", "probabilities": "no"})
    found = asked({"records": [ROW], "unusual": "refuse", "on_error": "skip"}, given).options
    assert found == Options("refuse", "skip", False)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (7, "The body is a number"),
        (None, "The body is null"),
        ({}, "neither 'records' nor 'columns'"),
        ({"records": [ROW], "columns": {"age": [1]}}, "both"),
        ({"records": ROW}, "The records are an object"),
        ({"records": [ROW, 3]}, "A record is a number"),
        ({"records": []}, "no rows"),
        ([], "no rows"),
        ({"columns": {}}, "no rows"),
        ({"columns": [1]}, "The columns are a list"),
        ({"columns": {"age": 3}}, "Column 'age' is a number"),
        ({"columns": {"age": [1], "city": ["a", "b"]}}, "differ in length: 1 to 2"),
        ({"records": [ROW], "oops": 1}, "There is no option 'oops'"),
        ({"records": [ROW], "unusual": "maybe"}, "'unusual' is 'maybe'"),
        ({"records": [ROW], "probabilities": 1}, "'probabilities' is '1'"),
        ({"records": [ROW], "on_error": True}, "'on_error' is 'True'"),
    ],
)
def test_anything_else_is_refused_by_name(body: Any, said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        asked(body, Options())
