"""Ways to damage bytes and texts; each takes its chance from the case's own source of it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random

MOST_BYTES = 200_000  # of a damaged file
NUMBERS = (0, 1, -1, 127, 128, 255, 2**15, 2**16 - 1, 2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1, -(2**63))
WORDS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "\u202e".encode(),
    "\u2028".encode(), b"\r", b"\n", b"\r\n", b'"', b"''", b",", b";", b"\t", b"=1+1", b"NaN", b"-Infinity", b"1e999",
    b"9" * 400, b"0x7f", b"1_000", b"1,000.50", b"0000-00-00", b"9999-99-99", b"292278024-01-01", b"../../etc/passwd",
    b"<script>", b"<!--", b"]]>", b"&#x110000;", b"&a;", b"<![CDATA[", b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"{" * 200, b"[" * 200, b"((((", b"%PDF-", b"stream\n", b"endobj", b"/Kids [2 0 R]", b"/Count -1", b"/Length 99999",
    b"PAR1", b"PK\x03\x04", b"PK\x05\x06", b"> " * 50, b"| " * 50, b"`" * 40, b"- " * 60, b"__proto__", b"null",
)  # fmt: skip


def damaged(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """The bytes after one to six changes; `others` are files to take pieces from."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        data = random.choice(_WAYS)(data, random, others)[:MOST_BYTES]
    return data


def damaged_zip(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """A zip with one member damaged or lost, or one more of an odd name; its checksums are right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    at = random.randrange(len(members))
    name, content = members[at]
    fate = random.random()
    members[at : at + 1] = [] if fate < 0.04 else [(name, damaged(content, random, others))]
    if fate > 0.97:
        members.append((random.choice(("../../x", "/etc/x", "xl/" + "a" * 300, "C:\\x", "\x00")), b"x"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for member, inside in members:
            archive.writestr(zipfile.ZipInfo(member), inside)
    return out.getvalue()


def deflated_again(data: bytes, random: Random) -> bytes:
    """A PDF whose first content stream is packed, with damage inside or outside of the packing."""
    found = re.search(rb"/Length \d+ >>\nstream\n(.*?)\nendstream", data, re.DOTALL)
    if found is None:
        return data
    inside = found[1] * random.choice((1, 1, 50))
    packed = zlib.compress(damaged(inside, random, ()))
    stream = b"/Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed)
    return data[: found.start()] + stream + data[found.end() :]


def _flip(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    if not data:
        return data
    changed, at = bytearray(data), random.randrange(len(data))
    changed[at] ^= 1 << random.randrange(8)
    return bytes(changed)


def _overwrite(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    new = random.choice((random.randbytes(random.randint(1, 8)), random.choice(WORDS)))
    return data[:at] + new + data[at + len(new) :]


def _number(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Another number, as bytes of either order or in the place of one that is written in digits."""
    number = random.choice(NUMBERS)
    digits = list(re.finditer(rb"\d+", data))
    if digits and random.random() < 0.5:
        old = random.choice(digits)
        return data[: old.start()] + str(number).encode() + data[old.end() :]
    size, code = random.choice(((1, "B"), (2, "H"), (4, "I"), (8, "Q")))
    new = struct.pack(random.choice("<>") + code, number % 2 ** (8 * size))
    at = random.randrange(len(data) + 1)
    return data[:at] + new + data[at + size :]


def _cut(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _take_out(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start, end = _slice(data, random)
    return data[:start] + data[end:]


def _repeat(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start, end = _slice(data, random)
    times = random.choice((2, 3, 10, 300, 100_000))
    return data[:end] + data[start:end] * min(times, MOST_BYTES // max(1, end - start)) + data[end:]


def _insert(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(WORDS) * random.choice((1, 1, 2, 50)) + data[at:]


def _splice(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice([data, *others])
    start, end = _slice(other, random)
    at = random.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at + random.choice((0, end - start)) :]


def _slice(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    longest = random.choice((4, 64, len(data) + 1))
    return start, min(len(data), start + random.randint(1, max(1, longest)))


Way = Callable[[bytes, Random, Sequence[bytes]], bytes]
_WAYS: tuple[Way, ...] = (
    _flip,
    _flip,
    _overwrite,
    _number,
    _number,
    _cut,
    _take_out,
    _repeat,
    _insert,
    _insert,
    _splice,
)
