"""An approximate index of many vectors, and the file it is kept in.

The file can always be made again: it is read only where its digest is the one that was written beside it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

log = logging.getLogger(__name__)

FACTS = "vectors.json"
PROBED = 24  # lists that a search looks into
_PER_LIST = 39  # vectors at least, as FAISS advises
_TRAINED_ON = 64  # vectors per list


@dataclass(frozen=True)
class Approximate:
    """A FAISS index (inverted lists, 8 bits a number) over the vectors that a store held at one generation."""

    index: Any
    identity: str  # of the embedding model
    generation: int
    count: int

    def nearest(self, query: np.ndarray, k: int) -> np.ndarray:
        """Ids (int64) that are likely among the `k` nearest; their scores have to be computed exactly."""
        _, ids = self.index.search(query[None, :], min(k, self.count))
        found: np.ndarray = ids[0][ids[0] >= 0]
        return found


def build(vectors: np.ndarray, ids: np.ndarray, identity: str, generation: int) -> Approximate:
    """Make the index: about a second for 100,000 vectors of 384 numbers."""
    import faiss

    count, dimension = vectors.shape
    lists = max(1, min(int(count**0.5), count // _PER_LIST))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,
    )
    sample = np.random.default_rng(0).permutation(count)[: lists * _TRAINED_ON]
    index.train(vectors[np.sort(sample)])
    index.add_with_ids(vectors, ids)
    index.nprobe = min(PROBED, lists)
    return Approximate(index, identity, generation, count)


def write(folder: Path, made: Approximate) -> None:
    """Keep the index; what is there before stays until the new one is whole."""
    import faiss

    data = faiss.serialize_index(made.index).tobytes()
    digest = hashlib.sha256(data).hexdigest()
    name = f"vectors-{digest[:16]}.faiss"
    facts = {
        "file": name,
        "digest": digest,
        "identity": made.identity,
        "generation": made.generation,
        "count": made.count,
    }
    _replace(folder / name, data)
    _replace(folder / FACTS, json.dumps(facts).encode())
    for old in folder.glob("vectors-*.faiss"):
        if old.name != name:
            old.unlink(missing_ok=True)


def read(folder: Path, identity: str) -> Approximate | None:
    """The index that is kept, None where there is none of this model or it is not as it was written."""
    import faiss

    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        name = f"vectors-{facts['digest'][:16]}.faiss"
        if facts["identity"] != identity or facts["file"] != name:
            return None
        data = (folder / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != facts["digest"]:
            log.warning("%s is not as it was written and is made anew", folder / name)
            return None
        index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        return Approximate(index, identity, int(facts["generation"]), int(facts["count"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        log.warning("%s cannot be read and is made anew: %s", folder / FACTS, error)
        return None


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
