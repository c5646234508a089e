"""Read any table; see `schema` for what comes out."""
from backends.datasets.schema import KINDS, Column, Dataset, Dialect, Kind, Note, Schema, ValueFormat
__all__ = ["KINDS", "Column", "Dataset", "Dialect", "Kind", "Note", "Schema", "ValueFormat"]
