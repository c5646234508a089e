"""What a file is, by its content first and its name second."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath

from backends.errors import WorkbenchError

# Format -> (what it is called, the endings that promise it).
FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "text": ("a text table (CSV)", (".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ".data")),
    "json": ("JSON", (".json", ".jsonl", ".ndjson")),
    "parquet": ("a Parquet file", (".parquet", ".pq")),
    "xlsx": ("an Excel workbook", (".xlsx", ".xlsm", ".xltx")),
    "xls": ("an old Excel workbook", (".xls", ".xlt")),
}
_BLANKS = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"  # and byte-order marks
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # not the escape character, which shifts encodings
MOST_CONTROL = 0.05  # of a text's bytes; in random bytes every tenth is one
ENDINGS = tuple(ending for _, endings in FORMATS.values() for ending in endings)
_EXCEL = {"xlsx", "xls"}

# First bytes of what is no table -> (what it is, the way out).
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip archive", "Unpack it and load the file inside."),
    (b"BZh", "a bzip2 archive", "Unpack it and load the file inside."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it and load the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and load the file inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and load the file inside."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and load the file inside."),
    (b"%PDF", "a PDF document", "Export the table from it as CSV or Excel."),
    (b"\x89PNG\r\n", "a PNG picture", "Load the table itself, not a picture of it."),
    (b"\xff\xd8\xff", "a JPEG picture", "Load the table itself, not a picture of it."),
    (b"GIF8", "a GIF picture", "Load the table itself, not a picture of it."),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table from it as CSV or Parquet."),
    (b"\x89HDF\r\n", "an HDF5 file", "Export the table from it as CSV or Parquet."),
    (b"ARROW1", "an Arrow file", "Save the table as Parquet or CSV."),
    (b"ORC", "an ORC file", "Save the table as Parquet or CSV."),
    (b"\x7fELF", "a program", "Load a table."),
    (b"\x80\x04\x95", "a Python pickle", "Pickles are never opened; save the table as CSV or Parquet."),
    (b"\x93NUMPY", "a NumPy array", "Save the table as CSV or Parquet."),
)


def find_format(data: bytes, name: str) -> str:
    """The key of `FORMATS` that `data` has.

    Raises WorkbenchError for an empty file, for content that is no table, and for content that is not
    what the name's ending says.

    >>> find_format(b"a,b\\n1,2\\n", "table.csv")
    'text'
    """
    if not data[:4096].strip(_BLANKS) and not data.strip(_BLANKS):
        what = "is empty" if not data else "holds nothing but blanks"
        raise WorkbenchError(f"The file {name!r} {what}.", hint="Choose a file with a table in it.")
    found = _content(data, name)
    promised = promised_format(name)
    if promised and promised != found and not {promised, found} <= _EXCEL:
        if found == "text" and _no_text(data[:4096]):
            called = FORMATS[promised][0].removeprefix("an ").removeprefix("a ")
            raise WorkbenchError(f"The file {name!r} is damaged, or no {called}.", hint="Save it again and load that.")
        raise _mismatch(name, promised, FORMATS[found][0], _rename(found))
    return found


def promised_format(name: str) -> str:
    """The format that the ending of `name` promises, "" for an ending that promises nothing."""
    ending = PurePath(name).suffix.lower()
    return next((key for key, (_, endings) in FORMATS.items() if ending in endings), "")


def _rename(found: str) -> str:
    return f"Give it the ending {FORMATS[found][1][0]} and load it again."


def _mismatch(name: str, promised: str, content: str, hint: str) -> WorkbenchError:
    if promised:
        return WorkbenchError(f"The file {name!r} is {content}, not {FORMATS[promised][0]}.", hint=hint)
    return WorkbenchError(f"The file {name!r} is {content}, not a table.", hint=hint)


def _content(data: bytes, name: str) -> str:
    for start, what, hint in _FOREIGN:
        if data.startswith(start):
            raise _mismatch(name, promised_format(name), what, hint)
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(data, name)
    head = _readable(data[:4096])
    page = re.match(r"\s*(?:<!doctype html|<html|<head|<body|<table|<script|<meta)", head, re.IGNORECASE)
    if page and not re.match(r"<[^<>\n]*>[^<>\n]*(?:</[^<>\n]*>)?[,;\t]", head):  # a tag alone can be a column's name
        raise _mismatch(
            name, promised_format(name), "a web page (HTML)", "Save the table behind the page, not the page."
        )
    if re.match(r"\s*(?:<\?xml|<[A-Za-z][\w:.-]*[\s>/][^,;\t]*$)", head):
        raise _mismatch(name, promised_format(name), "an XML document", "Save the table as CSV or Excel.")
    return _text_or_json(data, head, name)


def _readable(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.decode("utf-16" if wide else "latin-1", errors="ignore").lstrip("ï»¿")


def _no_text(head: bytes) -> bool:
    """Whether bytes without a byte-order mark hold what no text does: zeros, or many control characters.

    >>> _no_text(b"a,b\\n1,2\\n"), _no_text(bytes(range(64))), _no_text("a,b".encode("utf-16"))
    (False, True, False)
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    return b"\x00" in head or len(_CONTROL.findall(head)) > len(head) * MOST_CONTROL


def _zipped(data: bytes, name: str) -> str:
    try:
        inside = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, IndexError):
        raise WorkbenchError(f"The file {name!r} is a damaged zip archive.", hint="Fetch or save it again.") from None
    if any(entry.startswith("xl/") for entry in inside):
        return "xlsx"
    what = "an OpenDocument file" if "content.xml" in inside else "a zip archive"
    hint = "Save the sheet as Excel or CSV." if "content.xml" in inside else "Unpack it and load the file inside."
    raise _mismatch(name, promised_format(name), what, hint)


def _text_or_json(data: bytes, head: str, name: str) -> str:
    if promised_format(name) == "json":
        return "json"
    start = head.lstrip(" \t\r\n")[:1]
    if start in ("{", "[") and _parses_as_json(data, start):
        return "json"
    return "text"


def _parses_as_json(data: bytes, start: str) -> bool:
    """Is a text that begins like JSON really JSON (a whole document, or a document on each line)?"""
    import json

    first = data[: 1 << 20].lstrip().split(b"\n", 1)[0]
    try:
        value = json.loads(first)
    except ValueError:
        return _whole_json(data)
    except RecursionError:
        return True
    return isinstance(value, dict | list)


def _whole_json(data: bytes) -> bool:
    """Does the text end as it begins, with something in between that JSON has and CSV has not?"""
    inner = data.strip(b"\xef\xbb\xbf \t\r\n")
    brackets = (inner[:1], inner[-1:])
    return brackets in ((b"{", b"}"), (b"[", b"]")) and inner[1:200].lstrip()[:1] in (b'"', b"{", b"[", b"]", b"}")
