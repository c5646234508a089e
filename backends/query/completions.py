"""What an editor can offer while a query is typed, and queries to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backends.query.names import CURRENT, column_names, quoted

if TYPE_CHECKING:
    from backends.datasets import Dataset

_PHRASES = (  # words that hardly stand without each other
    "GROUP BY", "ORDER BY", "PARTITION BY", "INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN",
    "UNION ALL", "IS NULL", "IS NOT NULL", "NOT IN", "NULLS FIRST", "NULLS LAST", "WITH RECURSIVE", "CURRENT ROW",
)  # fmt: skip
_KEYWORDS = """
    SELECT DISTINCT FROM WHERE BY HAVING LIMIT OFFSET WITH AS JOIN OUTER ON USING UNION ALL EXCEPT INTERSECT AND OR NOT
    IN IS NULL LIKE ILIKE BETWEEN EXISTS CASE WHEN THEN ELSE END ASC DESC FIRST LAST OVER ROWS RANGE PRECEDING FOLLOWING
    UNBOUNDED ROW QUALIFY WINDOW FILTER CAST TRUE FALSE VALUES SAMPLE EXCLUDE REPLACE SUMMARIZE DESCRIBE PIVOT UNPIVOT
    INTERVAL
"""
_FUNCTIONS = """
    count sum avg min max median mode stddev variance quantile_cont approx_count_distinct corr covar_samp regr_slope
    skewness kurtosis entropy string_agg list arg_min arg_max any_value first last histogram row_number rank dense_rank
    percent_rank cume_dist ntile lag lead first_value last_value nth_value abs round floor ceil sqrt ln log10 exp power
    sign greatest least coalesce nullif isnan isinf lower upper trim ltrim rtrim length substring replace concat
    concat_ws contains starts_with ends_with split_part regexp_matches regexp_extract regexp_replace left right lpad
    rpad reverse levenshtein jaccard date_trunc date_part date_diff date_add year month day hour minute dayofweek
    strftime strptime make_date age epoch unnest range generate_series bar hash random try_strptime
"""
KEYWORDS = (*_PHRASES, *_KEYWORDS.split())
FUNCTIONS = tuple(_FUNCTIONS.split())


@dataclass(frozen=True)
class Completions:
    """The words that fit into a query, as they are written in SQL.

    `columns` are by table; a table known by two names has the same tuple under both.
    """

    columns: Mapping[str, tuple[str, ...]]
    keywords: tuple[str, ...] = KEYWORDS
    functions: tuple[str, ...] = FUNCTIONS


def completions(tables: Mapping[str, Dataset]) -> Completions:
    """The names of tables and columns, in quotes where they need them, beside keywords and functions."""
    written = {
        id(table): tuple(quoted(name) for name in column_names(table.frame.columns)) for table in tables.values()
    }
    return Completions({quoted(name): written[id(table)] for name, table in tables.items()})


def examples(dataset: Dataset, table: str = CURRENT) -> dict[str, str]:
    """Three queries that fit this table, by what they answer: to look, to summarise, to count.

    They name columns of the table and run as they are.
    """
    called = dict(zip(dataset.schema.names, column_names(dataset.frame.columns), strict=True))
    groups = [column for column in dataset.schema.of_kind("category", "boolean") if column.distinct > 1]
    numbers = dataset.schema.of_kind("number", "integer")
    group = min(groups, key=lambda column: column.distinct) if groups else None
    found = {"First rows": f"SELECT *\nFROM {table}\nLIMIT 20"}
    if group is None:
        found["Every column summed up"] = f"SUMMARIZE {table}"
    else:
        found[f"Rows by {group.name}"] = _counted(table, called[group.name])
    number = max(numbers, key=lambda column: column.distinct) if numbers else None
    if group is None or number is None:
        found["Number of rows"] = f"SELECT count(*) AS n\nFROM {table}"
    else:
        found[f"{number.name}: highest of each {group.name}"] = _highest(table, called[group.name], called[number.name])
    return found


def _counted(table: str, group: str) -> str:
    share = "round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent"
    return f"SELECT {quoted(group)}, count(*) AS n, {share}\nFROM {table}\nGROUP BY 1\nORDER BY n DESC"


def _highest(table: str, group: str, number: str) -> str:
    window = f"OVER (PARTITION BY {quoted(group)} ORDER BY {quoted(number)} DESC NULLS LAST)"
    return f"SELECT *\nFROM {table}\nQUALIFY row_number() {window} <= 3\nORDER BY {quoted(group)}"
