"""SQL over the loaded tables in an embedded DuckDB that can reach nothing else.

`run_query` answers one SELECT statement in this process. The workbench runs it as a background job
(`job.ADDRESS`), in a child process whose memory the system bounds and which can be ended at any moment: a
query of a visitor is a program of a stranger. `queries.Queries` starts, watches and cancels such jobs.

The way of a query: `statements` (one SELECT, as DuckDB's own parser sees it) → `engine` (a locked connection,
a time limit, at most so many rows) → `plain` (types a data frame has) → `result` (Parquet, and a frame from it).

Only the modules behind the job are imported without pandas, so that a small query answers at once.
"""

from backends.query.completions import Completions, completions, examples
from backends.query.job import ADDRESS, TableFiles, load_result, prepare
from backends.query.limits import Limits
from backends.query.names import renamed, table_names
from backends.query.result import QueryResult, as_dataset
from backends.query.run import run_query
from backends.query.work import Draft, QueryWork

__all__ = [
    "ADDRESS",
    "Completions",
    "Draft",
    "Limits",
    "QueryResult",
    "QueryWork",
    "TableFiles",
    "as_dataset",
    "completions",
    "examples",
    "load_result",
    "prepare",
    "renamed",
    "run_query",
    "table_names",
]
