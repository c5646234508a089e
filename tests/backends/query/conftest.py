from __future__ import annotations

from collections.abc import Callable

import pytest

from backends.datasets import Dataset, read_table

Table = Callable[..., Dataset]


@pytest.fixture
def table() -> Table:
    """A dataset from lines of CSV."""

    def read(*lines: str, name: str = "people.csv", **options: object) -> Dataset:
        return read_table("\n".join(lines).encode(), name, **options)

    return read


@pytest.fixture
def people(table: Table) -> Dataset:
    return table("name,age,city", "Ada,36,London", "Alan,41,Manchester", "Grace,85,New York", "Kurt,,Vienna")
