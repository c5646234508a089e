"""Which functions and tables of the engine itself a query may not use: those that tell of the engine and its machine.

The engine is closed anyway (`engine`). Here a query hears in a sentence that settings are not its business, and what
it names is taken from the engine's own parser, so that quotes, comments and schemas make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from backends.errors import WorkbenchError
from backends.query.wording import friendly, listed

if TYPE_CHECKING:
    import duckdb

_INNER = re.compile(r"duckdb_\w+|pragma_\w+|pg_settings|current_setting|which_secret", re.IGNORECASE)
_HIDING = ("query", "query_table", "json_execute_serialized_sql")  # these run what stands in a text
_PROMISE = "settings and other inner facts of the engine are closed."
_STRING = r'"((?:[^"\\]|\\.)*)"'
_FUNCTION = re.compile(rf'"function_name":{_STRING}')  # inside a string of JSON each quote has a backslash before it
_TABLE = re.compile(rf'"table_name":{_STRING}')
_SHOWN = re.compile(rf'"table_name":{_STRING},"query":null,"show_type":"SHOW"')


def check_reach(engine: duckdb.DuckDBPyConnection, statement: str, tables: Collection[str]) -> None:
    """Raise WorkbenchError when the statement asks for settings or other inner facts of the engine.

    `tables` are the loaded tables by their names in SQL; DESCRIBE, SUMMARIZE and SHOW of them are allowed.
    """
    import duckdb

    ((parsed,),) = engine.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()
    if not parsed.startswith('{"error":false'):
        said = re.search(rf'"error_message":{_STRING}', parsed)
        raise friendly(duckdb.ParserException(said[1] if said else "The query cannot be parsed."), tables)
    known = {name.casefold() for name in tables}
    functions = {name.casefold() for name in _FUNCTION.findall(parsed)}
    named = {name.casefold() for name in _TABLE.findall(parsed)} - known
    inner = sorted(name for name in functions | named if _INNER.fullmatch(name))
    inner += sorted(f"SHOW {name}" for name in _SHOWN.findall(parsed) if name.casefold() not in known)
    if inner:
        raise WorkbenchError(f"A query here cannot use {inner[0]!r}: {_PROMISE}", hint=f"It can read {listed(tables)}.")
    hidden = sorted(functions.intersection(_HIDING))
    if hidden:
        raise WorkbenchError(f"A query here cannot use {hidden[0]!r}.", hint="Write the inner query out, in brackets.")
