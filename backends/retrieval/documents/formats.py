"""What a document is: its content decides, and the ending of its name has to agree."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from backends.retrieval.documents.unreadable import Unreadable, broken, empty

# Format -> (what it is called, the endings that promise it).
FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "txt": ("a text file", (".txt", ".text", ".log")),
    "md": ("a Markdown file", (".md", ".markdown")),
    "html": ("an HTML file", (".html", ".htm", ".xhtml")),
    "pdf": ("a PDF file", (".pdf",)),
    "docx": ("a Word file", (".docx", ".docm")),
    "csv": ("a CSV table", (".csv", ".tsv")),
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old Office files and of protected new ones
_BY_ENDING = {ending: key for key, (_, endings) in FORMATS.items() for ending in endings}
_TEXTS = {"txt", "md", "html", "csv"}
_BLANKS = b" \t\r\n\x0b\x0c\x00\xef\xbb\xbf\xff\xfe"  # and byte-order marks

# First bytes of what is none of the formats -> what it is.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"{\\rtf", "a Rich Text file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"%!PS", "a PostScript file"),
    (b"AT&TFORM", "a DjVu file"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
)
# Member of a zip -> what the zip is.
_ZIPPED: tuple[tuple[str, str], ...] = (
    ("word/", "docx"),
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint file"),
    ("META-INF/container.xml", "an EPUB book"),
    ("content.xml", "an OpenDocument file"),
)


def promised_format(name: str) -> str:
    """The format that the ending of `name` promises.

    Raises Unreadable for an ending of another format, or for none.

    >>> promised_format("Report.PDF")
    'pdf'
    """
    ending = PurePath(name).suffix.lower()
    if ending not in _BY_ENDING:
        said = f"the ending {ending!r}" if ending else "no ending"
        endings = ", ".join(endings[0] for _, endings in FORMATS.values())
        raise Unreadable(
            "unknown format", f"The file {name!r} has {said}; documents end in {endings}.", "Save it as one of these."
        )
    return _BY_ENDING[ending]


def find_format(data: bytes, name: str) -> str:
    """The key of `FORMATS` that both `data` and the ending of `name` say; "ole" for a Word file in an OLE container.

    Raises Unreadable for an ending that is not known, a file without content, and content of another format.

    >>> find_format(b"%PDF-1.7 ...", "a.pdf"), find_format(b"Some words.", "a.md")
    ('pdf', 'md')
    """
    promised = promised_format(name)
    if not data.strip(_BLANKS):
        raise empty(name, "has no bytes" if not data else "holds nothing but blanks")
    if promised == "pdf" and b"%PDF-" in data[:1024]:  # readers allow for other bytes in front
        return promised
    found = _content(data)
    if found == promised or (found == "text" and promised in _TEXTS):
        return promised
    if found == "ole" and promised == "docx":
        return "ole"
    raise _mismatch(name, promised, found)


def _mismatch(name: str, promised: str, found: str) -> Unreadable:
    wanted = FORMATS[promised][0]
    if promised in ("pdf", "docx") and found in ("text", "bytes"):
        start = "its first bytes are not those of one"
        return broken(name, wanted, start)
    calls = {"text": "text", "bytes": "binary data", "ole": "an old Office file", "zip": "a zip archive"}
    content = FORMATS[found][0] if found in FORMATS else calls.get(found, found)
    ending = FORMATS[found][1][0] if found in FORMATS else ""
    hint = f"Give it the ending {ending} and add it again." if ending else "Save it in the format that its name says."
    return Unreadable("not what its name says", f"The file {name!r} holds {content}, not {wanted}.", hint)


def _content(data: bytes) -> str:
    head = data[:1024]
    if b"%PDF-" in head and (head.lstrip(_BLANKS).startswith(b"%PDF-") or not _is_text(head)):
        return "pdf"
    if data.startswith(OLE):
        return "ole"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(data)
    foreign = next((what for start, what in _FOREIGN if data.startswith(start)), "")
    return foreign or ("text" if _is_text(data[:65_536]) else "bytes")


def _zipped(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, IndexError):
        # A cut Word file has no table of contents left, but names its parts along the way.
        return "docx" if b"word/document" in data else "zip"
    return next((what for member, what in _ZIPPED if any(name.startswith(member) for name in names)), "zip")


def _is_text(head: bytes) -> bool:
    """Control characters are rare in text of any encoding but UTF-16 and UTF-32, which show zeros at regular places."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return True
    zeros = max((head[at::2].count(0) for at in (0, 1)), default=0)
    if zeros * 5 > len(head) and min(head[at::2].count(0) for at in (0, 1)) * 4 < zeros:
        return True
    controls = sum(head.count(code) for code in (*range(9), *range(14, 26), *range(28, 32)))
    return controls * 20 <= len(head)
