"""Passages that say what one that is shown already says, such as a page that is in two documents.

A passage repeats an earlier one when its words stand in it: all of them, in the same order, with nothing between.
Case, white space and punctuation do not count; numbers with their signs, and what else is no punctuation, do. A measure
of likeness such as the share of common runs of words (Broder, "On the resemblance and containment of documents", 1997)
would find more, but one word decides what two long passages say: "is liable" and "is not liable" are very much alike.
So what is left out here says nothing that the earlier passage does not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SHORTEST = 20  # words, below which a passage repeats only one that has no others: "See below." stands in many
_SILENT = re.compile("[\u00ad\u200b\ufeff]")  # soft hyphens and what else has no width
_PUNCTUATION = (
    r"!\"#&'()*,\-./:;?@\[\\\]_`{|}" + "\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2032-\u205e\u3001-\u3003"
    "\u3008-\u3011\u3014-\u301b\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f"
)
_WORD = re.compile(rf"(?:(?<!\w)-)?\d+(?:[.,:/]\d+)*|(?:[^\s\d{_PUNCTUATION}]|(?<=\w)#)+")


@dataclass(frozen=True)
class Sketch:
    """What of a passage is compared."""

    words: str  # each with a space before and after it
    whole: bool  # whether only a passage of the same words has it


def sketch(text: str, whole: bool = False) -> Sketch:
    """The sketch of a passage; `whole` for one that is only compared whole, such as a row of a table.

    >>> sketch("A b, -3.5 % C#!").words
    ' a b -3.5 % c# '
    """
    words = _WORD.findall(_SILENT.sub("", unicodedata.normalize("NFC", text)).casefold())
    return Sketch(f" {' '.join(words)} ", whole or len(words) < SHORTEST)


def repeats(later: Sketch, earlier: Sketch) -> bool:
    """Whether `earlier` says all that `later` says.

    >>> repeats(sketch("Lift, drag."), sketch("lift  DRAG"))
    True
    >>> repeats(sketch("Lift was 3."), sketch("Lift was 4."))
    False
    """
    if later.whole:
        return later.words == earlier.words and not later.words.isspace()
    return later.words in earlier.words
