"""A model's own tokens: how many a text has, where they are, and the numbers that go into the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

LONGEST = 2_048  # tokens of one input at the most: attention needs their square in memory
_PIECE = 50_000  # characters that are tokenised at once, so that memory stays bounded
_SPACE = re.compile(r"\s")


class Tokens:
    """The tokenizer of a model, read from its tokenizer.json. Safe to use from several threads."""

    def __init__(self, path: Path, longest: int) -> None:
        self._path = path
        self._longest = longest  # tokens of one input, with the special ones

    @cached_property
    def _whole(self) -> Any:
        return _tokenizer(self._path)

    @cached_property
    def _cut(self) -> Any:
        tokenizer = _tokenizer(self._path)
        tokenizer.enable_truncation(self._longest)
        return tokenizer

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that the model sees, without its special tokens."""
        return self._longest - int(self._cut.num_special_tokens_to_add(is_pair=False))

    def spans(self, text: str) -> np.ndarray:
        """Where the tokens are in `text`: integers (tokens, 2), first character and the one after the last."""
        found = [np.zeros((0, 2), np.int64)]
        for start, end in pieces(text):
            offsets = self._whole.encode(sound(text[start:end]), add_special_tokens=False).offsets
            found.append(np.array(offsets, np.int64).reshape(-1, 2) + start)
        return np.concatenate(found)

    def count(self, text: str) -> int:
        """Tokens of `text`, without special ones."""
        return len(self.spans(text))

    def encode(self, texts: Sequence[str | tuple[str, str]]) -> list[Any]:
        """Encodings of texts, or of pairs of them, with special tokens and cut to what the model takes."""
        given = [sound(text) if isinstance(text, str) else (sound(text[0]), sound(text[1])) for text in texts]
        return list(self._cut.encode_batch_fast(given))


def sound(text: str) -> str:
    r"""The text with a question mark for each half of a surrogate pair, which no tokenizer takes.

    >>> sound("a\ud800b")
    'a?b'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def pieces(text: str, size: int = _PIECE) -> Iterator[tuple[int, int]]:
    """Cut a text into spans of at most `size` characters that tile it, behind white space where there is any.

    >>> list(pieces("one two three", size=6))
    [(0, 4), (4, 8), (8, 13)]
    """
    start = 0
    while start < len(text):
        end = min(start + size, len(text))
        if end < len(text):
            spaces = [match.end() for match in _SPACE.finditer(text, start, end)]
            end = spaces[-1] if spaces else end
        yield start, end
        start = end


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
