"""Rules about texts, levels and people."""

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
    num,
    treat,
    txt,
    whole,
)
from tests.backends.profiling.alerts.tables import normal

EMAILS = [f"person{i}@example.org" for i in range(30)]
NAMES = [
    f"{first} {last}" for first in ("Ann", "Bob", "Cy", "Di", "Ed") for last in ("Hill", "Kay", "Lee", "May", "Ray")
]
LUHN = ["4111111111111111", "5500005555555559", "340000000000009", "6011000000000004", "4012888888881881"]


CASES: dict[str, Case] = {
    "personal_pattern": Case(
        (
            Raises({"mail": txt(EMAILS)}, ("mail",), ("30 of 30 different values of 'mail' are e-mail addresses",)),
            Raises(
                {"note": txt(["call me", "nothing", "write to a.b@example.co.uk, please"]), "x": num([1, 2, 3])},
                ("note",),
                ("1 of 3 different values of 'note' contain an e-mail address",),
                drop("note"),
            ),
            Raises(
                {"tel": cat([f"+49 30 12345{i}" for i in range(10, 40)]), "x": num(normal(30))},
                ("tel",),
                ("30 of 30 different values of 'tel' are phone numbers",),
                drop("tel"),
            ),
            Raises({"card": ids(LUHN), "x": num(normal(5))}, ("card",), ("5 of 5", "are card numbers"), drop("card")),
            Raises(
                {"card": whole([int(number) for number in LUHN]), "x": num(normal(5))},
                ("card",),
                ("are card numbers",),
                drop("card"),
            ),
            Raises(
                {"ip": cat([f"192.168.0.{i}" for i in range(9)]), "x": num(normal(9))},
                ("ip",),
                ("are IP addresses",),
                drop("ip"),
            ),
            Raises(
                {"n": txt([f"{i:03}-45-6789" for i in range(100, 120)]), "x": num(normal(20))},
                ("n",),
                ("are US social-security numbers",),
                drop("n"),
            ),
        ),
        (
            {"version": txt([f"1.{i}.0" for i in range(30)])},
            {"number": ids([f"41111111111111{i:02}" for i in range(30)])},  # one in ten checks
            {"ticket": txt([f"A/5 21{i:03}" for i in range(30)])},
            {"day": txt([f"{1 + i % 28:02}/01/2020" for i in range(28)])},
            {"amount": whole([100_000_000 + 7_919 * i for i in range(50)])},
            {"note": txt(["one @ a time", "fine", "good"])},
        ),
    ),
    "personal_name": Case(
        (
            Raises(
                {"last_name": cat([f"mc{i}" for i in "abcdefghijklmnopqrstuvwxyz"]), "x": num(normal(26))},
                ("last_name",),
                ("'last_name' is named like names or addresses of people and has 26 different values",),
                drop("last_name"),
            ),
            Raises({"Name": txt(NAMES), "x": num(normal(25))}, ("Name",), ("has 25 different values",), drop("Name")),
        ),
        (
            {"name": txt([f"chevrolet {i}" for i in range(25)])},
            {"name": cat(["Ann Hill", "Bob Kay"] * 20)},
            {"filename": txt(NAMES)},
        ),
    ),
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
        ),
        (
            {"zip": cat([f"0{i % 40}" for i in range(180)] + ["big", "small"] * 10)},
            {"age": cat([f"{i % 8}0-{i % 8}9" for i in range(200)])},
            {"size": cat(["10", "big"] * 100)},
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
    "sensitive": Case(
        (
            Raises(
                {"age": num(normal(200)), "z": num(normal(200, 3))},
                ("age",),
                ("its name says so. It has",),
                drop("age"),
            ),
            Raises(
                {"a1": cat(["Male", "Female", "unknown", "male"] * 50), "x": NUMBER},
                ("a1",),
                ("its levels are of sex",),
                drop("a1"),
            ),
        ),
        (
            {
                "wage": NUMBER,
                "colour": cat(["white", "black", "red", "blue", "green", "grey", "pink"] * 20 + ["tan"] * 60),
            },
            {"housing_median_age": NUMBER},
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
                ("'flag' is 'True' in 180 of 200 values (90.0 %)",),
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
