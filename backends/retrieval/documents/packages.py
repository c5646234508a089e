"""The parts of an Office file: a zip that may be damaged, protected by a password, or a bomb."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from backends.retrieval.documents.unreadable import Unreadable, broken
from backends.settings import MEGABYTE, Settings

MOST_XML = 100 * MEGABYTE  # of one part; as a tree it takes several times as much
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, IndexError, RuntimeError)


class Package:
    """Reads the XML parts of a Word file by name; none is unpacked beyond the limits.

    Raises Unreadable for damage and for more than the settings allow.
    """

    def __init__(self, data: bytes, name: str, settings: Settings) -> None:
        self._name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            total = sum(entry.file_size for entry in self._archive.infolist())
            self._names = set(self._archive.namelist())
        except _DAMAGE as error:
            raise broken(name, "a Word file", f"its archive is damaged ({error})") from None
        if total > settings.max_unpacked_bytes:
            raise self._too_large(total, settings.max_unpacked_mb)

    def xml(self, part: str) -> Any | None:
        """The root element of a part, None where the package does not have it."""
        if part not in self._names:
            return None
        from lxml import etree

        try:
            with self._archive.open(part) as member:
                data = member.read(MOST_XML + 1)
            if len(data) > MOST_XML:
                raise self._too_large(len(data), MOST_XML // MEGABYTE)
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise broken(self._name, "a Word file", f"{part!r} in it is no sound XML ({error.msg})") from None
        except _DAMAGE as error:
            raise broken(self._name, "a Word file", f"{part!r} in it cannot be unpacked ({error})") from None
        if root.getroottree().docinfo.doctype:
            raise broken(self._name, "a Word file", f"{part!r} in it declares entities, as no word processor does")
        return root

    def _too_large(self, size: int, most: int) -> Unreadable:
        message = f"The file {self._name!r} unpacks to {size / MEGABYTE:,.0f} MB or more; at most {most:,} MB are read."
        return Unreadable("too large", message, "Divide it, or save its text as a .txt file.")


def unlocked(data: bytes, name: str, password: str | None) -> bytes:
    """The Word file inside an OLE container that a password protects.

    Raises Unreadable without the password, with the wrong one, and for an old Word file, which is no container of one.
    """
    import msoffcrypto

    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        encrypted = office.is_encrypted()
    except Exception as error:  # the library raises several families for damaged files
        raise broken(name, "a Word file", f"its container is damaged ({type(error).__name__})") from None
    if not encrypted or office.format != "ooxml":
        hint = "Open it in a word processor and save it as .docx."
        raise Unreadable(
            "not what its name says", f"The file {name!r} holds an old Office file, not a Word file.", hint
        )
    if not password:
        raise locked(name)
    return _decrypted(office, name, password)


def _decrypted(office: Any, name: str, password: str) -> bytes:
    import msoffcrypto

    plain = io.BytesIO()
    try:
        office.load_key(password=password, verify_password=True)
        office.decrypt(plain)
    except msoffcrypto.exceptions.InvalidKeyError:
        raise wrong_password(name) from None
    except Exception as error:  # as above: damage shows itself in many ways
        raise broken(name, "a Word file", f"it cannot be decrypted ({type(error).__name__})") from None
    return plain.getvalue()


def locked(name: str) -> Unreadable:
    """The error for a file whose password is asked for."""
    return Unreadable("encrypted", f"The file {name!r} is protected by a password.", "Give the password and try again.")


def wrong_password(name: str) -> Unreadable:
    """The error for a password that does not open the file; it never holds the password."""
    return Unreadable("wrong password", f"The password does not open {name!r}.", "Check the password and try again.")
