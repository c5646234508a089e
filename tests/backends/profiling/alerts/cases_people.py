"""Rules about people."""

from __future__ import annotations

from tests.backends.profiling.alerts.case import (
    NUMBER,
    Case,
    Raises,
    cat,
    drop,
    ids,
    num,
    txt,
    whole,
)
from tests.backends.profiling.alerts.tables import normal

EMAILS = [f"person{i}@example.org" for i in range(30)]
NAMES = [
    f"{first} {last}" for first in ("Ann", "Bob", "Cy", "Di", "Ed") for last in ("Hill", "Kay", "Lee", "May", "Ray")
]
LUHN = ["4111111111111111", "5500005555555559", "340000000000009", "6011000000000004", "4012888888881881"]
DIGITS = [91_237 * i % 10**6 for i in range(40)]  # the ends of numbers
BY_NAME = [
    ("phone", num([14_155_000_000.0 + at for at in DIGITS]), "phone numbers"),
    ("homePhone", ids([4_155_000_000 + at for at in DIGITS]), "phone numbers"),
    ("contact_no", whole([4_155_000_000 + at for at in DIGITS]), "phone numbers"),
    ("mobile", cat([f"07700{at:06}" for at in DIGITS]), "phone numbers"),
    ("tel", ids([f"1-212-555-{at % 10**4:04}" for at in DIGITS]), "phone numbers"),
    ("x1", txt([f"212 555 {at % 10**4:04}" for at in DIGITS]), "phone numbers"),
    ("ssn", ids([f"{123_000_000 + at:09}" for at in DIGITS]), "US social-security numbers"),
    ("social_security_no", whole([123_000_000 + at for at in DIGITS]), "US social-security numbers"),
]


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
            *(
                Raises(
                    {name: values, "x": num(normal(40))},
                    (name,),
                    (f"40 of 40 different values of {name!r} are {what}",),
                    drop(name),
                )
                for name, values, what in BY_NAME
            ),
        ),
        (
            {"version": txt([f"1.{i}.0" for i in range(30)])},
            {"number": ids([f"41111111111111{i:02}" for i in range(30)])},  # one in ten checks
            {"ticket": txt([f"A/5 21{i:03}" for i in range(30)])},
            {"day": txt([f"{1 + i % 28:02}/01/2020" for i in range(28)])},
            {"amount": whole([100_000_000 + 7_919 * i for i in range(50)])},
            {"note": txt(["one @ a time", "fine", "good"])},
            {"telemetry": whole([4_155_550_000 + i for i in range(40)])},
            {"phone": whole(list(range(40)))},
            {"phone": num([4_155_550_000.5 + i for i in range(40)])},
            {"phone": num([*normal(30), None, float("inf"), -float("inf"), 1e300, -1e10])},
            {"mobile_price": num([4_155_550_000.0 + i for i in range(40)])},
            {"area": txt([f"{i + 200} 045 {1000 + i}" for i in range(40)])},
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
    "sensitive": Case(
        (
            Raises(
                {"age": num(normal(200)), "z": num(normal(200, 3))},
                ("age",),
                ("'age', as its name says; it has",),
                drop("age"),
            ),
            Raises(
                {"a1": cat(["Male", "Female", "unknown", "male"] * 50), "x": NUMBER},
                ("a1",),
                ("as its levels are of sex",),
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
}
