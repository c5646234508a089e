"""Missing values: where they are, which columns lack them together, and whether the target differs where they lack.

`missing_pattern` counts exactly, on all rows; `missing_against_target` compares the target between the rows where
a column's value is missing and the rows where it is there.
"""

from backends.profiling.missing.against import missing_against_target
from backends.profiling.missing.pattern import MissingPattern, missing_pattern

__all__ = ["MissingPattern", "missing_against_target", "missing_pattern"]
