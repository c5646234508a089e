"""What differs between two parts of a table, or two tables: `shift(by_date(values, "day", "2024-01-01"), budget)`."""

from backends.profiling.shift.compare import IN_FILE_ORDER, Shift, drift, shift, shift_of
from backends.profiling.shift.parts import Part, Parts, by_date, by_group, first_and_last, holdout, two_tables

__all__ = [
    "IN_FILE_ORDER", "Part", "Parts", "Shift", "by_date", "by_group", "drift", "first_and_last", "holdout", "shift",
    "shift_of", "two_tables",
]  # fmt: skip
