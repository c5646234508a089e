"""Corrections of what is guessed: which there are, which cannot be, and which turned out to change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from backends.datasets.marks import DEFAULT, cleaned
from backends.datasets.schema import KINDS, Dialect, Kind, Note, Schema
from backends.errors import WorkbenchError

_TYPES = {str: "text", int: "whole number", bool: "yes or no", tuple: "list of texts"}
_KNOWN = {field.name: type(field.default) for field in fields(Dialect)}


def checked(dialect: Mapping[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The corrections that were given, the default list of missing-value marks left out: it corrects nothing.

    Raises WorkbenchError for unknown or impossible ones.

    >>> checked({"delimiter": ";", "missing_values": ["x", " x"]}, {})
    {'delimiter': ';', 'missing_values': ('x',)}
    """
    for key, value in dialect.items():
        _check_type(key, value)
    for column, kind in kinds.items():
        if kind not in KINDS:
            raise WorkbenchError(
                f"There is no kind {kind!r} (for {column!r}).", hint=f"The kinds are {', '.join(KINDS)}."
            )
    _check_numbers(dialect)
    _check_marks(dialect)
    given = dict(dialect)
    if "missing_values" in given:
        given["missing_values"] = cleaned(map(str, given["missing_values"]))
        if set(given["missing_values"]) == set(DEFAULT):
            del given["missing_values"]
    return given


def _check_type(key: str, value: Any) -> None:
    if key not in _KNOWN:
        raise WorkbenchError(f"There is no setting {key!r} for reading.", hint=f"There are {', '.join(_KNOWN)}, kinds.")
    wanted = _KNOWN[key]
    if wanted is tuple and isinstance(value, list | tuple):
        return
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise WorkbenchError(f"{key} is {value!r}, which is no {_TYPES[wanted]}.", hint="Give another value.")
    if isinstance(value, int) and value < 0:
        raise WorkbenchError(f"{key} is {value}, which is below zero.", hint="Give zero or a larger number.")


def _check_numbers(dialect: Mapping[str, Any]) -> None:
    for key in ("quotechar", "escapechar", "decimal", "thousands"):
        if len(dialect.get(key, "")) > 1:
            raise WorkbenchError(
                f"{key} is {dialect[key]!r}; it has to be a single character.", hint="Give one character."
            )
    if "decimal" in dialect and dialect["decimal"] not in (".", ","):
        raise WorkbenchError(f"decimal is {dialect['decimal']!r}; numbers use '.' or ','.", hint="Give one of them.")
    thousands = dialect.get("thousands", "")
    if thousands and (thousands.isalnum() or thousands in "+-()%"):
        raise WorkbenchError(
            f"thousands is {thousands!r}, which is part of the numbers themselves.", hint="Give a mark such as '.'."
        )
    if thousands and thousands == dialect.get("decimal"):
        raise WorkbenchError(f"decimal and thousands cannot both be {thousands!r}.", hint="Change one of them.")


def _check_marks(dialect: Mapping[str, Any]) -> None:
    given = {key: dialect[key] for key in ("delimiter", "quotechar", "escapechar") if dialect.get(key)}
    for key, value in given.items():
        if any(c in "\r\n" for c in value):
            raise WorkbenchError(f"{key} cannot be a line break.", hint="Give another character.")
        same = next((other for other, mark in given.items() if other != key and mark == value), None)
        if same:
            raise WorkbenchError(f"{key} and {same} cannot both be {value!r}.", hint="Change one of them.")


def refuse_meaningless(corrections: Mapping[str, Any], kind: str, name: str) -> None:
    """Corrections that mean nothing for a format (`kind`) are an error, not silence."""
    meaningful = {"missing_values", "decimal", "thousands"} | ({"encoding"} if kind == "json" else set())
    for key in corrections:
        if key not in meaningful:
            raise WorkbenchError(
                f"{name!r} has no {key.replace('_', ' ')} to correct.", hint="Correct the kinds instead."
            )


def without_effect(corrections: Mapping[str, Any], schema: Schema, delimiter: str) -> list[Note]:
    """Warnings about a mark of numbers that is the delimiter too and stands in no number."""
    notes = []
    among: tuple[tuple[str, tuple[Kind, ...]], ...] = (("decimal", ("number",)), ("thousands", ("number", "integer")))
    for key, kinds in among:
        mark = corrections.get(key)
        used = any(getattr(column.format, key) == mark for column in schema.of_kind(*kinds))
        if mark and mark == delimiter and not used:
            message = f"The {key} mark {mark!r} is also the delimiter: only quoted numbers can hold it, and none does."
            notes.append(Note("mark-unused", message, severity="warning"))
    return notes
