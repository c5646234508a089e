"""Run a converted model over many texts: batches of like length, several of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from backends.retrieval.embedding.embedder import Progress
from backends.retrieval.embedding.tokens import Tokens

TOKENS_IN_BATCH = 512  # measured: more do not fit the processor's cache, fewer cost calls
TEXTS_AT_ONCE = 1_024  # that are tokenised and sorted together


class Batches:
    """A session of ONNX Runtime and its tokenizer: texts in, rows of numbers out.

    Each batch runs on one thread and `threads()` batches run beside each other, which is faster than many threads
    inside one batch and leaves no thread spinning. Padding is masked, so a text's row depends on its
    neighbours in its last bits only. Safe to use from several threads.
    """

    def __init__(self, model: Path, tokens: Tokens, padding: int, threads: Callable[[], int]) -> None:
        self.tokens = tokens
        self._padding = padding
        self._session = _session(model)
        self._names = {entry.name for entry in self._session.get_inputs()}
        self._count = threads
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None

    @property
    def _threads(self) -> ThreadPoolExecutor:
        """Made when the first passages come: a question needs none."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(max(1, self._count()), thread_name_prefix="embedding")
            return self._pool

    def one(self, text: str | tuple[str, str]) -> np.ndarray:
        """The row of one text, or one pair, computed in the calling thread."""
        rows: np.ndarray = self._run(self.tokens.encode([text]))
        return rows[0]

    def many(self, texts: Sequence[Any], width: int, on_progress: Progress | None = None) -> np.ndarray:
        """Rows of texts, or of pairs, in their order: float32 (texts, width).

        What `on_progress` raises ends the work: that is how it is cancelled.
        """
        rows = np.empty((len(texts), width), np.float32)
        done = 0
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            encoded = self.tokens.encode(texts[start : start + TEXTS_AT_ONCE])
            batches = list(by_length([len(one.ids) for one in encoded]))
            for batch, found in zip(batches, self._threads.map(self._runner(encoded), batches), strict=True):
                rows[start + batch] = found
                done += len(batch)
                if on_progress is not None:
                    on_progress(done, len(texts))
        return rows

    def _runner(self, encoded: list[Any]) -> Callable[[np.ndarray], np.ndarray]:
        return lambda batch: self._run([encoded[at] for at in batch])

    def _run(self, encoded: list[Any]) -> np.ndarray:
        longest = max(len(one.ids) for one in encoded)
        feed = {
            "input_ids": np.full((len(encoded), longest), self._padding, np.int64),
            "attention_mask": np.zeros((len(encoded), longest), np.int64),
            "token_type_ids": np.zeros((len(encoded), longest), np.int64),
        }
        for row, one in enumerate(encoded):
            length = len(one.ids)
            feed["input_ids"][row, :length] = one.ids
            feed["attention_mask"][row, :length] = 1
            feed["token_type_ids"][row, :length] = one.type_ids
        rows: np.ndarray = self._session.run(None, {name: feed[name] for name in self._names})[0]
        return rows


def by_length(lengths: Sequence[int], tokens: int = TOKENS_IN_BATCH) -> Iterator[np.ndarray]:
    """Positions in batches: longest first, each batch of at most so many tokens with its padding, or of one text.

    >>> [batch.tolist() for batch in by_length([2, 9, 3, 2], tokens=6)]
    [[1], [2, 0], [3]]
    """
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    start = 0
    while start < len(order):
        count = max(1, tokens // max(1, lengths[order[start]]))
        yield order[start : start + count]
        start += count


def _session(model: Path) -> Any:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # shapes differ from batch to batch
    options.log_severity_level = 3
    return ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
