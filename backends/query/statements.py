"""Which SQL is run: exactly one SELECT, as the engine's own parser sees it."""

from __future__ import annotations

from typing import Any

from backends.errors import WorkbenchError
from backends.query.wording import friendly

LONGEST = 100_000  # characters
_EXAMPLE = "Write one query, such as SELECT * FROM data LIMIT 20."
_NAMED = {"LOAD": "INSTALL or LOAD", "MULTI": "PIVOT without IN (…)", "VARIABLE_SET": "SET", "CREATE_FUNC": "CREATE"}
_WAYS = {"MULTI": "Name the values: PIVOT data ON column IN ('a', 'b')."}


def one_select(sql: str) -> str:
    """The text of the one statement in `sql`, when it is one that only reads.

    SELECT, WITH, VALUES, FROM, TABLE, DESCRIBE, SUMMARIZE and SHOW are of that kind. Raises WorkbenchError
    for any other statement, for none or several, and for text that the engine cannot parse.
    """
    import duckdb

    if len(sql) > LONGEST:
        raise WorkbenchError(f"The query has {len(sql):,} characters.", hint=f"Keep it below {LONGEST:,}.")
    if "\0" in sql:
        raise WorkbenchError("The query holds a zero character.", hint="Type it again instead of pasting it.")
    try:
        statements = duckdb.extract_statements(sql.encode("utf-8", "replace").decode("utf-8"))
    except (duckdb.Error, RecursionError, MemoryError) as error:
        raise friendly(error, ()) from None
    if not statements:
        raise WorkbenchError("There is no query yet.", hint=_EXAMPLE)
    for statement in statements:
        kind = _kind(statement)
        if kind != "SELECT":
            hint = _WAYS.get(kind, _EXAMPLE)
            raise WorkbenchError(f"{_called(kind, statement.query)} is not allowed here; only SELECT is.", hint=hint)
    if len(statements) > 1:
        raise WorkbenchError(f"There are {len(statements)} statements.", hint="Run one at a time.")
    return _without_end(str(statements[0].query))


def _kind(statement: Any) -> str:
    try:
        return str(statement.type.name)
    except ValueError:  # a kind that the engine's Python side has no name for
        return "OTHER"


def _without_end(query: str) -> str:
    """The statement without the semicolons and comments behind it."""
    import duckdb

    raw = query.encode()
    end = len(raw)
    for start, token in reversed(duckdb.tokenize(query)):  # the places are those of bytes
        if token != duckdb.token_type.comment and raw[start : start + 1] != b";":
            break
        end = start
    return raw[:end].decode().rstrip()


def _called(kind: str, query: str) -> str:
    first = query.split(maxsplit=1)[0].upper() if query.split() else ""
    return first if first.isalpha() and kind != "MULTI" else _NAMED.get(kind, kind)
