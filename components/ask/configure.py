"""One or two ways of searching that are measured."""

from __future__ import annotations

import streamlit as st

from backends.retrieval import Collection
from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.evaluation.variants import Configuration
from backends.retrieval.search.hit import MODES
from components import state
from components.ask.options import TITLES

AS_IT_IS = "as the collection is"
HITS = 100  # passages that are asked for, unless somebody says otherwise


def show(collection: Collection) -> tuple[Configuration, ...]:
    """The configurations that were chosen: the first is the collection as it is, unless it is changed."""
    both = st.toggle("Compare with another configuration", key="ask_compare", **state.KEEP)
    if not both:
        return (_one(collection, "a", collection.options.mode),)
    left, right = st.columns(2)
    with left:
        st.markdown("**A**")
        first = _one(collection, "a", collection.options.mode)
    with right:
        st.markdown("**B**")
        second = _one(collection, "b", "lexical" if collection.options.mode != "lexical" else "dense")
    return (first, second)


def _one(collection: Collection, letter: str, mode: str) -> Configuration:
    key = f"ask_{letter}"
    state.seed_widget(f"{key}_mode", mode)
    chosen = st.segmented_control(
        "Search by", MODES, key=f"{key}_mode", format_func=TITLES.__getitem__, required=True, **state.KEEP
    )
    with st.expander("Passages, weights and model", icon=":material/tune:"):
        size = collection.options.size
        tokens = st.number_input("Passage, in tokens", 32, 512, size.tokens, 8, key=f"{key}_tokens", **state.KEEP)
        overlap = st.number_input("Overlap, in tokens", 0, 128, size.overlap, 4, key=f"{key}_overlap", **state.KEEP)
        dense = st.number_input(
            "Weight of the meaning", 0.0, 10.0, collection.options.dense_weight, 0.1, key=f"{key}_dense", **state.KEEP
        )
        lexical = st.number_input(
            "Weight of the words", 0.0, 10.0, collection.options.lexical_weight, 0.1, key=f"{key}_lexical", **state.KEEP
        )
        hits = st.number_input(
            "Passages asked for",
            *(1, 1_000, HITS, 10),
            key=f"{key}_hits",
            help="Ranks beyond those a reader sees count for MAP. To compare 5 passages with 20, ask for 5 and for 20.",
            **state.KEEP,
        )
        model = st.text_input(
            "Embedding model",
            key=f"{key}_model",
            placeholder=AS_IT_IS,
            help="A sentence-transformers model by name or path. Other passages or another model need an index of "
            "their own, which is made for the measurement.",
            **state.KEEP,
        )
    wanted = ChunkSize(int(tokens), int(overlap))
    weighted = (dense, lexical) != (collection.options.dense_weight, collection.options.lexical_weight)
    return Configuration(
        title=_title(str(chosen), wanted if wanted != size else None, (dense, lexical) if weighted else None, model)
        + (f", {int(hits)} asked for" if hits != HITS else ""),
        mode=str(chosen),
        hits=int(hits),
        size=wanted if wanted != size else None,
        model=model.strip() or None,
        dense_weight=float(dense),
        lexical_weight=float(lexical),
    )


def _title(mode: str, size: ChunkSize | None, weights: tuple[float, float] | None, model: str) -> str:
    """What is special about a configuration, in words.

    >>> _title("hybrid", ChunkSize(100, 20), None, "")
    'Meaning and words, passages of 100 tokens, 20 shared'
    """
    words = {"hybrid": "Meaning and words", "dense": "Meaning", "lexical": "Words"}[mode]
    parts = [words]
    parts += [f"passages of {size.tokens} tokens, {size.overlap} shared"] if size else []
    parts += [f"weights {weights[0]:g} and {weights[1]:g}"] if weights else []
    parts += [f"model {model.strip()}"] if model.strip() else []
    return ", ".join(parts)
