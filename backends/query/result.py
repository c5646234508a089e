"""What a query answered, in memory and in a file, and as a table to go on with."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backends.errors import WorkbenchError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from backends.query.engine import Answer

RESULT = "result.parquet"
_FACTS = b"query"


@dataclass(frozen=True)
class QueryResult:
    """The answer to one statement.

    The columns of `frame` are int64 (Int64 with missing values), float64, bool (boolean), datetime64 or str, and
    their names unique; `types` are what the engine calls them. `truncated` means that there are more rows than these.
    """

    frame: pd.DataFrame
    types: tuple[str, ...]
    truncated: bool
    seconds: float
    sql: str

    @property
    def rows(self) -> int:
        """The rows that are here."""
        return len(self.frame)

    @property
    def words(self) -> str:
        """How much there is, in words."""
        from backends.datasets.wording import number_of

        size = f"{number_of(self.rows, 'row')} × {number_of(len(self.types), 'column')}"
        size = f"The first {size}; there are more" if self.truncated else size
        return f"{size} · {self.seconds:.2f} s"


def to_result(found: Answer, sql: str) -> QueryResult:
    """An answer of the engine as a frame."""
    return QueryResult(_frame(found.table), found.types, found.truncated, found.seconds, sql)


def save_answer(found: Answer, sql: str, path: Path) -> None:
    """Write an answer as Parquet that says what was asked."""
    import pyarrow.parquet as pq

    facts = {"types": found.types, "truncated": found.truncated, "seconds": found.seconds, "sql": sql}
    pq.write_table(found.table.replace_schema_metadata({_FACTS: json.dumps(facts).encode()}), path)


def read_answer(path: Path) -> QueryResult:
    """Read back what `save_answer` wrote."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    facts = json.loads((table.schema.metadata or {})[_FACTS])
    return QueryResult(_frame(table), tuple(facts["types"]), facts["truncated"], facts["seconds"], facts["sql"])


def as_dataset(result: QueryResult, name: str) -> tuple[bytes, str]:
    """The result as the bytes of a Parquet file and a file name, for `datasets.read_table` to read.

    Raises WorkbenchError when there is no row.
    """
    if not result.rows:
        raise WorkbenchError("The result has no row.", hint="Change the query so that it finds some.")
    data = io.BytesIO()
    result.frame.to_parquet(data, index=False)
    stem = re.sub(r"[^\w -]+", "_", name.removesuffix(".parquet")).strip(" _") or "query"
    return data.getvalue(), f"{stem}.parquet"


def _frame(table: pa.Table) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    with_gaps = {
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(na_value=float("nan")),
    }
    frame = table.to_pandas(types_mapper=with_gaps.get, ignore_metadata=True)
    whole = {
        name: "int64" if pa.types.is_integer(kind) else "bool"
        for name, kind, column in zip(table.column_names, table.schema.types, table.columns, strict=True)
        if (pa.types.is_integer(kind) or pa.types.is_boolean(kind)) and not column.null_count
    }
    return frame.astype(whole)
