"""Bodies that come compressed (`Content-Encoding`), unpacked piece by piece, so that whoever reads can stop in time."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from backends.serving.api.problems import HttpRefusal, UnsupportedMedia

PIECE = 256 * 1024  # bytes that are unpacked at once, however few they come from
FORMATS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's `wbits`; deflate is the zlib format (RFC 9110, 8.4.1)
PLAIN = ("", "identity")


def encoding_of(header: str) -> str:
    """The coding of a body. Raises UnsupportedMedia (415) for one, or a chain of them, that is not read here.

    >>> encoding_of(" GZIP "), encoding_of("identity")
    ('gzip', '')
    """
    name = header.strip().lower()
    if name in PLAIN:
        return ""
    if name not in FORMATS:
        raise UnsupportedMedia(
            f"A body in the coding {name[:80]!r} is not read here.", hint="Send it plain, or as gzip or deflate."
        )
    return name


async def unpacked(pieces: AsyncIterator[bytes], header: str) -> AsyncIterator[bytes]:
    """The pieces as they were before the coding that `header` names, none larger than `PIECE` where it is compressed.

    Raises HttpRefusal (400) for bytes that are not in that coding, or end too early.
    """
    name = encoding_of(header)
    if not name:
        async for piece in pieces:
            yield piece
        return
    unpacking = zlib.decompressobj(FORMATS[name])
    async for piece in pieces:
        left = piece
        while left:
            made = _next(unpacking, left, name)
            left = unpacking.unconsumed_tail
            if made:
                yield made
    if not unpacking.eof:
        raise _broken(name)


def _next(unpacking: zlib._Decompress, packed: bytes, name: str) -> bytes:
    try:
        made = unpacking.decompress(packed, PIECE)
    except zlib.error:
        raise _broken(name) from None
    if unpacking.unused_data or (unpacking.eof and unpacking.unconsumed_tail):
        raise _broken(name)
    return made


def _broken(name: str) -> HttpRefusal:
    return HttpRefusal(f"The body is not one whole {name} stream, as its Content-Encoding says.", hint="Send it plain.")
