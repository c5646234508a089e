"""Rules about the target, about rows, pairs of columns and time."""

from __future__ import annotations

import numpy as np

from backends.datasets.recipe import Step
from tests.backends.profiling.alerts.case import (
    NUMBER,
    TWO,
    Case,
    Raises,
    cat,
    drop,
    flag,
    ids,
    missing,
    num,
    when,
    whole,
)
from tests.backends.profiling.alerts.tables import Columns, days, normal, shuffled


def gappy(*holes: int) -> Columns:
    """A hundred days without some."""
    return {"day": when(np.delete(days("2024-01-01", 100), holes)), "x": num(normal(100 - len(holes)))}


def months(count: int) -> np.ndarray:
    """The first days of so many months."""
    return (np.datetime64("2010-01", "M") + np.arange(count)).astype("datetime64[us]")


def month_ends(count: int, gone: slice = slice(0)) -> np.ndarray:
    """The last day of the months but for some."""
    return np.delete(months(count + 1)[1:] - np.timedelta64(1, "D"), gone)


def weekdays(moments: np.ndarray) -> np.ndarray:
    """The dates, those on a weekend moved to the Friday before."""
    return np.busday_offset(moments.astype("datetime64[D]"), 0, roll="backward").astype("datetime64[us]")


CASES: dict[str, Case] = {
    "target_leak": Case(
        (
            Raises(
                {
                    "x": num([*np.arange(100.0), *np.arange(200.0, 300.0)]),
                    "z": NUMBER,
                    "y": cat(["a"] * 100 + ["b"] * 100),
                },
                ("x",),
                ("'x' alone nearly gives 'y' away", "its own AUC is 1.000"),
                drop("x"),
                "y",
            ),
            Raises(
                {"x": num(normal(200, 1) + normal(200) * 0.01), "z": NUMBER, "y": num(normal(200, 1))},
                ("x",),
                ("'x' alone nearly gives 'y' away: its rank correlation with it is 1.00",),
                drop("x"),
                "y",
            ),
        ),
        ({"x": NUMBER, "y": cat(TWO)}, {"x": num(normal(200, 1) + NUMBER[1] * 0.4), "y": num(normal(200, 1))}),
        "y",
    ),
    "target_rare_class": Case(
        (
            Raises(
                {"x": NUMBER, "y": cat(["a"] * 150 + ["b"] * 41 + ["c"] * 9)},
                ("y",),
                ("1 of 3 classes of 'y' has fewer than 10 rows: 'c' (9)",),
                None,
                "y",
            ),
            Raises(
                {"x": NUMBER, "y": flag([True] * 5 + [False] * 195)}, ("y",), ("1 of 2 classes", "'ja' (5)"), None, "y"
            ),
        ),
        ({"x": NUMBER, "y": cat(["a"] * 150 + ["b"] * 40 + ["c"] * 10)}, {"x": cat(TWO), "y": NUMBER}),
        "y",
    ),
    "target_imbalance": Case(
        (
            Raises(
                {"x": NUMBER, "y": cat(["a"] * 181 + ["b"] * 19)},
                ("y",),
                ("The smallest of 2 classes of 'y', 'b', has 19 of 200 rows (9.5 %)",),
                None,
                "y",
            ),
        ),
        (
            {"x": NUMBER, "y": cat(["a"] * 180 + ["b"] * 20)},
            {"x": NUMBER, "y": whole(shuffled(list(range(20)) * 10))},
        ),  # each has one in twenty
        "y",
    ),
    "target_missing": Case(
        (Raises({"x": NUMBER, "y": cat([None, *TWO[1:]])}, ("y",), ("no value in 1 of 200 rows (0.5 %)",), None, "y"),),
        ({"x": NUMBER, "y": cat(TWO)}, {"x": num([None, *normal(199)]), "y": cat(TWO)}),
        "y",
    ),
    "duplicate_rows": Case(
        (
            Raises(
                {"x": num([1.0, 2.0, 1.0, None, None]), "y": cat(["a", "b", "a", "c", "c"])},
                (),
                ("2 of 5 rows (40.0 %) repeat an earlier row",),
                Step("drop_duplicates"),
            ),
        ),
        ({"x": num([1.0, 1.0]), "y": cat(["a", "b"])},),
    ),
    "groups": Case(
        (
            Raises(
                {"patient": whole([i // 4 for i in range(200)]), "x": NUMBER},
                ("patient",),
                ("'patient' has 50 values in 200 rows: 4.0 rows each on average",),
                Step("split_by", ("patient",)),
            ),
            Raises(
                {"who": ids([f"k{i // 2}" for i in range(200)]), "x": NUMBER},
                ("who",),
                ("100 values in 200 rows",),
                Step("split_by", ("who",)),
            ),
        ),
        (
            {"patient": whole(shuffled(list(range(200)))), "x": NUMBER},
            {"patients": whole([i // 4 for i in range(200)]), "x": NUMBER},
            {"customer": cat(["new", "old"] * 100), "x": NUMBER},
        ),
    ),
    "drift": Case(
        (
            Raises(
                {
                    "x": num([*normal(200), *(normal(200, 1) + 1)]),
                    "day": when(days("2020-01-01", 400)),
                    "z": num(normal(400, 2)),
                },
                ("x",),
                ("1 column differs between", "'x' (PSI "),
                Step("split_in_time", ("day",)),
            ),
            Raises(
                {"x": num([*normal(200), *(normal(200, 1) + 1)]), "z": num(normal(400, 2))},
                ("x",),
                ("1 column differs between",),
            ),
        ),
        (
            {"x": num(normal(400)), "day": when(days("2020-01-01", 400))},
            {"x": num([1.0])},
            {"day": when([*days("2020-01-01", 390), *days("2020-01-01", 10)]), "x": num(normal(400))},
        ),
    ),
    "duplicate_columns": Case(
        (
            Raises(
                {
                    "a": num([1, None, 3.0, 4, 6]),
                    "b": cat([*"pqrst"]),
                    "c": num([1, None, 3.0, 4, 6]),
                    "d": num([1, None, 3.0, 4, 6]),
                },
                ("a", "c", "d"),
                ("'c', 'd' have the very values of 'a'",),
                drop("c", "d"),
            ),
        ),
        ({"a": num([1, None, 3.0, 4, 6]), "b": num([1, 2, 3.0, 4, 6])},),
    ),
    "near_duplicate_columns": Case(
        (
            Raises(
                {"metres": NUMBER, "feet": num(normal(200) * 3.28 + normal(200, 9) * 0.01)},
                ("metres", "feet"),
                ("'metres' says nearly the same as 'feet' (",),
                drop("feet"),
            ),
        ),
        ({"a": NUMBER, "b": num(normal(200) + normal(200, 9))}, {"a": NUMBER, "b": NUMBER}),
    ),
    "missing_together": Case(
        (
            Raises(
                {
                    "a": num([None] * 5 + [1.0, 2, 3, 4, 5] * 3),
                    "b": cat([None] * 5 + [*"pqrstpqrstpqrsp"]),
                    "c": num(normal(20)),
                },
                ("a", "b"),
                ("'a', 'b' have no value in the same 5 rows of 20",),
            ),
            Raises(
                {
                    "a": num([None] * 39 + [1.0, 2, 3] * 7),
                    "b": cat([None] * 40 + [*"pqrstpqrstpqrspqrstp"]),
                    "c": num(normal(60)),
                },
                ("a", "b"),
                ("'a' has no value in 39 rows, nearly the same as 'b' (97.5 %).",),
            ),
        ),
        (
            {"a": num([None] * 5 + [1.0] * 15), "b": num([None] * 4 + [1.0, None] + [2.0] * 14)},
            {"a": num([None] * 4 + [1.0, 2] * 8), "b": num([None] * 4 + [2.0, 1] * 8)},
        ),
    ),
    "implausible_dates": Case(
        (
            Raises(
                {"born": when([*days("1950-01-01", 18), "1899-12-31", "2026-11-25"]), "x": num(normal(20))},
                ("born",),
                ("Of 20 dates of 'born', 1 lies before 1900 (the earliest is 1899-12-31) and 1 lies after 2026-11-24",),
                missing("born", "1899-12-31", "2026-11-25"),
            ),
        ),
        (
            {"born": when(["1900-01-01", "2026-11-24", "2026-11-24T23:59:59", None])},
            {"due_date": when(["2030-01-01", "2031-01-01"])},
        ),
    ),
    "time_gaps": Case(
        (
            Raises(
                gappy(40, 41, 42, 43),
                ("day",),
                ("'day' goes on by 1 day with 1 gap of 3 steps or more. The widest is from 2024-02-09 to 2024-02-14",),
                Step("split_in_time", ("day",)),
            ),
            Raises(
                {"end": when(month_ends(90, slice(20, 35))), "x": num(normal(75))},
                ("end",),
                ("'end' goes on by 1 month with 1 gap", "The widest is from 2011-08-31 to 2012-12-31"),
            ),
            Raises(
                {"close": when(weekdays(month_ends(90, slice(20, 35)))), "x": num(normal(75))},
                ("close",),
                ("'close' goes on by 1 month with 1 gap", "The widest is from 2011-08-31 to 2012-12-31"),
            ),
            Raises(
                {"quarter": when(month_ends(120, slice(30, 60))[2::3]), "x": num(normal(30))},
                ("quarter",),
                ("'quarter' goes on by 3 months with 1 gap",),
            ),
            Raises(
                {"due": when(np.delete(months(60) + np.timedelta64(14, "D"), slice(20, 30))), "x": num(normal(50))},
                ("due",),
                ("'due' goes on by 1 month with 1 gap",),
            ),
        ),
        (
            gappy(),
            gappy(40),
            {"end": when(month_ends(60))},
            {"close": when(weekdays(month_ends(60)))},
            {"day": when(np.delete(days("2020-01-31", 90), slice(3, 4)))},
            {"day": when([day for day in days("2024-01-01", 140) if np.is_busday(day.astype("datetime64[D]"))])},
            {"day": when([*days("2024-01-01", 10), *days("2024-02-01", 9, 5), *days("2024-06-01", 5, 9)])},
            {"month": when(np.arange("2020-01", "2023-01", dtype="datetime64[M]").astype("datetime64[us]"))},
        ),
    ),
    "time_repeats": Case(
        (
            Raises(
                {"at": when([*days("2024-01-01", 99), "2024-01-05"]), "x": num(normal(100))},
                ("at",),
                ("1 of 100 moments of 'at' repeat an earlier one",),
                Step("split_in_time", ("at",)),
            ),
        ),
        ({"at": when(days("2024-01-01", 100))}, {"at": when([*days("2024-01-01", 50)] * 2), "x": num(normal(100))}),
    ),
}
