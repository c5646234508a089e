"""Files as the body of a request: a form with many, or one alone; kept on disk while they are received."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import IO, TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from backends.serving.api.bodies import check_length, media_type, stream, too_large
from backends.serving.api.edge import Call
from backends.serving.api.encodings import encoding_of
from backends.serving.api.problems import BodyTooLarge, HttpRefusal, UnsupportedMedia
from backends.serving.api.retrieval.choices import SEARCH, Choice, chosen
from backends.serving.api.uploads import FORM, IN_MEMORY, bounded
from backends.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    from backends.retrieval import File

MOST_FILES = 200  # of one form
TOGETHER = 32 * MEGABYTE  # bytes of files that are in memory at once
LONGEST_NAME = 255  # characters
LONGEST_PASSWORD = 1_000


def _up_to(longest: int) -> Any:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise ValueError
        return value

    return read


ABOUT: dict[str, Choice] = {  # what is said of all files of a request
    "password": Choice(_up_to(LONGEST_PASSWORD), "the password of encrypted files", {"type": "string"}),
    "tags": SEARCH["tags"],
    "date": Choice(SEARCH["since"].read, SEARCH["since"].allowed, SEARCH["since"].schema),
}


@dataclass
class Received:
    """The files of a request, open, and what was said of all of them."""

    files: list[tuple[str, IO[bytes]]] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    _held: ExitStack = field(default_factory=ExitStack)

    def keep(self, name: str, file: IO[bytes]) -> None:
        """Add a file, which is closed with the others."""
        self._held.callback(file.close)
        self.files.append((name, file))

    def groups(self, settings: Settings) -> Iterator[list[File]]:
        """The files with their bytes, so many at once as have `TOGETHER` bytes, or one that has more.

        Of a file that is too large one byte more is read than may be, so that it is refused as such.
        """
        from backends.retrieval import File

        group: list[File] = []
        size = 0
        for name, file in self.files:
            file.seek(0)
            data = file.read(settings.max_document_mb * MEGABYTE + 1)
            if group and size + len(data) > TOGETHER:
                yield group
                group, size = [], 0
            group.append(File(name, data, **self.about))
            size += len(data)
        yield group

    def close(self) -> None:
        """Let the files go; what is on disk is deleted by that."""
        self._held.close()


async def receive(call: Call) -> Received:
    """Take in the files: those of a form, or the body itself under the parameter `name`.

    Raises for what is too large (413), no form (400), and fields that cannot be (422).
    """
    settings = call.service.settings
    try:
        check_length(call, settings.max_upload_mb)
        return await (_of_form if media_type(call) == FORM else _of_body)(call, settings)
    except BodyTooLarge as error:
        hint = "Send fewer files at once; WORKBENCH_MAX_UPLOAD_MB sets the limit."
        raise BodyTooLarge(error.message, hint) from None


async def _of_body(call: Call, settings: Settings) -> Received:
    received = Received(about=_about({name: value for name, value in call.parameters.items() if name != "name"}))
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - `Received` closes it
    received.keep(_named(call.parameters.get("name", "")), file)
    try:
        async for part in stream(call):
            if file.tell() + len(part) > settings.max_upload_bytes:
                raise too_large(settings.max_upload_mb)
            file.write(part)
    except BaseException:
        received.close()
        raise
    return received


async def _of_form(call: Call, settings: Settings) -> Received:
    if encoding_of(call.headers.get("content-encoding", "")):
        raise UnsupportedMedia("A form is not read compressed.", hint="Send it plain.")
    counted = Request(call.request.scope, bounded(call.request, settings.max_upload_mb))
    try:
        form = await counted.form(max_files=MOST_FILES, max_fields=10)
    except (MultiPartException, HTTPException) as error:
        reason = error.message if isinstance(error, MultiPartException) else error.detail
        raise HttpRefusal(f"The form cannot be read: {reason}", f"Send at most {MOST_FILES} files.") from None
    return _sorted(form)


def _sorted(form: FormData) -> Received:
    """Files and fields of a form. The fields are those of `ABOUT`."""
    received = Received()
    fields: dict[str, Any] = {}
    try:
        for name, part in form.multi_items():
            if isinstance(part, str):
                fields[name] = f"{fields[name]},{part}" if name == "tags" and name in fields else part
            else:
                received.keep((part.filename or "")[: LONGEST_NAME + 1], part.file)
        if not received.files:
            raise HttpRefusal("The form has no file.", hint="Send each document as a file of the form.")
        received.about = _about(fields)
    except BaseException:
        received.close()
        raise
    return received


def _about(fields: dict[str, Any]) -> dict[str, Any]:
    found = chosen({name: value or None for name, value in fields.items()}, ABOUT)
    day: date | None = found.get("date")
    return {"password": found.get("password"), "tags": found.get("tags"), "date": day}


def _named(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise HttpRefusal(
            f"The file's name is {name[:80]!r}.", hint="Give it as the parameter 'name', such as ?name=report.pdf."
        )
    return name.strip()
