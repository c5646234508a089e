"""A bundle as one zip file, and back; a zip is a distrusted one, whoever says to have made it."""

from __future__ import annotations

import io
import json
import stat
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

from backends.bundle.bundle import LAYOUT, Bundle
from backends.bundle.members import MANIFEST, MEMBERS, Member, schema_digest_of
from backends.errors import WorkbenchError
from backends.settings import MEGABYTE

MOST_PACKED = 1024 * MEGABYTE  # bytes of the zip
SMALL = 64 * MEGABYTE  # bytes that any zip may unpack to; larger ones have to be large themselves
RATIO = 200  # times its own size that a larger zip may unpack to
_TIME = (1980, 1, 1, 0, 0, 0)  # of every member: the same bundle gives the same bytes
_MODE = stat.S_IFREG | 0o644
_TEXTS = ("title", "created", "workbench", "intended_use")
_BY_NAME = {member.name: member for member in MEMBERS}
_HINT = "Export the model again, or fetch the bundle again."
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError)


def pack(bundle: Bundle) -> bytes:
    """The bundle as a zip: members sorted by name, times fixed, so that equal bundles are equal bytes."""
    files = {member.name: data for member in MEMBERS if (data := member.write(bundle)) is not None}
    about = {name: getattr(bundle, name) for name in _TEXTS}
    digests = {name: sha256(data).hexdigest() for name, data in sorted(files.items())}
    manifest = {"layout": LAYOUT, **about, "private": bundle.private, "files": digests}
    files[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE << 16, 3
            archive.writestr(info, data, compresslevel=6)
    return packed.getvalue()


def unpack(source: bytes | Path) -> Bundle:
    """Read back what `pack` gave; nothing is written to disk.

    Raises WorkbenchError for a file that is no bundle of this layout, holds anything else, is larger than a bundle
    may be, is not what its manifest says, or whose certificate names another graph, schema or table. Whether the
    certificate passed is not asked, and digests are no signature: who writes all files anew can make them fit. A
    certificate that does not name its schema or table can be read, and not published.
    """
    data = _bytes(source)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = _files(archive, len(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, *_MALFORMED) as error:
        raise WorkbenchError(f"The bundle is a damaged zip file: {_said(error)}.", hint=_HINT) from error
    manifest = _manifest(files.pop(MANIFEST, None))
    _check_digests(files, manifest["files"])
    return _bundle(files, manifest)


def _bytes(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        size = len(source)
    else:
        try:
            size = source.stat().st_size
        except OSError as error:
            raise WorkbenchError(f"The bundle {source.name!r} cannot be read: {_said(error)}.", hint=_HINT) from error
    if size > MOST_PACKED:
        most = MOST_PACKED // MEGABYTE
        raise WorkbenchError(f"The bundle has {size:,} bytes; at most {most:,} MB are read.", hint=_HINT)
    return source if isinstance(source, bytes) else source.read_bytes()


def _files(archive: zipfile.ZipFile, packed: int) -> dict[str, bytes]:
    """The members by name. What they unpack to is bounded by what the archive says, and that by reading no further."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    for info in infos:
        _check(info, names.count(info.filename))
    total, most = sum(info.file_size for info in infos), max(SMALL, RATIO * packed)
    if total > most:
        raise WorkbenchError(f"The bundle would unpack to {total:,} bytes; {most:,} are allowed.", hint=_HINT)
    return {info.filename: archive.read(info) for info in infos}


def _check(info: zipfile.ZipInfo, count: int) -> None:
    """Refuse what no bundle has: an unknown name (so any path), a name twice, a link, encryption, too many bytes."""
    name, known = info.filename, {MANIFEST, *_BY_NAME}
    limit = _BY_NAME[name].limit if name in _BY_NAME else SMALL
    kind = stat.S_IFMT(info.external_attr >> 16)  # 0: the zip does not say
    reasons = (
        (name not in known, f"holds {name[:80]!r}, which is no file of a bundle"),
        (count > 1, f"holds {name!r} {count} times"),
        (kind not in (0, stat.S_IFREG), f"holds {name!r} as a link or a device"),
        (info.flag_bits & 0x1, f"has {name!r} encrypted"),
        (info.file_size > limit, f"has {name!r} with {info.file_size:,} bytes; at most {limit:,} are read"),
    )
    for wrong, words in reasons:
        if wrong:
            raise WorkbenchError(f"The bundle {words}.", hint=_HINT)


def _manifest(data: bytes | None) -> dict[str, Any]:
    if data is None:
        raise WorkbenchError(f"The bundle has no {MANIFEST!r}.", hint=_HINT)
    try:
        manifest = json.loads(data)
        texts = [manifest[name] for name in _TEXTS] + [*manifest["files"], *manifest["files"].values()]
        sound = all(isinstance(text, str) for text in texts) and isinstance(manifest["private"], bool)
        layout = manifest["layout"]
        json.dumps(manifest, ensure_ascii=False).encode()  # half a surrogate pair, which JSON can write, is no text
    except _MALFORMED as error:
        raise WorkbenchError(f"The bundle's {MANIFEST!r} cannot be read: {_said(error)}.", hint=_HINT) from error
    if type(layout) is not int or layout != LAYOUT:
        raise WorkbenchError(f"The bundle has the layout {layout!r:.40}; this workbench reads {LAYOUT}.", hint=_HINT)
    if not sound:
        raise WorkbenchError(f"The bundle's {MANIFEST!r} has a value of the wrong type.", hint=_HINT)
    found: dict[str, Any] = manifest
    return found


def _check_digests(files: dict[str, bytes], digests: dict[str, str]) -> None:
    """Refuse files that the manifest does not name, names that have no file, and bytes with another digest."""
    required = {member.name for member in MEMBERS if not member.optional}
    for name in sorted({*files, *digests, *required}):
        reasons = (
            (name not in files, f"lacks {name[:80]!r}"),
            (name not in digests, f"holds {name!r}, which its manifest does not name"),
            (name in files and sha256(files[name]).hexdigest() != digests.get(name), f"has {name!r} changed"),
        )
        for wrong, words in reasons:
            if wrong:
                raise WorkbenchError(f"The bundle {words}.", hint=_HINT)


def _bundle(files: dict[str, bytes], manifest: dict[str, Any]) -> Bundle:
    fields: dict[str, Any] = {name: manifest[name] for name in (*_TEXTS, "private")}
    for member in MEMBERS:
        fields |= _read(member, files.get(member.name))
    bundle = Bundle(**fields)
    named = bundle.certificate.sha256
    for what, name, digest in (
        ("graph", "model.onnx", manifest["files"]["model.onnx"]),
        ("schema", "schema.json", schema_digest_of(files["schema.json"])),
        ("data", "schema.json", bundle.signature.digest),
    ):
        if named.get(what, "" if what == "graph" else digest) != digest:
            raise WorkbenchError(f"The certificate of the bundle is of another {what} than {name!r}.", hint=_HINT)
    return bundle


def _read(member: Member, data: bytes | None) -> dict[str, Any]:
    try:
        return member.read(data)
    except _MALFORMED as error:
        raise WorkbenchError(f"The bundle's {member.name!r} cannot be read: {_said(error)}.", hint=_HINT) from error


def _said(error: BaseException) -> str:
    """What an error says, on one short line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}".rstrip(": .")
