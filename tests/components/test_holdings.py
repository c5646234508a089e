"""How much one visitor's tables hold: measured, shared memory once, and the shelf goes before the table in hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backends.datasets import Dataset, Schema, read_table
from backends.errors import WorkbenchError
from backends.settings import MEGABYTE
from components.holdings import fitted, held_bytes, missed, names
from components.state import Shelved, Source, Work

ROWS = 131_072  # of float64: one megabyte


def dataset(name: str, columns: int = 1) -> Dataset:
    """A table of `columns` megabytes."""
    frame = pd.DataFrame({f"c{at}": np.arange(ROWS, dtype="float64") + at for at in range(columns)})
    return Dataset(frame, Schema(()), name=name, digest=f"digest of {name}")


def shelved(name: str, columns: int = 1) -> Shelved:
    made = dataset(name, columns)
    return Shelved(Source(name, b"", f"file {name}"), made, made)


def work(name: str, columns: int, shelf: tuple[Shelved, ...] = ()) -> Work:
    one = shelved(name, columns)
    return Work(source=one.source, read=one.read, dataset=one.dataset, shelf=shelf)


def test_a_table_is_measured_and_counted_once() -> None:
    assert held_bytes(Work()) == 0
    assert held_bytes(work("a.csv", 3)) == 3 * MEGABYTE
    assert held_bytes(work("a.csv", 3, (shelved("b.csv", 2),))) == 5 * MEGABYTE


def test_the_bytes_of_the_file_count_too() -> None:
    one = work("a.csv", 1)
    assert one.source is not None
    assert held_bytes(replace(one, source=replace(one.source, data=bytes(1_000)))) == MEGABYTE + 1_000


def test_columns_that_a_prepared_table_shares_with_the_read_one_are_counted_once() -> None:
    one = work("a.csv", 3)
    assert one.read is not None
    prepared = replace(one.read, frame=one.read.frame.assign(c0=lambda frame: frame["c0"] * 2))
    assert held_bytes(replace(one, dataset=prepared)) == 4 * MEGABYTE


def test_columns_of_all_kinds_are_measured() -> None:
    rows = b"n,t,b,d,i\n" + b"1.5,some longer text,yes,2024-01-01,1\n,other,no,2024-01-02,\n" * 500
    read = read_table(rows, "a.csv")
    held = held_bytes(Work(read=read, dataset=read))
    usage = int(read.frame.memory_usage(index=False, deep=True).sum())
    assert 0.8 * usage <= held <= 1.2 * usage + 4_096


def test_the_longest_unused_table_leaves_the_shelf_first() -> None:
    full = work("hand.csv", 2, (shelved("new.csv"), shelved("old.csv"), shelved("oldest.csv")))
    kept, taken = fitted(full, 3 * MEGABYTE)
    assert [table.source.name for table in kept.shelf] == ["new.csv"]
    assert taken == ("oldest.csv", "old.csv")
    assert len(full.shelf) == 3
    assert fitted(full, 5 * MEGABYTE) == (full, ())


def test_a_table_that_does_not_fit_is_refused_with_the_figures() -> None:
    with pytest.raises(WorkbenchError, match=r"'hand.csv' takes 3 MB of memory; one visitor may hold 2 MB"):
        fitted(work("hand.csv", 3, (shelved("b.csv"),)), 2 * MEGABYTE)


def test_what_was_just_put_on_the_shelf_is_not_taken_off_again_but_refused() -> None:
    with pytest.raises(WorkbenchError, match=r"'hand.csv' and 'new.csv' take 3 MB"):
        fitted(work("hand.csv", 1, (shelved("new.csv", 2), shelved("old.csv"))), 2 * MEGABYTE, needed=1)


def test_caches_are_named_after_tables_and_jobs() -> None:
    mine = replace(work("a.csv", 1, (shelved("b.csv"),)), job="j1", result="j2", curve_job=("j3", "tree"))
    digests = {"file a.csv", "digest of a.csv", "file b.csv", "digest of b.csv"}
    assert names(mine) == {*digests, "j1", "j2", "j3"}
    assert names(Work()) == frozenset()


def test_what_would_be_missed_is_named() -> None:
    assert missed(work("a.csv", 1, (shelved("b.csv"), shelved("c.csv")))) == ("table a.csv", "2 tables on the shelf")
