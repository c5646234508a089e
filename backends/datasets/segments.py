"""Arrow's CSV parser over a few megabytes at a time, so that a column of numbers is never all text at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from backends.datasets.numbers import parse_plain, plain_type
from backends.datasets.rows import Form

THREADS = 2


@dataclass(frozen=True)
class Segments:
    """A text cut behind whole records at the byte offsets `cuts` (the first is where the data starts)."""

    utf8: bytes
    cuts: Sequence[int]
    form: Form
    width: int
    quoted_breaks: bool

    def read(self, numbers: bool) -> tuple[list[pa.ChunkedArray], frozenset[int]]:
        """All columns, and the positions of those that were converted to numbers (none unless `numbers`).

        Raises pyarrow.ArrowInvalid at a record of another width.
        """
        first = self._parse(0, range(self.width))
        types = [plain_type(column) if numbers else None for column in first]
        plain = {at: kind for at, kind in enumerate(types) if kind is not None}
        first = _converted(first, plain)
        plain = {at: kind for at, kind in plain.items() if not _is_text(first[at])}
        with ThreadPoolExecutor(THREADS) as pool:
            parts = [first]
            parts += pool.map(lambda at: _converted(self._parse(at, range(self.width)), plain), range(1, self.count))
            numeric = {at for at in plain if all(not _is_text(part[at]) for part in parts)}
            again = [at for at in plain if at not in numeric]
            texts = list(pool.map(lambda at: self._parse(at, again), range(self.count))) if again else []
        columns = []
        for at in range(self.width):
            pieces = [text[again.index(at)] for text in texts] if at in again else [part[at] for part in parts]
            columns.append(_joined(pieces))
            for part in parts:
                part[at] = None
        return columns, frozenset(numeric)

    @property
    def count(self) -> int:
        """The number of segments."""
        return max(1, len(self.cuts) - 1)

    def _parse(self, at: int, wanted: Sequence[int]) -> list[pa.ChunkedArray]:
        """Columns `wanted` of segment `at`, as text."""
        from pyarrow import csv

        start, stop = self.cuts[at], self.cuts[at + 1] if at + 1 < len(self.cuts) else len(self.utf8)
        names = [str(position) for position in range(self.width)]
        if start >= stop:
            return [pa.chunked_array([], type=pa.string()) for _ in wanted]
        table = csv.read_csv(
            pa.BufferReader(pa.py_buffer(self.utf8).slice(start, stop - start)),
            read_options=csv.ReadOptions(column_names=names, block_size=stop - start + 1, use_threads=False),
            parse_options=csv.ParseOptions(
                delimiter=self.form.delimiter,
                quote_char=self.form.quotechar or False,
                newlines_in_values=self.quoted_breaks,
                ignore_empty_lines=True,
            ),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                include_columns=[names[position] for position in wanted],
                check_utf8=False,
            ),
        )
        return [_left_trimmed(column) if self.form.spaced else column for column in table.columns]


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type))


def _left_trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.utf8_ltrim(column, " ")


def _converted(columns: list[pa.ChunkedArray], plain: Mapping[int, pa.DataType]) -> list[pa.ChunkedArray]:
    """The columns, those in `plain` as numbers of that type where every cell is one."""
    for at, kind in plain.items():
        values = parse_plain(columns[at], kind)
        columns[at] = columns[at] if values is None else values
    return columns


def _joined(pieces: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """One column; whole numbers become floats where another piece has decimals."""
    kinds = {piece.type for piece in pieces}
    kind = pieces[0].type if len(kinds) == 1 else pa.float64()
    return pa.chunked_array(
        [chunk for piece in pieces for chunk in (piece if piece.type == kind else piece.cast(kind)).chunks], type=kind
    )
