"""The files of a bundle: one row each says what is written into it and how it is read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backends.bundle.bundle import Bundle
from backends.bundle.schema_checks import check_file, check_signature
from backends.onnx_export.parity import Certificate, digest_of
from backends.onnx_export.signature import Signature
from backends.settings import MEGABYTE

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Member:
    """One file: `write` gives its bytes (None: it is not there), `read` the bundle's fields out of them."""

    name: str
    write: Callable[[Bundle], bytes | None]
    read: Callable[[bytes | None], dict[str, Any]]
    limit: int = 64 * MEGABYTE  # bytes that are read at most
    optional: bool = False


def to_json(data: Any) -> bytes:
    """JSON text as people and programs read it; a number that JSON has not is refused by ValueError."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _text(name: str, field: str) -> Member:
    """A file that is one text of the bundle."""
    return Member(name, lambda bundle: getattr(bundle, field).encode(), lambda data: {field: _given(data).decode()})


def _mapping(name: str, field: str, optional: bool = False) -> Member:
    """A file that is one mapping of the bundle; without the file it is None."""

    def write(bundle: Bundle) -> bytes | None:
        value = getattr(bundle, field)
        return None if value is None else to_json(value)

    return Member(name, write, lambda data: {field: None if data is None else _of(data, dict)}, optional=optional)


def _rows(name: str, field: str) -> Member:
    """A file of records, one after the other."""

    def read(data: bytes | None) -> dict[str, Any]:
        rows = _of(_given(data), list)
        if not all(isinstance(row, dict) for row in rows):
            raise ValueError("a row is no object")
        return {field: tuple(rows)}

    return Member(name, lambda bundle: to_json(list(getattr(bundle, field))), read)


def _read_schema(data: bytes | None) -> dict[str, Any]:
    schema = _of(_given(data), dict)
    signature, file = Signature.from_dict(schema), schema["file"]
    check_signature(signature)
    check_file(file)
    return {"signature": signature, "file": file}


def schema_digest_of(data: bytes) -> str:
    """The digest that a certificate names, of the signature as `schema.json` has it, whichever fields it has."""
    return digest_of({name: value for name, value in _of(data, dict).items() if name != "file"})


def _read_certificate(data: bytes | None) -> dict[str, Any]:
    return {"certificate": Certificate.from_dict(_of(_given(data), dict))}


def _given(data: bytes | None) -> bytes:
    if data is None:
        raise ValueError("the file is not there")
    return data


def _of(data: bytes, kind: type) -> Any:
    found = json.loads(data, parse_constant=_no_number)
    if not isinstance(found, kind):
        raise ValueError(f"it holds {type(found).__name__}, not {kind.__name__}")
    json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair, which JSON can write, is no text
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


MEMBERS: tuple[Member, ...] = (
    Member("model.onnx", lambda b: b.model, lambda data: {"model": _given(data)}, limit=2048 * MEGABYTE),
    Member("schema.json", lambda b: to_json({**b.signature.to_dict(), "file": b.file}), _read_schema),
    Member("certificate.json", lambda b: to_json(b.certificate.to_dict()), _read_certificate),
    _mapping("metrics.json", "metrics"),
    _mapping("fairness.json", "fairness", optional=True),
    _text("README.md", "card"),
    _text("train.py", "train_script"),
    _text("predict.py", "predict_script"),
    _text("requirements.txt", "requirements"),
    _rows("examples.json", "examples"),
    _rows("explainer.json", "background"),
)
