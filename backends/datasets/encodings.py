"""From bytes to UTF-8: byte-order marks, strict UTF-8, UTF-16 without a mark, then the best legacy guess."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from backends.datasets.schema import Note
from backends.datasets.wording import agreeing, number_of, were
from backends.errors import WorkbenchError

SAMPLE = 200_000  # bytes of lines with other than ASCII that a legacy guess looks at
_NOT_ASCII, _LINE_END = re.compile(rb"[\x80-\xff]"), re.compile(rb"[\r\n]")
_BLOCK = 1 << 24
_UNCHECKED = {"utf-8", "utf-7", "hz"}  # what was asked for cannot be told wrong from the bytes

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Multi-byte encodings: what share of the decoded non-ASCII characters has to lie in the script's own blocks.
_EAST_ASIAN: tuple[tuple[str, str, float], ...] = (
    ("cp932", r"[぀-ヿ]", 0.25),
    ("euc_jp", r"[぀-ヿ]", 0.25),
    ("cp949", r"[가-힣]", 0.7),
    ("gb18030", r"[的一是不了在人有我他这中大来上国个到说们为和你地出道也时年名京海广深市省区产品州姓]", 0.1),
    ("big5", r"[的一是不了在人有我他這中大來上國個到說們為和你地出道也時年名京臺灣北市省區產品姓]", 0.1),
)
# Encodings of one byte per letter in which whole words are other than ASCII: their small letters, the commonest apart.
_CYRILLIC, _GREEK = (
    ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "оеаинтсрвл"),
    ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ", "αοιετσνηρπκ"),
)
_OTHER_ALPHABETS: tuple[tuple[str, tuple[str, str]], ...] = (
    ("cp1251", _CYRILLIC),
    ("koi8_r", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("cp1253", _GREEK),
    ("cp1255", ("אבגדהוזחטיךכלםמןנסעףפץצקרשת", "יוהלאמרתבש")),
    ("cp1256", ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي", "المينروتبة")),
)


@dataclass(frozen=True)
class Decoded:
    """The text of a file as UTF-8 without byte-order mark, and how it was decoded."""

    utf8: bytes
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(data: bytes, encoding: str = "") -> Decoded:
    """Decode `data` from `encoding`, or from the guess when it is "".

    Raises WorkbenchError when the encoding asked for is unknown or does not fit the bytes.

    >>> decode("naïve".encode("utf-16")).encoding, decode("naïve".encode("cp1252")).utf8.decode()
    ('utf-16', 'naïve')
    """
    decoded = _asked(data, encoding) if encoding else _guessed(data)
    return _without_end_mark(_without_nul(decoded))


def _asked(data: bytes, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
        text = data.decode(name)
    except (LookupError, UnicodeDecodeError, UnicodeError) as error:
        reason = (
            f"has no meaning here ({error})" if isinstance(error, LookupError) else f"does not fit the file: {error}"
        )
        raise WorkbenchError(f"The encoding {encoding!r} {reason}.", hint="Choose another encoding.") from None
    utf8 = _encoded(text.removeprefix("\ufeff"))
    return Decoded(utf8, name, () if name in _UNCHECKED else tuple(_doubts(data, utf8, encoding)))


def _doubts(data: bytes, utf8: bytes, encoding: str) -> Iterator[Note]:
    """A warning where the bytes plainly are in another encoding: their mark says so, or they are valid UTF-8.

    Text in other encodings is valid UTF-8 by chance only, apart from those that shift with an escape character.
    """
    other = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not other and b"\x00" not in data and b"\x1b" not in data and is_utf8(data):
        other = "utf-8"
    if other and utf8 != (right := _guessed(data).utf8):
        wrong, expected = (text[:4_000].decode(errors="ignore") for text in (utf8, right))
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(wrong, expected, strict=False)))
        at = max(0, alike - 5)
        message = f"Read as {encoding.upper()} the text looks wrong: {wrong[at : at + 20]!r}"
        message += f" instead of {expected[at : at + 20]!r}, as which {other.upper()} reads it."
        yield Note("encoding-doubtful", message, severity="warning")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")  # lone surrogates of a broken UTF-16 file have no UTF-8


def _guessed(data: bytes) -> Decoded:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _marked(data, mark, name)
    wide = _utf16_without_mark(data)
    if wide:
        note = Note("encoding-guessed", f"The file was read as {wide}: every second byte is zero.")
        return Decoded(_encoded(data.decode(wide, errors="replace")), wide, (note,))
    if data.isascii() or is_utf8(data):
        return Decoded(data, "utf-8")
    return _legacy(data)


def _marked(data: bytes, mark: bytes, name: str) -> Decoded:
    if name == "utf-8":
        rest = data[len(mark) :]
        return Decoded(rest, name) if is_utf8(rest) else _repaired(rest)
    text = data.decode(name, errors="replace")
    bad = text.count("\ufffd")
    note = Note(
        "encoding-repaired", f"{number_of(bad, 'character')} of broken {name} became �.", bad, severity="warning"
    )
    return Decoded(_encoded(text), name, (note,) if bad else ())


def is_utf8(data: bytes) -> bool:
    """Is `data` valid UTF-8? Looks at a block at a time, so that no second copy of a big file is made."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _BLOCK):
            decoder.decode(view[start : start + _BLOCK], start + _BLOCK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(data: bytes) -> str:
    """UTF-16 of mostly western text has a zero in every second byte, always on the same side."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 4 or len(data) % 2 or even + odd < len(head) * 0.2:
        return ""
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else ""


def _legacy(data: bytes) -> Decoded:
    sample = _sample(data)
    broken = len(re.findall("\udc80-\udcff".join("[]"), sample.decode("utf-8", errors="surrogateescape")))
    high = sum(byte > 127 for byte in sample)
    if broken * 10 < high - broken or _binary(sample):
        return _repaired(data)
    name = guess_legacy(sample)
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        name = "latin-1" if name in ("cp1252", "latin-1") else name
        text = data.decode(name, errors="replace")
    message = f"The file is not UTF-8; {name} was guessed from its other letters. Correct it if accents look wrong."
    notes = [Note("encoding-guessed", message, severity="warning")]
    bad = text.count("\ufffd")
    if bad:
        notes.append(
            Note(
                "encoding-repaired", f"{number_of(bad, 'character')} outside {name} became �.", bad, severity="warning"
            )
        )
    return Decoded(_encoded(text), name, tuple(notes))


def _binary(sample: bytes) -> bool:
    """Bytes that no text has (FE, FF and nothing else above ASCII) are damage in a UTF-8 file, not letters."""
    return not {byte for byte in sample if byte > 127} - {0xFE, 0xFF}


def _repaired(data: bytes) -> Decoded:
    text = data.decode("utf-8", errors="replace")
    lines = tuple(number for number, line in enumerate(text.split("\n"), 1) if "\ufffd" in line)
    holding = f"{number_of(len(lines), 'line')} {agreeing(len(lines), 'holds', 'hold')}"
    message = f"{holding} bytes that are not valid UTF-8; each became �."
    return Decoded(
        text.encode(), "utf-8", (Note("encoding-repaired", message, len(lines), lines[:20], severity="warning"),)
    )


def _sample(data: bytes) -> bytes:
    """The first lines that hold anything but ASCII, joined: the only ones that can tell encodings apart.

    Each byte is looked at a fixed number of times, however long the lines are.
    """
    found, at = bytearray(), 0
    while len(found) <= SAMPLE and (high := _NOT_ASCII.search(data, at)):
        before = max(data.rfind(b"\n", at, high.start()), data.rfind(b"\r", at, high.start()))
        start = max(before + 1 if before >= 0 else at, high.start() - 10_000)
        ending = _LINE_END.search(data, high.end())
        at = ending.start() if ending else len(data)
        found += data[start : min(at, start + 20_000)] + b"\n"
    return bytes(found)


def guess_legacy(sample: bytes) -> str:
    """The likeliest encoding of text that is not Unicode.

    >>> [guess_legacy(text.encode(name)) for text, name in
    ...  (("café, señor", "cp1252"), ("名前,カタカナ", "cp932"), ("Привет,мир", "cp1251"))]
    ['cp1252', 'cp932', 'cp1251']
    """
    return next(_readings(sample), "latin-1")


def _readings(sample: bytes) -> Iterator[str]:
    for name, letters, share in _EAST_ASIAN:
        text = _strict(sample, name)
        if text and len(re.findall(letters, text)) >= share * max(1, len(re.findall(r"[^\x00-\x7f]", text))):
            yield name
    runs = re.findall(rb"[\x80-\xff]+", sample)
    if runs and sum(map(len, runs)) / len(runs) > 2.5:
        scored = {name: _alphabet_score(sample, name, *letters) for name, letters in _OTHER_ALPHABETS}
        best = max(scored, key=lambda name: scored[name])
        if scored[best] > 0.6:
            yield best
    if _strict(sample, "cp1252"):
        yield "cp1252"


def _strict(sample: bytes, name: str) -> str:
    try:
        return sample.decode(name)
    except UnicodeDecodeError:
        return ""


def _alphabet_score(sample: bytes, name: str, small: str, frequent: str) -> float:
    """How much the other-than-ASCII characters look like words of an alphabet: its letters, the common ones twice."""
    other = [c for c in sample.decode(name, errors="replace") if ord(c) > 127]
    letters = sum(c.lower() in small for c in other)
    lower = sum(c in small for c in other)
    common = sum(c.lower() in frequent for c in other)
    return (letters + 0.2 * lower + common) / (2.2 * max(1, len(other)))


def _without_nul(decoded: Decoded) -> Decoded:
    if b"\x00" not in decoded.utf8:
        return decoded
    lines = tuple(number for number, line in enumerate(decoded.utf8.split(b"\n"), 1) if b"\x00" in line)
    count = decoded.utf8.count(b"\x00")
    note = Note("nul-removed", f"{were(count, 'NUL byte')} removed.", count, lines[:20], severity="repair")
    return Decoded(decoded.utf8.replace(b"\x00", b""), decoded.encoding, (*decoded.notes, note))


def _without_end_mark(decoded: Decoded) -> Decoded:
    """Old DOS programs end a text file with Control-Z, which is no part of its last line."""
    if not decoded.utf8.endswith(b"\x1a"):
        return decoded
    note = Note("end-mark-removed", "The end-of-file mark (Control-Z) was removed.", 1)
    return Decoded(decoded.utf8.rstrip(b"\x1a"), decoded.encoding, (*decoded.notes, note))
