"""Rules about texts that are numbers or dates."""

from __future__ import annotations

import numpy as np

from tests.backends.profiling.alerts.case import (
    NUMBER,
    Case,
    Raises,
    cat,
    ids,
    treat,
    txt,
)
from tests.backends.profiling.alerts.tables import days

DAYS = days("2020-01-01", 200)


def british(day: np.datetime64) -> str:
    """A date with its day first.

    >>> british(np.datetime64("2020-01-31"))
    '31/01/2020'
    """
    year, month, date = str(day)[:10].split("-")
    return f"{date}/{month}/{year}"


CASES: dict[str, Case] = {
    "numbers_as_text": Case(
        (
            Raises(
                {"size": cat([str(i % 40) for i in range(180)] + ["big", "small"] * 10)},
                ("size",),
                ("180 of 200 values of 'size' (90.0 %) are numbers such as", "the others are 'big', 'small'"),
            ),
            Raises(
                {"size": cat([f"${i % 40}.50" for i in range(180)] + ["?!"] * 20), "x": NUMBER},
                ("size",),
                ("are numbers such as '$",),
                treat("size", "number"),
            ),
            Raises(
                {"size": ids([str(100 + i) if i % 10 else f"nk{i}" for i in range(200)]), "x": NUMBER},
                ("size",),
                ("180 of 200 values of 'size' (90.0 %) are numbers such as '101'; the others are 'nk0'",),
                treat("size", "number"),
            ),
        ),
        (
            {"zip": cat([f"0{i % 40}" for i in range(180)] + ["big", "small"] * 10)},
            {"age": cat([f"{i % 8}0-{i % 8}9" for i in range(200)])},
            {"size": cat(["10", "big"] * 100)},
            {"order_no": ids([str(100 + i) if i % 10 else f"C{i}" for i in range(200)])},
            {"batch": ids([f"{i * 7919 % 65536:04x}" for i in range(200)])},
        ),
    ),
    "dates_as_text": Case(
        (
            Raises(
                {"day": txt([f"2020-01-{1 + i % 28:02}" for i in range(180)] + ["soon"] * 20), "x": NUMBER},
                ("day",),
                ("180 of 200 values of 'day' (90.0 %) are dates such as", "the others are 'soon'"),
                treat("day", "datetime"),
            ),
            Raises(
                {"day": ids([str(day)[:10] if i % 8 else f"tbd{i}" for i, day in enumerate(DAYS)]), "x": NUMBER},
                ("day",),
                ("175 of 200 values of 'day' (87.5 %) are dates such as '2020-01-02'; the others are 'tbd0'",),
            ),
            Raises(
                {
                    "day": ids([str(day)[:10] if i % 8 else chr(97 + i // 8) * 3 for i, day in enumerate(DAYS)]),
                    "x": NUMBER,
                },
                ("day",),
                ("175 of 200 values of 'day' (87.5 %) are dates such as '2020-01-02'; the others are 'aaa'",),
                treat("day", "datetime"),
            ),
        ),
        (
            {"day": txt(["2020-01-01", "2020-01-02", "2020-01-03", "soon", "later"] * 40)},
            {"when": txt(["May", "June", "July 4"] * 40)},
        ),
    ),
    "mixed_types": Case(
        (
            Raises(
                {"ticket": txt([str(1000 + i) for i in range(140)] + [f"PC {i}" for i in range(60)])},
                ("ticket",),
                ("'ticket' mixes 140 numbers such as '1000' with 60 other texts such as 'PC 0'",),
            ),
            Raises(
                {"day": txt(["2020-01-01", "2020-01-02", "2020-01-03", "soon", "later"] * 40)},
                ("day",),
                ("mixes 120 dates",),
            ),
        ),
        ({"size": cat(["10", "big"] * 100)}, {"ticket": txt([f"PC {i}" for i in range(200)])}),
    ),
    "two_formats": Case(
        (
            Raises(
                {"day": txt([str(day)[:10] if i % 2 else british(day) for i, day in enumerate(DAYS)]), "x": NUMBER},
                ("day",),
                ("'day' holds dates written in two ways: 100 as '2020-01-02', 100 as '13/01/2020'",),
            ),
            Raises(
                {"day": ids([str(day)[:10] if i > 60 else british(day) for i, day in enumerate(DAYS)]), "x": NUMBER},
                ("day",),
                ("139 as '2020-03-02', 61 as '13/01/2020'",),
            ),
            Raises(
                {
                    "day": cat(
                        [f"{i % 28 + 1:02}/05/2020" for i in range(100)]
                        + [f"05/{i % 28 + 1:02}/2020" for i in range(100)]
                    )
                },
                ("day",),
                ("dates written in two ways", "as '13/05/2020'", "as '05/13/2020'"),
            ),
            Raises(
                {"pay": txt([f"{i}.25" if i % 2 else f"{i},5" for i in range(200)]), "x": NUMBER},
                ("pay",),
                ("'pay' holds numbers written in two ways: 100 as '0,5', 100 as '1.25'",),
            ),
            Raises(
                {"rate": cat([f"{i % 50}%" if i % 4 else f"0.{i % 50:02}" for i in range(200)]), "x": NUMBER},
                ("rate",),
                ("'rate' holds numbers written in two ways: 150 as '1%', 50 as '0.",),
            ),
        ),
        (
            {"day": txt([str(day)[:10] for day in DAYS])},
            {"day": txt([str(day)[:10] if i % 20 else british(day) for i, day in enumerate(DAYS)])},
            {"part": ids([f"{i:02}-34-{1000 + i}" if i % 2 else f"{1000 + i}-99-34" for i in range(100)])},
            {"pay": txt([f"{i}.25" if i % 2 else f"{i}" for i in range(200)])},
            {"pay": txt([f"{i},250" if i % 2 else f"{i}.5" for i in range(200)])},
            {"version": txt([f"1.{i}.0" for i in range(200)])},
        ),
    ),
}
