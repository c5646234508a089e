"""Text as it may be stored: one kind of line end, no control characters, nothing that has no UTF-8."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backends.datasets.encodings import Decoded

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]+")


def clean(text: str) -> str:
    """`text` with `\\n` for every line end, form feed and vertical tab, and without other C0 controls than the tab.

    Pairs of surrogates become the character they stand for, lone ones U+FFFD. Nothing else is changed: what is
    cited has to be what the file says.

    >>> clean("one\\r\\ntwo\\x00\\x0cthree \\ud83d\\ude00 \\ud83d")
    'one\\ntwo\\nthree 😀 �'
    """
    return _SURROGATES.sub(_paired, _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))


def _paired(match: re.Match[str]) -> str:
    return match.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decoded_text(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of `data` in its guessed encoding, cleaned, and sentences about what was guessed or repaired.

    >>> decoded_text("naïve café".encode("utf-16"))
    ('naïve café', ())
    """
    from backends.datasets.encodings import decode  # brings pandas, which a search does without

    return cleaned(decode(data))


def cleaned(decoded: Decoded) -> tuple[str, tuple[str, ...]]:
    """The text of what was decoded, cleaned, and what the decoding says about it."""
    return clean(decoded.utf8.decode("utf-8", "replace")), tuple(note.message for note in decoded.notes)


def one_line(text: str, most: int = 300) -> str:
    """`text` on one line, blanks joined, cut after `most` characters: for titles and headings.

    >>> one_line(" The\\n  title ")
    'The title'
    """
    return " ".join(text[: 4 * most].split())[:most].rstrip()
