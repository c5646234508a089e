"""Every column of two parts set side by side: which ones shifted, how far, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.profiling.bins import equal_widths, levels_cut, numbers_cut
from backends.profiling.blocks import Ranked
from backends.profiling.budget import Budget, Sample
from backends.profiling.discovery import benjamini_hochberg
from backends.profiling.shift.levels import level_codes, level_shift
from backends.profiling.shift.numbers import number_shift
from backends.profiling.shift.parts import Part, Parts, first_and_last
from backends.profiling.values import Values

RATE = 200_000  # cells per second and part that the time of a budget is reckoned with
LEVEL = 0.05  # false discovery rate
MATTERS = 0.1  # PSI; less is usually called stable
HALVES = ("first 50\xa0% of the rows", "last 50\xa0%")
IN_FILE_ORDER = "the file is in the order of this column"  # the note of such a column
IN_ORDER = 0.99  # rank correlation with the place in the file
RESTARTING = 0.8  # the same where neighbouring rows are in order but for a few: the file starts over somewhere
NEIGHBOURS = 0.95  # share of the neighbouring rows with different values that are in order
FAMILY = {"number": "number", "integer": "number", "datetime": "date", "category": "level", "boolean": "level"}
MEASURED: dict[str, tuple[Callable[..., dict[str, np.ndarray]], str, str]] = {
    "number": (number_shift, "Wasserstein", "Kolmogorov–Smirnov"),
    "date": (number_shift, "Wasserstein", "Kolmogorov–Smirnov"),
    "level": (level_shift, "Jensen–Shannon", "chi-square"),
}
COLUMNS = (
    "column", "kind", "psi", "size", "distance", "test", "statistic", "p", "q", "missing_before", "missing_after",
    "levels_only_before", "levels_only_after", "shifted", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Shift:
    """Two parts compared column by column, the largest shift first.

    `table` has a row per column that both have in kinds that compare, but for the one that made the parts: column,
    kind, psi (see below), size (the name of the measure in `distance`), distance, test, statistic, p, q
    (Benjamini–Hochberg over all tested columns), missing_before and missing_after (shares), levels_only_before and
    levels_only_after (levels seen in one part only), shifted (q ≤ 0.05 and a PSI of at least 0.1), and note: why a
    figure is missing.

    - PSI: ten bins of equally many rows of the first part, or the levels (the 50 largest, and one for the others);
      missing values are a bin of their own, and half a row is added to each.
    - Numbers and dates: Wasserstein distance in standard deviations of the first part (of both, where the first
      is constant); Kolmogorov–Smirnov test, with one for the missing values.
    - Categories and booleans: Jensen–Shannon distance, 0 to 1; chi-square test (Fisher's where two levels are small).

    `only_before` and `only_after` are columns of one table; `kinds_differ` are name, kind before and kind after.
    """

    labels: tuple[str, str]
    rows: tuple[int, int]
    table: pd.DataFrame
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    kinds_differ: tuple[tuple[str, str, str], ...]
    sample: Sample
    left_out: int = 0
    reason: str = ""

    @property
    def shifted(self) -> tuple[str, ...]:
        """The columns that shifted, the largest shift first."""
        return tuple(self.table.loc[self.table["shifted"], "column"])


def shift(parts: Parts, budget: Budget) -> Shift:
    """Compare two parts (see `parts`), on a sample of each when they are too large for the budget."""
    before, after, sample = _sampled(parts, budget)
    first, second = ({column.name: column.kind for column in part.values.dataset.schema} for part in (before, after))
    shared = {name: kind for name, kind in first.items() if _family(kind) == _family(second.get(name, ""))}
    compared = {name: kind for name, kind in shared.items() if name != parts.by}
    return Shift(
        labels=(before.label, after.label),
        rows=(parts.before.rows, parts.after.rows),
        table=_table(before, after, compared),
        only_before=tuple(name for name in first if name not in second),
        only_after=tuple(name for name in second if name not in first),
        kinds_differ=tuple((n, k, second[n]) for n, k in first.items() if n in second and n not in shared),
        sample=sample,
        left_out=parts.left_out,
        reason=parts.reason,
    )


def drift(values: Values, budget: Budget) -> Shift:
    """The first half of the file against its last; an empty table when there are fewer than two rows.

    A column that the file is sorted or grouped by differs by that alone: it counts as not shifted, and its note
    says so.
    """
    if values.rows < 2:
        why = "fewer than two rows"
        return Shift(HALVES, (values.rows, 0), _empty(), (), (), (), Sample(values.rows, values.rows), 0, why)
    found = shift(first_and_last(values), budget)
    table = found.table
    ordered = table["column"].isin([name for name in found.shifted if _in_file_order(values, name)])
    note = table["note"].mask(ordered, IN_FILE_ORDER)
    return replace(found, table=table.assign(shifted=table["shifted"] & ~ordered, note=note))


def shift_of(parts: Parts, column: str, budget: Budget) -> pd.DataFrame:
    """One column in both parts: label, low, high (NaN for levels), rows_before, rows_after, and shares before, after.

    Numbers and dates are cut into bins of equal width, anything else into the 20 largest levels and all others;
    missing values come last. Raises WorkbenchError for a column that is not in both parts.
    """
    if not all(column in part.values.dataset.frame for part in (parts.before, parts.after)):
        raise WorkbenchError(f"There is no column {column!r} in both parts.", hint="Choose one that both have.")
    before, after, _ = _sampled(parts, budget)
    family = _family(before.values.column(column).kind)
    first = before.rows
    if family in ("number", "date"):
        pieces = [_taken(part.values.numbers(column), part) for part in (before, after)]
        numbers = np.concatenate(pieces)
        dates = family == "date"
        cut = numbers_cut(numbers, equal_widths(numbers, dates=dates), dates)
    else:
        codes = level_codes(before, after, column)
        cut = levels_cut(np.concatenate([codes.before, codes.after]), codes.labels)
    counts = [np.bincount(side, minlength=len(cut.groups)) for side in (cut.codes[:first], cut.codes[first:])]
    shares = [count / max(count.sum(), 1) for count in counts]
    figures = {"rows_before": counts[0], "rows_after": counts[1], "before": shares[0], "after": shares[1]}
    return cut.groups.assign(**figures)


def _sampled(parts: Parts, budget: Budget) -> tuple[Part, Part, Sample]:
    before, first = parts.before.sampled(budget, RATE)
    after, second = parts.after.sampled(budget, RATE)
    rows, of = first.rows + second.rows, first.of + second.of
    if first.whole and second.whole:
        return before, after, Sample(rows, of)
    positions = [np.arange(part.rows) if part.positions is None else part.positions for part in (before, after)]
    return before, after, Sample(rows, of, np.sort(np.concatenate(positions)))


def _family(kind: str) -> str:
    return FAMILY.get(kind, kind)


def _table(before: Part, after: Part, shared: Mapping[str, str]) -> pd.DataFrame:
    """The rows of `Shift.table`, by PSI; columns in no order of size stay in that of the table."""
    place = {name: at for at, name in enumerate(shared)}
    parts = []
    for family in dict.fromkeys(map(_family, shared.values())):
        names = [name for name, kind in shared.items() if _family(kind) == family]
        parts.append(_figures(before, after, names, family).assign(column=pd.Series(names, dtype="str")))
    if not parts:
        return _empty()
    table = pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))
    table["kind"] = table["column"].map(dict(shared)).astype("str")
    table["q"] = benjamini_hochberg(table["p"])
    table["shifted"] = (table["q"] <= LEVEL) & (table["psi"] >= MATTERS)
    table = table.iloc[np.argsort(table["column"].map(place).to_numpy(dtype=float), kind="stable")]
    return table.sort_values("psi", ascending=False, kind="stable", ignore_index=True)


def _empty() -> pd.DataFrame:
    kinds = {"column": "str", "kind": "str", "size": "str", "test": "str", "note": "str", "shifted": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "float64")) for name in COLUMNS})


def _figures(before: Part, after: Part, names: list[str], family: str) -> pd.DataFrame:
    if family not in MEASURED:
        gaps = [[float(_taken(part.values.missing(name), part).mean()) for name in names] for part in (before, after)]
        note = "text is not compared" if family == "text" else "identifies the rows"
        return pd.DataFrame({"missing_before": gaps[0], "missing_after": gaps[1], "size": "", "test": "", "note": note})
    measured, size, test = MEASURED[family]
    figures = pd.DataFrame(measured(before, after, names))
    same = figures.pop("distinct") < 2
    figures.loc[same, "p"] = np.nan
    exact = figures["statistic"].isna() & figures["p"].notna() & (family == "level")
    figures["size"], figures["test"] = size, np.where(exact, "Fisher's exact", test)
    figures["note"] = np.select([same, figures["p"].isna()], ["one value or none", "too few rows to test"], "")
    return figures


def _taken(column: np.ndarray, part: Part) -> np.ndarray:
    return column if part.positions is None else column[part.positions]


def _in_file_order(values: Values, name: str) -> bool:
    """Whether the rows are sorted by this column, grouped by its levels, or nearly sorted.

    Nearly sorted: the ranks follow the place in the file closely; or roughly, and nearly all neighbours are in order.
    """
    if _family(values.column(name).kind) == "level":
        codes = values.coded(name).codes
        codes = codes[codes >= 0]
        return bool((codes[1:] >= codes[:-1]).all())  # codes count levels in the order of their first row
    numbers = values.numbers(name)
    numbers = numbers[~np.isnan(numbers)]
    rises, falls = int((numbers[1:] > numbers[:-1]).sum()), int((numbers[1:] < numbers[:-1]).sum())
    if not rises or not falls:
        return True
    some = numbers[:: max(1, len(numbers) // 10_000)]
    ranked = Ranked.of(some[None])
    ranks = ranked.unordered(ranked.ranks)[0]
    orderly = max(rises, falls) >= NEIGHBOURS * (rises + falls)
    return bool(abs(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1]) >= (RESTARTING if orderly else IN_ORDER))
