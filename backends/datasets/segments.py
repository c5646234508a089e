"""Arrow's CSV parser over a few megabytes at a time, so that a column of numbers is never all text at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pyarrow as pa

from backends.datasets.broken import Broken
from backends.datasets.numbers import all_decimal, doubtful_decimals, parse_plain, plain_type
from backends.datasets.odd import OddRecords, has_empty
from backends.datasets.ragged import Ragged
from backends.datasets.rows import Form

THREADS = 2


@dataclass(frozen=True)
class Piece:
    """The columns of one segment, how many records and line breaks it has and where records were of another width."""

    columns: list[pa.ChunkedArray]
    records: int
    ragged: Ragged
    breaks: int = 0


@dataclass(frozen=True)
class Segments:
    """A text cut behind whole records at the byte offsets `cuts` (the first is where the data starts)."""

    utf8: bytes
    cuts: Sequence[int]
    form: Form
    width: int
    quoted_breaks: bool
    broken: Mapping[int, Broken] = field(default_factory=dict)  # records that are read already, by their first byte

    def read(self, numbers: bool) -> tuple[Piece, frozenset[int]]:
        """The whole text, and the positions of columns that were converted to numbers (none unless `numbers`).

        What is ragged is told by positions of records, counted from 0.
        """
        first = self._parse(0, range(self.width))
        types = [plain_type(column) if numbers else None for column in first.columns]
        decimal = [
            kind == pa.float64() and all_decimal(column) for kind, column in zip(types, first.columns, strict=True)
        ]
        plain = {at: kind for at, kind in enumerate(types) if kind is not None}
        _convert(first.columns, plain)
        plain = {at: kind for at, kind in plain.items() if not _is_text(first.columns[at])}
        decimals = frozenset(at for at in plain if decimal[at] and not self.form.spaced)
        with ThreadPoolExecutor(THREADS) as pool:
            pieces = [first, *pool.map(lambda at: self._converted(at, plain, decimals), range(1, self.count))]
            numeric = {at for at in plain if all(not _is_text(piece.columns[at]) for piece in pieces)}
            again = [at for at in plain if at not in numeric]
            texts = list(pool.map(lambda at: self._parse(at, again).columns, range(self.count))) if again else []
        columns = []
        for at in range(self.width):
            parts = [text[again.index(at)] for text in texts] if at in again else [p.columns[at] for p in pieces]
            columns.append(_joined(parts))
            for piece in pieces:
                piece.columns[at] = None
        ragged, records = _told(pieces)
        return Piece(columns, records, ragged, sum(piece.breaks for piece in pieces)), frozenset(numeric)

    @property
    def count(self) -> int:
        """The number of segments."""
        return max(1, len(self.cuts) - 1)

    def _converted(self, at: int, plain: Mapping[int, pa.DataType], decimals: frozenset[int]) -> Piece:
        piece = self._parse_decimals(at, decimals) or self._parse(at, range(self.width))
        _convert(piece.columns, plain)
        return piece

    def _parse_decimals(self, at: int, decimals: frozenset[int]) -> Piece | None:
        """Segment `at` with its `decimals` read as numbers at once; None where they have to be seen as text first."""
        start, stop = self.cuts[at], self.cuts[at + 1] if at + 1 < len(self.cuts) else len(self.utf8)
        if not decimals or start >= stop or start in self.broken:
            return None
        odd = OddRecords(self.form, self.width)
        try:
            table = self._table(pa.py_buffer(self.utf8).slice(start, stop - start), range(self.width), odd, decimals)
        except pa.ArrowInvalid:
            return None
        if odd.records or has_empty(table.column(0)) or any(doubtful_decimals(table.column(at)) for at in decimals):
            return None
        return Piece(list(table.columns), table.num_rows, odd.ragged, self.utf8.count(b"\n", start, stop))

    def _parse(self, at: int, wanted: Sequence[int]) -> Piece:
        """Columns `wanted` of segment `at`, as text."""
        start, stop = self.cuts[at], self.cuts[at + 1] if at + 1 < len(self.cuts) else len(self.utf8)
        if start >= stop:
            return Piece([pa.chunked_array([], type=pa.string()) for _ in wanted], 0, Ragged())
        if start in self.broken:
            odd = OddRecords(self.form, self.width, [self.broken[start].record])
            nothing = [pa.chunked_array([], type=pa.string()) for _ in wanted]
            return Piece(odd.mended(nothing, wanted), 1, odd.ragged, self.utf8.count(b"\n", start, stop))
        odd = OddRecords(self.form, self.width)
        table = self._table(pa.py_buffer(self.utf8).slice(start, stop - start), wanted, odd)
        if table.num_columns:
            odd.find_empty_lines(self.utf8, start, stop, self.quoted_breaks, table.column(0))
        columns = [_left_trimmed(column) if self.form.spaced else column for column in table.columns]
        breaks = self.utf8.count(b"\n", start, stop)  # here, where the other threads work meanwhile
        return Piece(odd.mended(columns, wanted), table.num_rows + len(odd.records), odd.ragged, breaks)

    def _table(
        self, data: pa.Buffer, wanted: Sequence[int], odd: OddRecords, decimals: frozenset[int] = frozenset()
    ) -> pa.Table:
        from pyarrow import csv

        names = [str(position) for position in range(self.width)]
        return csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(column_names=names, block_size=data.size + 1, use_threads=False),
            parse_options=csv.ParseOptions(
                delimiter=self.form.delimiter,
                quote_char=self.form.quotechar or False,
                newlines_in_values=self.quoted_breaks,
                ignore_empty_lines=False,  # so that every record has its number
                invalid_row_handler=odd,
            ),
            convert_options=csv.ConvertOptions(
                column_types={n: pa.float64() if at in decimals else pa.string() for at, n in enumerate(names)},
                null_values=[""],  # of numbers; an empty text stays one
                include_columns=[names[position] for position in wanted],
                check_utf8=False,
            ),
        )


def _told(pieces: Sequence[Piece]) -> tuple[Ragged, int]:
    """What was ragged in all pieces, and how many records they have."""
    ragged, records = Ragged(), 0
    for piece in pieces:
        ragged.extend(piece.ragged, records)
        records += piece.records
    return ragged, records


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type))


def _left_trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.utf8_ltrim(column, " ")


def _convert(columns: list[pa.ChunkedArray], plain: Mapping[int, pa.DataType]) -> None:
    """Replace the columns in `plain` by numbers of that type where every cell is one."""
    for at, kind in plain.items():
        if not _is_text(columns[at]):
            continue
        values = parse_plain(columns[at], kind)
        columns[at] = columns[at] if values is None else values


def _joined(pieces: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """One column; whole numbers become floats where another piece has decimals."""
    kinds = {piece.type for piece in pieces}
    kind = pieces[0].type if len(kinds) == 1 else pa.float64()
    return pa.chunked_array(
        [chunk for piece in pieces for chunk in (piece if piece.type == kind else piece.cast(kind)).chunks], type=kind
    )
