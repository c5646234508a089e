"""A Milvus server, or a file of Milvus Lite, by the few things that the workbench does with it.

Every call has a time limit, and what goes wrong is an UnavailableError that names the address and never the token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from backends.errors import UnavailableError, WorkbenchError, shown_address
from backends.settings import Settings

CONNECT_SECONDS = 5.0
SEARCH_SECONDS = 10.0
CALL_SECONDS = 60.0
WRITTEN_AT_ONCE = 4_000_000  # numbers in one message: 16 MB, a quarter of what a server takes by default
REMOVED_AT_ONCE = 10_000  # ids
LISTED_AT_ONCE = 10_000  # rows
MOST_HITS = 16_384  # of one search, as Milvus has it
STRONG = {"consistency_level": "Strong"}  # what was written is seen at once


class Milvus:
    """One connection. Collections hold rows of id, generation (`born`) and vector; safe from any thread."""

    def __init__(self, settings: Settings) -> None:
        """Connect to ``settings.milvus_uri``. Raises WorkbenchError where nothing answers or pymilvus is absent."""
        self.address = shown_address(settings.milvus_uri)
        user = settings.milvus_uri.rpartition("@")[0].rpartition("://")[2]
        self._secrets = tuple(filter(None, (user, settings.milvus_token)))
        self._in_a_file = "://" not in settings.milvus_uri
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise WorkbenchError(
                f"WORKBENCH_MILVUS_URI is {self.address!r}, and the package pymilvus is not installed.",
                hint="Install it with `pip install pymilvus` (and milvus-lite for a file), or unset the variable.",
            ) from error
        with self._explained("connect"):
            self._client = MilvusClient(settings.milvus_uri, token=settings.milvus_token, timeout=CONNECT_SECONDS)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def collections(self, prefix: str) -> list[str]:
        """Names of the collections that begin so."""
        with self._explained("list collections"):
            return [name for name in self._client.list_collections(timeout=CALL_SECONDS) if name.startswith(prefix)]

    def create(self, name: str, dimension: int) -> None:
        """A collection for vectors of this length, compared by their inner product."""
        from pymilvus import DataType

        with self._explained("create a collection"):
            schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("id", DataType.INT64, is_primary=True)
            schema.add_field("born", DataType.INT64)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
            index = self._client.prepare_index_params()
            index.add_index(field_name="vector", index_type="AUTOINDEX", metric_type="IP")
            self._client.create_collection(name, schema=schema, index_params=index, timeout=CALL_SECONDS, **STRONG)

    def drop(self, name: str) -> None:
        """Delete a collection with all its rows."""
        with self._explained("delete a collection"):
            self._client.drop_collection(name, timeout=CALL_SECONDS)

    def write(self, name: str, ids: np.ndarray, born: np.ndarray, vectors: np.ndarray) -> None:
        """Add rows, or replace those of the same id."""
        step = max(1, WRITTEN_AT_ONCE // max(1, vectors.shape[-1]))
        with self._explained("write vectors"):
            for at in range(0, len(ids), step):
                some = slice(at, at + step)
                fields = zip(ids[some].tolist(), born[some].tolist(), vectors[some], strict=True)
                rows = [{"id": id_, "born": generation, "vector": vector} for id_, generation, vector in fields]
                self._client.upsert(name, rows, timeout=CALL_SECONDS)
            if self._in_a_file and len(ids):  # a server does so by itself, and allows it rarely
                self._client.flush(name, timeout=CALL_SECONDS)

    def remove(self, name: str, ids: np.ndarray) -> None:
        """Delete rows; ids that are not there do no harm."""
        with self._explained("delete vectors"):
            for at in range(0, len(ids), REMOVED_AT_ONCE):
                self._client.delete(name, ids=ids[at : at + REMOVED_AT_ONCE].tolist(), timeout=CALL_SECONDS)

    def count(self, name: str) -> int:
        """Rows of a collection."""
        with self._explained("count vectors"):
            (row,) = self._client.query(name, filter="", output_fields=["count(*)"], timeout=CALL_SECONDS, **STRONG)
            return int(row["count(*)"])

    def listed(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Id and generation of every row, in order of the ids."""
        with self._explained("list vectors"):
            pairs = sorted((row["id"], row["born"]) for row in self._rows(name))
        both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def nearest(self, name: str, query: np.ndarray, k: int, condition: str) -> list[tuple[float, int, int]]:
        """At most `k` rows with the greatest products, as (product, id, generation), of those that meet a condition."""
        with self._explained("search"):
            (hits,) = self._client.search(
                name,
                data=[np.asarray(query, np.float32)],
                filter=condition,
                limit=min(k, MOST_HITS),
                output_fields=["born"],
                search_params={"metric_type": "IP"},
                timeout=SEARCH_SECONDS,
                **STRONG,
            )
            return [(float(hit["distance"]), int(hit["id"]), int(hit["entity"]["born"])) for hit in hits]

    def _rows(self, name: str) -> Iterator[dict[str, Any]]:
        found = self._client.query_iterator(
            name, batch_size=LISTED_AT_ONCE, output_fields=["id", "born"], timeout=CALL_SECONDS, **STRONG
        )
        try:
            while some := found.next():
                yield from some
        finally:
            found.close()

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Say which address failed at what; a mistake of ours stays what it is."""
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            reason = " ".join(str(error.message).split())[:300]
            for secret in self._secrets:
                reason = reason.replace(secret, "…")
            raise UnavailableError(
                f"Milvus at {self.address!r} could not {doing}: {reason}.",
                hint="Check that it runs and that WORKBENCH_MILVUS_URI and WORKBENCH_MILVUS_TOKEN are right.",
            ) from None


def one_of(ids: Sequence[int], inside: bool = True) -> str:
    """The condition that an id is among some, or is not.

    >>> one_of([3, 5]), one_of([3], inside=False)
    ('id in [3, 5]', 'id not in [3]')
    """
    return f"id {'in' if inside else 'not in'} [{', '.join(str(int(one)) for one in ids)}]"
