"""Wild SQL over a small table with awkward names."""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backends.datasets import Dataset

SEEDS = (
    "SELECT name, age FROM data WHERE age > 30 ORDER BY paid DESC LIMIT 5",
    'SELECT "a ""b", count(*) AS n FROM odd GROUP BY ALL HAVING count(*) > 0',
    "WITH older AS (SELECT * FROM data WHERE age >= 24) SELECT avg(paid), max(since) FROM older",
    "SELECT d.name, o.* FROM data d LEFT JOIN odd o ON d.age = o.x WHERE d.name LIKE 'A%'",
    "SELECT age, row_number() OVER (PARTITION BY member ORDER BY age) FROM data QUALIFY true",
    "SELECT * FROM range(10) t(i), unnest([1, 2, 3]) u(j) WHERE i % 2 = 0",
    "SELECT regexp_replace(name, '(.)', '\\1\\1', 'g'), strftime(since, '%Y-%m') FROM data",
    "SELECT CASE WHEN age IS NULL THEN 'no' ELSE cast(age AS VARCHAR) END FROM data UNION ALL SELECT 'x'",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 50) SELECT sum(n) FROM r",
    "SELECT list(age), struct_pack(a := 1), map {'k': 1}, [1, 2][1], 1::DECIMAL(38, 10) FROM data",
)
TOKENS = (
    "SELECT", "FROM", "WHERE", "JOIN", "data", "odd", "*", "(", ")", ",", ";", "'", '"', "--", "/*", "*/", "$1", "?",
    "NULL", "1e400", "-9223372036854775808", "0/0", "'\x00'", "U&'\\0041'", "x'00'", "read_text('/etc/passwd')",
    "repeat('x', 1000000)", "range(100000000)", "generate_series(1, 9999999999)", "ATTACH 'x.db'", "getenv('HOME')",
    "COPY data TO '/tmp/x'", "PIVOT", "LATERAL", "USING SAMPLE 10%", "EXCEPT", "OVER ()", "interval '1' year", "::BIT",
    "::UNION(a INT)", "{'a': 1}", "[1, [2]]", "array_value(1)", "infinity()", "uuid()", "current_setting('threads')",
    "ORDER BY 99", "LIMIT -1", "OFFSET 1e18", "GROUPING SETS (())", "\u202e", "\ud83d\ude00", "é", "pragma_version()",
    "TABLESAMPLE", "AS", "query('SELECT 1')", "columns('.*')", "#1", "@1", "1 BETWEEN", "NOT", "~", "->>", "'$.a'",
)  # fmt: skip


def make(random: Random) -> str:
    """A statement with some of its words changed for others, doubled or left out."""
    words = _words(random.choice(SEEDS))
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 6))):
        at = random.randrange(len(words))
        if random.random() < 0.6:
            words[at] = random.choice(_ALIKE.get(_kind(words[at]), (words[at],)))
        else:
            words = random.choice(_WAYS)(words, at, random)
    return "".join(words)[:200_000]


def _words(text: str) -> list[str]:
    return re.findall(r"'[^']*'|\"[^\"]*\"|\w+|\s+|[^\w\s]", text) or [" "]


def _kind(word: str) -> str:
    return "number" if word.isdigit() else "name" if word.islower() and word.isidentifier() else word


def _put(words: list[str], at: int, random: Random) -> list[str]:
    return [*words[:at], random.choice(TOKENS), " ", *words[at:]]


def _leave_out(words: list[str], at: int, random: Random) -> list[str]:
    return [*words[:at], *words[at + random.randint(1, 4) :]] or [" "]


def _take_from_another(words: list[str], at: int, random: Random) -> list[str]:
    other = _words(random.choice(SEEDS))
    return [*words[:at], *other[random.randrange(len(other)) :][: random.randint(1, 20)], *words[at:]]


def _repeat(words: list[str], at: int, random: Random) -> list[str]:
    return [*words[:at], *words[:at][-30:] * random.choice((2, 20, 1_000)), *words[at:]]


_WAYS = (_put, _put, _leave_out, _take_from_another, _repeat)
_ALIKE = {  # words of one kind, so that many a statement stays one
    "number": ("0", "-1", "1e308", "9223372036854775807", "99999999999999999999", "NULL", "0.1", "(SELECT 1)", "''"),
    "name": ("age", "name", "paid", "since", "member", "x", "data", "odd", "nothing", "count", "sum", "upper", "sqrt",
             "list", "md5", "length", "reverse", "trim", "abs", "hash", "typeof", "to_json", "ln", "chr", "range"),
    "%": ("/", "//", "*", "+", "-", "||", "**", "<<", "=", "<>", "AND", "OR", "IS NOT", "IN", "^"),
    ">": ("<", "=", "<>", "IS DISTINCT FROM", "LIKE", "~", "@>", "+"),
    "*": ("age", "name, age", "* EXCLUDE (age)", "columns('a.*')", "count(*)", "DISTINCT name", "1"),
}  # fmt: skip


def answer(statement: str) -> None:
    """Run it; at most so many rows come back."""
    from backends.query import Limits, run_query

    limits = Limits(rows=100, seconds=5.0, memory_mb=300, threads=1, result_mb=5)
    result = run_query({"data": _people(), "odd": _odd()}, statement, limits)
    assert len(result.frame) <= limits.rows, "more rows than may be"
    assert len(set(result.frame.columns)) == len(result.frame.columns), "two columns have one name"


@cache
def _people() -> Dataset:
    from backends.datasets import read_table
    from tests.hostile.samples import tables

    return read_table(tables()["t.csv"], "t.csv")


@cache
def _odd() -> Dataset:
    from backends.datasets import read_table

    return read_table(b'"a ""b",select,x\n1,=1+1,24\n2,<b>,31\n', "odd.csv")
