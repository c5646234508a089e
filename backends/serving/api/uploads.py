"""A table as the body of a request: CSV or Parquet, kept on disk and read in blocks: its size costs no memory."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from typing import IO

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive

from backends.serving.api.bodies import check_length, media_type, stream, too_large
from backends.serving.api.csv_tables import TableForm, csv_blocks
from backends.serving.api.edge import Call
from backends.serving.api.encodings import encoding_of
from backends.serving.api.parquet_tables import parquet_blocks
from backends.serving.api.problems import HttpRefusal, UnsupportedMedia
from backends.serving.api.table_columns import Columns
from backends.serving.api.tables import Block
from backends.settings import MEGABYTE, Settings

IN_MEMORY = 1 * MEGABYTE  # a smaller body needs no file
FORM = "multipart/form-data"
FORMATS = {
    "text/csv": "csv",
    "application/csv": "csv",
    "application/vnd.apache.parquet": "parquet",
    "application/x-parquet": "parquet",
    "application/parquet": "parquet",
}
ENDINGS = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True)
class Upload:
    """A table that was received: an open file and its format, "csv" or "parquet"."""

    file: IO[bytes]
    format: str
    settings: Settings

    def blocks(self, form: TableForm, columns: Columns) -> Generator[Block, None, None]:
        """The table in blocks of at most `BLOCK` rows, by the model's `columns` among its own.

        Raises WorkbenchError for what cannot be read.
        """
        self.file.seek(0)
        if self.format == "csv":
            return csv_blocks(self.file, self.settings, form, columns)
        return parquet_blocks(self.file, self.settings, columns)

    def close(self) -> None:
        """Let the file go; a temporary one is deleted by that."""
        self.file.close()


def is_upload(call: Call) -> bool:
    """Whether the body is a table and not JSON."""
    kind = media_type(call)
    return kind == FORM or kind in FORMATS


async def receive_upload(call: Call) -> Upload:
    """Take in the table: the raw body, or the one file of a form. Raises for its size (413) or format (415)."""
    settings = call.service.settings
    check_length(call, settings.max_upload_mb)
    if media_type(call) == FORM:
        if encoding_of(call.headers.get("content-encoding", "")):
            raise UnsupportedMedia(
                "A form is not read compressed.", hint="Send it plain, or the file alone as the body."
            )
        return await _of_form(call.request, settings)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the upload closes it
    try:
        size = 0
        async for part in stream(call):
            size += len(part)
            if size > settings.max_upload_bytes:
                raise too_large(settings.max_upload_mb)
            file.write(part)
    except BaseException:
        file.close()
        raise
    return Upload(file, FORMATS[media_type(call)], settings)


async def _of_form(request: Request, settings: Settings) -> Upload:
    """The single file of a form; Starlette keeps it on disk, the counting of bytes is ours."""
    counted = Request(request.scope, bounded(request, settings.max_upload_mb))
    try:
        form = await counted.form(max_files=1, max_fields=10)
    except (MultiPartException, HTTPException) as error:  # the latter inside an application
        reason = error.message if isinstance(error, MultiPartException) else error.detail
        raise HttpRefusal(f"The form cannot be read: {reason}", hint="Send one file in it.") from None
    found = [part for part in form.values() if not isinstance(part, str)]
    if not found:
        raise HttpRefusal("The form has no file.", hint="Send the table as a file, named such as rows.csv.")
    file = found[0]
    kind = FORMATS.get((file.content_type or "").partition(";")[0].strip().lower())
    name = (file.filename or "").lower()
    kind = kind or next((known for ending, known in ENDINGS.items() if name.endswith(ending)), None)
    if kind is None:
        file.file.close()
        raise UnsupportedMedia(f"The file {name[:80]!r} is neither CSV nor Parquet.", hint="Name it .csv or .parquet.")
    return Upload(file.file, kind, settings)


def bounded(request: Request, max_mb: int) -> Receive:
    """What receives the request's body, and raises BodyTooLarge as soon as it is too long."""
    size = 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > max_mb * MEGABYTE:
            raise too_large(max_mb)
        return message

    return receive
