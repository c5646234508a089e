"""What a `schema.json` has to say so that rows can be read and asked by it, whoever wrote it."""

from __future__ import annotations

import codecs
import csv
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from backends.datasets.schema import KINDS, Column, ValueFormat
from backends.errors import WorkbenchError
from backends.onnx_export.signature import TENSORS, GraphInput, Signature
from backends.training.inputs import role_of

QUOTING = ("quotechar", "quoting", "escapechar", "skipinitialspace")  # arguments of `csv.reader`
_TENSOR_OF = {"number": "double", "boolean": "double", "date": "int64", "category": "string", "text": "string"}
_HINT = "Export the model again."


def check_signature(signature: Signature) -> None:
    """Raises WorkbenchError for a signature by which no row could be read."""
    names = signature.columns.names
    texts = (*names, *signature.classes, *signature.features, *(one.name for one in signature.inputs))
    outputs = (signature.label, signature.probabilities)
    _demand(all(isinstance(text, str) for text in (*texts, *outputs, signature.model)), "a name that is no text")
    for what, found in (("columns", names), ("classes", signature.classes), ("outputs", outputs)):
        twice = [name for name, count in Counter(found).items() if count > 1]
        _demand(not twice, f"{twice[:1]!r:.80} twice among its {what}")
    _demand(len(signature.classes) > 1, f"{len(signature.classes)} classes")
    strange = sorted({*signature.features} - {*names})
    _demand(not strange, f"the feature {strange[:1]!r:.80}, which is no column")
    odd = sorted({one.source for one in signature.inputs} ^ {*names})
    _demand(not odd, f"{odd[:1]!r:.80} as a column or as an input, but not as both")
    for column in (*signature.columns, signature.target):
        _check_column(column)
    for one in signature.inputs:
        _check_input(one, signature.columns[one.source])


def check_file(file: Any) -> None:
    """Raises WorkbenchError for settings of a file by which none could be read."""
    _demand(isinstance(file, Mapping), f"{file!r:.80} as 'file'")
    absent = {"encoding", "delimiter", "quoting", "missing", "missing_among_values"} - set(file)
    _demand(not absent, f"no {sorted(absent)[:1]} of its file")
    for name in ("missing", "missing_among_values"):
        _demand(_texts(file[name]), f"{file[name]!r:.80} as {name!r} of its file")
    _demand(_text_encoding(file["encoding"]), f"the encoding {file['encoding']!r:.80}")
    quoting = file["quoting"]
    known = isinstance(quoting, Mapping) and all(name in QUOTING for name in quoting)
    _demand(known, f"the quoting {quoting!r:.80}")
    delimiter = file["delimiter"]
    _demand(isinstance(delimiter, str) and delimiter not in "\r\n", f"the delimiter {delimiter!r:.80}")
    try:
        csv.reader((), delimiter=delimiter, **quoting)
    except (TypeError, ValueError, csv.Error) as error:
        raise _wrong(f"the delimiter {delimiter!r:.40} with the quoting {dict(quoting)!r:.80} ({error})") from error


def _check_column(column: Column) -> None:
    told = f"{column.name!r:.60}"
    _demand(column.kind in KINDS, f"the kind {column.kind!r:.40} of {told}")
    ends = (column.low, column.high)
    whole = isinstance(column.distinct, int) and _number(column.missing)
    _demand(whole, f"{column.missing!r:.40} and {column.distinct!r:.40} as missing and distinct values of {told}")
    _demand(_texts(column.categories), f"a level of {told} that is no text")
    _demand(_texts(column.exceptions), f"an exception of {told} that is no text")
    dated, number = column.kind == "datetime", column.kind in ("number", "integer")
    fits = all(end is None or (isinstance(end, str) and not number) or (_number(end) and not dated) for end in ends)
    _demand(fits, f"the range {ends!r:.80} of {told}")
    if dated:
        _check_dates(ends, told)
    _check_format(column.format, told)


def _check_dates(ends: Iterable[Any], told: str) -> None:
    import pandas as pd

    for end in ends:
        try:
            found = pd.Timestamp(end) if end is not None else None
        except (ValueError, OverflowError) as error:
            raise _wrong(f"the date {end!r:.40} as an end of {told}") from error
        _demand(found is not pd.NaT, f"the date {end!r:.40} as an end of {told}")


def _check_format(form: ValueFormat, told: str) -> None:
    texts = (form.decimal, form.thousands, form.strip, form.date_format)
    marks = _texts(form.true_values) and _texts(form.false_values) and isinstance(form.parentheses, bool)
    _demand(all(isinstance(text, str) for text in texts) and marks, f"a format of {told} with a value of another type")
    _demand(len(form.decimal) == 1 and len(form.thousands) <= 1, f"the marks {texts[:2]!r:.40} in numbers of {told}")
    # The readers divide by 1 / scale as a whole number: 0.01 are percentages.
    _demand(_number(form.scale) and 1e-12 <= form.scale <= 1, f"the scale {form.scale!r:.40} of {told}")


def _check_input(given: GraphInput, column: Column) -> None:
    told = f"the input {given.name!r:.60}"
    _demand(given.tensor in TENSORS, f"the tensor {given.tensor!r:.40} for {told}")
    _demand(isinstance(given.words, bool), f"{given.words!r:.40} as words of {told}")
    role = "date" if column.kind == "datetime" else role_of(column)
    fits = given.tensor == _TENSOR_OF[role] and (not given.words or role == "text")
    _demand(fits, f"the tensor {given.tensor!r} for {told}, which is a column of the kind {column.kind!r}")


def _text_encoding(name: Any) -> bool:
    try:
        return isinstance(name, str) and isinstance("".encode(name), bytes) and codecs.lookup(name).name != "idna"
    except (LookupError, ValueError):
        return False


def _texts(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(value, str) for value in values)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _demand(fine: bool, words: str) -> None:
    if not fine:
        raise _wrong(words)


def _wrong(words: str) -> WorkbenchError:
    return WorkbenchError(f"The bundle's 'schema.json' has {words}.", hint=_HINT)
