"""What is kept of a converted model: its files, their digests, and how well it agrees with the original."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from backends.retrieval.embedding.source import FORMAT, file_digest, known_digest

MODEL, TOKENIZER, RECORD = "model.onnx", "tokenizer.json", "record.json"


@dataclass(frozen=True)
class Agreement:
    """Likeness to the original over the probe texts: cosine of vectors, or 1 − the difference of scores."""

    mean: float
    least: float


@dataclass(frozen=True)
class Record:
    """One conversion, written beside its files."""

    name: str
    key: str  # of the Source
    arithmetic: str  # "int8" or "float32"; "torch" when it does not convert and runs as it is
    reason: str = ""  # why not smaller, or why not converted
    width: int = 0  # numbers in a row of the output
    longest: int = 0  # tokens of one input, with the special ones
    padding: int = 0  # the number of the token that fills up
    query_prompt: str = ""  # in front of every question
    passage_prompt: str = ""  # in front of every passage
    agreement: dict[str, Agreement] = field(default_factory=dict)  # by arithmetic
    digests: dict[str, str] = field(default_factory=dict)  # SHA-256 by file name
    versions: dict[str, str] = field(default_factory=dict)  # of the libraries that converted it
    format: int = FORMAT

    @property
    def identity(self) -> str:
        """Weights, tokenizer and arithmetic in one short word."""
        return identity_of(self.key, self.arithmetic)

    def write(self, folder: Path) -> None:
        """Write it into the folder of its files."""
        (folder / RECORD).write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False), encoding="utf-8")


def identity_of(key: str, arithmetic: str) -> str:
    """The identity of vectors: models of other weights, tokenizer or arithmetic have another one.

    >>> identity_of("0f3a", "int8")
    '0f3a-int8'
    """
    return f"{key}-{arithmetic}"


def read_record(folder: Path) -> Record | None:
    """The record of a kept conversion, None where there is none or it cannot be read."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        found["agreement"] = {name: Agreement(**value) for name, value in found["agreement"].items()}
        record = Record(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return record if record.format == FORMAT and record.key == folder.name else None


def undamaged(folder: Path, record: Record) -> bool:
    """Whether all files of a conversion are what they were when it was made."""
    return all(
        (folder / name).is_file() and known_digest(folder / name) == digest for name, digest in record.digests.items()
    )


def digests_of(folder: Path) -> dict[str, str]:
    """SHA-256 of the files of a conversion, by name."""
    return {path.name: file_digest(path) for path in sorted(folder.iterdir()) if path.name != RECORD}
