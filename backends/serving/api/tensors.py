"""Tensors of the Open Inference Protocol, in JSON and in its binary extension, to columns of values and back.

One input per column, shape [n] or [n, 1]. Its datatype follows the column's kind: FP64 for numbers (NaN is missing),
INT64 for whole numbers, BOOL for yes and no, BYTES for everything else: UTF-8, the empty one is missing (no other is,
whatever the marks of the model's own table were), dates in ISO 8601. Any number type is taken for a number, and BYTES
for every column: the schema knows how values are written. In JSON a tensor holds values of its datatype, or null.

Binary tensors stand behind the JSON, in the order of the inputs, little-endian; a BYTES element is its length in four
bytes and then itself. `parameters.binary_data_size` says how long each is, the header
`Inference-Header-Content-Length` how long the JSON is.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backends.errors import WorkbenchError
from backends.serving.shown import shown

if TYPE_CHECKING:
    from backends.datasets.schema import Column

DATATYPE = {"number": "FP64", "integer": "INT64", "boolean": "BOOL"}  # by the column's kind; BYTES for all others
NUMPY = {
    "BOOL": "?", "INT8": "i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "UINT8": "u1", "UINT16": "<u2",
    "UINT32": "<u4", "UINT64": "<u8", "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
}  # fmt: skip
_FEW = "Send one tensor per column, of the shape [rows] or [rows, 1]."


@dataclass(frozen=True)
class Tensor:
    """One tensor of an answer: its datatype, its shape and its values, row by row."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: list[Any] | np.ndarray

    def as_json(self) -> dict[str, Any]:
        """The tensor with its data as a flat list."""
        return {**self._head(), "data": self.values.ravel() if isinstance(self.values, np.ndarray) else self.values}

    def as_binary(self) -> tuple[dict[str, Any], bytes]:
        """The tensor's entry in the JSON, and the bytes that stand behind it."""
        if self.datatype == "BYTES":
            data = b"".join(struct.pack("<I", len(one)) + one for one in (str(v).encode() for v in self.values))
        else:
            data = np.asarray(self.values, dtype=NUMPY[self.datatype]).tobytes()
        return {**self._head(), "parameters": {"binary_data_size": len(data)}}, data

    def _head(self) -> dict[str, Any]:
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


def datatype(column: Column) -> str:
    """The datatype that a column is announced with."""
    return DATATYPE.get(column.kind, "BYTES")


def columns_of(inputs: Any, binary: bytes) -> dict[str, list[Any]]:
    """The columns of an infer request, missing values as None. Raises WorkbenchError for malformed tensors."""
    if not isinstance(inputs, list) or not inputs:
        raise WorkbenchError("The request has no list of inputs.", hint=_FEW)
    found: dict[str, list[Any]] = {}
    start = 0
    for one in inputs:
        if not isinstance(one, Mapping) or not isinstance(one.get("name"), str):
            raise WorkbenchError("An input is no object with a name.", hint=_FEW)
        name, rows = one["name"], _rows(one)
        if name in found:
            raise WorkbenchError(f"The input {name[:80]!r} is there twice.", hint=_FEW)
        size = _binary_size(one)
        if size is None:
            values = _from_json(one)
        else:
            if start + size > len(binary):
                raise WorkbenchError(f"The bytes of the input {name[:80]!r} are not all there.", hint="Send them all.")
            values = _from_bytes(one, binary[start : start + size])
            start += size
        if len(values) != rows:
            raise WorkbenchError(f"The input {name[:80]!r} has {len(values)} values, not {rows}.", hint=_FEW)
        found[name] = values
    if start != len(binary):
        raise WorkbenchError(f"{len(binary) - start:,} bytes belong to no input.", hint="Name each size as it is.")
    lengths = {len(values) for values in found.values()}
    if len(lengths) > 1 or not max(lengths):
        raise WorkbenchError(f"The inputs have {min(lengths)} to {max(lengths)} rows.", hint="Give as many in each.")
    return found


def _rows(one: Mapping[str, Any]) -> int:
    shape: Any = one.get("shape")
    plain = isinstance(shape, list) and all(type(size) is int and size >= 0 for size in shape)
    if not plain or not (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)):
        raise WorkbenchError(f"The input {one['name'][:80]!r} has the shape {shown(shape, 60)}.", hint=_FEW)
    return int(shape[0])


def _binary_size(one: Mapping[str, Any]) -> int | None:
    parameters = one.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, Mapping) else None
    if size is not None and (type(size) is not int or size < 0):
        raise WorkbenchError(
            f"The input {one['name'][:80]!r} has {shown(size, 60)} bytes.", hint="Give a whole number."
        )
    return size


def _kind(one: Mapping[str, Any]) -> str:
    kind = one.get("datatype")
    if not isinstance(kind, str) or (kind != "BYTES" and kind not in NUMPY):
        known = ", ".join((*NUMPY, "BYTES"))
        raise WorkbenchError(f"The input {one['name'][:80]!r} is of type {shown(kind, 40)!r}.", hint=f"Use {known}.")
    return kind


def _from_json(one: Mapping[str, Any]) -> list[Any]:
    kind = _kind(one)
    data = one.get("data")
    if not isinstance(data, list):
        raise WorkbenchError(f"The input {one['name'][:80]!r} has no list of data.", hint=_FEW)
    if any(isinstance(value, list) for value in data):
        data = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in data]
    fit = _fitting(kind)
    odd = next((value for value in data if type(value) not in fit), None)
    if odd is not None:
        raise WorkbenchError(
            f"The input {one['name'][:80]!r} of type {kind} holds {shown(odd, 60)!r}.",
            hint="Give values of its type, null where one is missing; BYTES are texts.",
        )
    return [_value(value) for value in data]


def _fitting(kind: str) -> frozenset[type]:
    """The types that JSON has for values of a datatype; none is missing."""
    if kind == "BYTES" or kind == "BOOL":
        return frozenset((str if kind == "BYTES" else bool, type(None)))
    return frozenset((int, float, type(None)) if kind.startswith("FP") else (int, type(None)))


def _from_bytes(one: Mapping[str, Any], data: bytes) -> list[Any]:
    kind = _kind(one)
    if kind == "BYTES":
        return [_value(value) for value in _texts(one["name"], data)]
    if len(data) % np.dtype(NUMPY[kind]).itemsize:
        raise WorkbenchError(f"{len(data)} bytes are no whole number of {kind} values.", hint="Send the whole tensor.")
    return [_value(value) for value in np.frombuffer(data, dtype=NUMPY[kind]).tolist()]


def _texts(name: str, data: bytes) -> list[str]:
    found, at = [], 0
    while at < len(data):
        end = at + 4
        if end > len(data):
            raise WorkbenchError(f"The bytes of the input {name[:80]!r} end in the middle.", hint="Send them all.")
        (length,) = struct.unpack_from("<I", data, at)
        at = end + length
        if at > len(data):
            raise WorkbenchError(f"The bytes of the input {name[:80]!r} end in the middle.", hint="Send them all.")
        try:
            found.append(data[end:at].decode())
        except UnicodeDecodeError:
            raise WorkbenchError(f"The input {name[:80]!r} has text that is not UTF-8.", hint="Encode it so.") from None
    return found


def _value(value: Any) -> Any:
    """A missing value as None: NaN, and the empty text."""
    return None if value == "" or (isinstance(value, float) and math.isnan(value)) else value
