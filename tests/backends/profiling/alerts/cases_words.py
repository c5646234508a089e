"""Rules about texts and levels."""

from __future__ import annotations

from backends.datasets.recipe import Step
from tests.backends.profiling.alerts.case import (
    NUMBER,
    Case,
    Raises,
    cat,
    drop,
    flag,
    ids,
    missing,
    treat,
    txt,
)

CASES: dict[str, Case] = {
    "placeholder_texts": Case(
        (
            Raises(
                {"job": cat(["cook", "smith"] * 95 + ["unknown"] * 7 + ["N/A"] * 3)},
                ("job",),
                ("10 of 200 values of 'job' (5.0 %)", "'unknown' (7), 'N/A' (3)"),
            ),
            Raises(
                {"job": cat(["cook", "smith"] * 95 + ["?"] * 10), "x": NUMBER},
                ("job",),
                ("'?' (10)",),
                missing("job", "?"),
            ),
        ),
        (
            {"job": cat(["cook", "smith", "none", "other"] * 50)},
            {"sign": cat(["+", "-"] * 100)},
            {"job": cat(["unknown"] * 200)},
        ),
    ),
    "spellings": Case(
        (
            Raises(
                {"city": cat(["New York"] * 90 + ["new york"] * 5 + ["New-York"] * 5 + ["Rome"] * 100), "x": NUMBER},
                ("city",),
                ("2 levels differ", "'new york' for 'New York', 'New-York' for 'New York'"),
                Step("merge_levels", ("city",), renames=(("new york", "New York"), ("New-York", "New York"))),
            ),
            Raises({"drink": cat(["Café"] * 60 + ["cafe."] * 40 + ["Tea"] * 100)}, ("drink",), ("'cafe.' for 'Café'",)),
        ),
        (
            {"grade": cat(["A", "A-", "A+", "B", "B-"] * 40)},
            {"pay": cat(["<=50K", ">50K"] * 100)},
            {"size": cat(["1.5", "1-5", "15"] * 60)},
            {
                "note": txt([f"word{i} Is" for i in range(50)] + [f"word{i} is" for i in range(50)])
            },  # all differ: free text
        ),
    ),
    "near_spellings": Case(
        (
            Raises(
                {"city": cat(["Chicago"] * 100 + ["Chciago"] * 2 + ["Springfield"] * 97 + ["Sprngfield"]), "x": NUMBER},
                ("city",),
                ("2 levels look like", "'Chciago' for 'Chicago', 'Sprngfield' for 'Springfield'"),
                Step("merge_levels", ("city",), renames=(("Chciago", "Chicago"), ("Sprngfield", "Springfield"))),
            ),
            Raises(
                {"pay": cat(["by electronic check"] * 199 + ["by eletronnic check"])}, ("pay",), ("1 level looks like",)
            ),
        ),
        (
            {"item": cat(["item 1"] * 196 + ["item 2", "item 3", "item 4", "item 12"])},
            {"rank": cat(["Officer II"] * 190 + ["Officer III"] * 5 + ["Officer IV"] * 5)},
            {"land": cat(["Nigeria"] * 190 + ["Niger"] * 5 + ["Nigerian"] * 5)},
            {"sea": cat(["INLAND"] * 195 + ["ISLAND"] * 5)},
            {"place": cat(["Chicago", "Chciago"] * 100)},  # as frequent as each other
            {"state": cat(["employed"] * 195 + ["unemployed"] * 5)},
        ),
    ),
    "many_levels": Case(
        (
            Raises(
                {"part": cat(["a"] * 74 + ["b"] * 75 + [f"p{i}" for i in range(51)]), "x": NUMBER},
                ("part",),
                ("'part' has 53 levels in 200 values; 51 of them have fewer than 10 rows",),
                Step("keep_levels", ("part",), values=("b", "a")),
            ),
        ),
        ({"part": cat([f"p{i % 50}" for i in range(200)])}, {"part": txt([f"p{i}" for i in range(200)])}),
    ),
    "unique": Case(
        (
            Raises(
                {"code": ids([f"k{i}" for i in range(200)]), "x": NUMBER},
                ("code",),
                ("'code' has 200 different values in 200 rows",),
                drop("code"),
            ),
            Raises(
                {"title": txt([f"the {i}th" for i in range(200)]), "x": NUMBER},
                ("title",),
                ("200 different values",),
                treat("title", "identifier"),
            ),
        ),
        (
            {"title": txt([f"the {i}th" for i in range(199)] + ["the 0th"]), "x": NUMBER},
            {"essay": txt([f"{i} " + "word " * 20 for i in range(200)])},
            {"x": NUMBER},
        ),
    ),
    "rare_levels": Case(
        (
            Raises(
                {"kind": cat(["a"] * 100 + ["b"] * 80 + ["c"] * 15 + ["d"] * 3 + ["e"] * 2), "x": NUMBER},
                ("kind",),
                ("2 of 5 levels of 'kind' have fewer than 10 rows: 'e' (2), 'd' (3)",),
                Step("keep_levels", ("kind",), values=("a", "b", "c")),
            ),
        ),
        (
            {"kind": cat(["a", "b", "c", "d"] * 50)},
            {"kind": cat(["a"] * 50 + ["b"] * 40 + ["c"] * 9)},
            {"kind": cat(["a"] * 100 + ["b"] * 95 + ["other"] * 5)},
        ),
    ),
    "imbalanced": Case(
        (
            Raises(
                {"flag": flag([True] * 180 + [False] * 20)},
                ("flag",),
                ("'flag' is 'ja' in 180 of 200 values (90.0 %)",),
            ),
        ),
        ({"flag": flag([True] * 179 + [False] * 21)}, {"flag": flag([True] * 199 + [False])}),
    ),
    "same_length": Case(
        (
            Raises(
                {"lot": cat([f"LX{i % 30:03}Q" for i in range(200)]), "x": NUMBER},
                ("lot",),
                ("All 30 different values of 'lot' have 6 characters, as 'LX000Q' has",),
                treat("lot", "identifier"),
            ),
        ),
        (
            {"lot": cat([f"LX{i % 30}Q" for i in range(200)])},
            {"word": cat([f"{chr(97 + i % 26)}ord" for i in range(200)])},
            {"lot": cat([f"LX{i % 9:03}Q" for i in range(200)])},
        ),
    ),
}
