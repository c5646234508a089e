"""The pieces in which a language model's answer comes, and those of them that are its answer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

THOUGHT, SAID = "<think>", "</think>"  # some models reason aloud first; that is not their answer


@dataclass(frozen=True)
class Delta:
    """Some more text of an answer. `finish` is in the last one: "stop", or "length" for one that was cut off."""

    text: str
    finish: str = ""


def spoken(deltas: Generator[Delta]) -> Generator[Delta]:
    """The same answer without the thoughts that a model may write down before it.

    >>> pieces = (Delta(text) for text in ("<th", "ink>Hm", "m.</thi", "nk>\\n\\nYes", " [1]."))
    >>> "".join(delta.text for delta in spoken(pieces))
    'Yes [1].'
    """
    held, thinking, begun = "", False, False
    try:
        for delta in deltas:
            if begun:
                yield delta
                continue
            held = (held + delta.text).lstrip()
            thinking = thinking or held.startswith(THOUGHT)
            if thinking and SAID in held:
                held, thinking = held.partition(SAID)[2].lstrip(), False
            elif thinking:
                held = THOUGHT + held[len(THOUGHT) :][-len(SAID) :]  # what may be the beginning of its end
            begun = bool(delta.finish) or not (thinking or THOUGHT.startswith(held))
            if begun:
                yield Delta("" if thinking else held, delta.finish)
        if not (begun or thinking):
            yield Delta(held)
    finally:
        deltas.close()
