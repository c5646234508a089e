"""A whole table through a model: CSV or Parquet in, CSV or JSON lines out, in blocks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from backends.errors import WorkbenchError
from backends.serving.api.bodies import Options
from backends.serving.api.csv_tables import TableForm
from backends.serving.api.edge import Call, in_thread
from backends.serving.api.results import PIECE, accepted, kept, pieces_of, writer, written
from backends.serving.api.table_columns import Columns
from backends.serving.api.uploads import Upload, receive_upload
from backends.serving.refusals import Invalid

if TYPE_CHECKING:
    from backends.serving.api.tables import Block
    from backends.serving.predictions import Predictions
    from backends.serving.service import Session

STALLED_SECONDS = 20.0  # for one piece of `PIECE` bytes, which the slowest line carries in that time
log = logging.getLogger(__name__)


async def predict_table(call: Call, options: Options) -> Response:
    """`POST …/predict` with a table as its body. Columns that the model does not take are left aside, see `Columns`.

    With `on_error=fail` the results wait on disk until the last row has one, so that the status tells whether all went
    well. With "skip" they are sent as they come, a bad row with its problem. Should the table turn out to be unreadable
    in the middle, or the client read none of it for `STALLED_SECONDS`, the connection breaks off: an answer that ends
    properly is complete, with one line for each row.
    """
    kind = accepted(call.headers.get("accept", ""))
    run = TableRun(call, await receive_upload(call), options)
    try:
        pieces = await in_thread(run.results, kind)
    except BaseException:
        run.close()
        raise
    return TableResponse(pieces, kind, run)


class TableRun:
    """One table on its way through a model. The same version answers all of it, and is held loaded until the end."""

    def __init__(self, call: Call, upload: Upload, options: Options) -> None:
        self.version = 0
        self.columns = Columns(())
        self._call = call
        self._upload = upload
        self._options = options
        self._place = ExitStack()  # until the last result is sent
        self._held = ExitStack()  # the model and the upload, until the last row is predicted
        self._held.callback(upload.close)

    @property
    def words(self) -> str:
        """What it is, for the program's log."""
        return f"the request {self._call.request_id} to {self._call.name!r}"

    def results(self, kind: str) -> Iterator[bytes]:
        """The results in the format `kind`, in pieces. The first block is predicted at once, so that it can fail."""
        call = self._call
        self._place.enter_context(call.service.table_place())
        session = self._held.enter_context(call.service.session(call.name, call.version, call.sticky, table=True))
        self.version = session.choice.number
        bundle = session.predictor.bundle
        self.columns = Columns(tuple(bundle.signature.columns.names), self._options.unusual == "accept")
        blocks = self._upload.blocks(TableForm.of_bundle(bundle), self.columns)
        self._held.callback(blocks.close)  # before the file that it reads
        to = writer(kind, bundle.signature.classes, self._options.probabilities)
        pieces = written(blocks, lambda block: self._predicted(session, block), to)
        first = [next(pieces), next(pieces, b"")]
        if self._options.on_error == "skip":
            return chain(first, pieces)
        file = kept(chain(first, pieces))
        self._held.close()
        self._held.callback(file.close)
        return pieces_of(file)

    def close(self) -> None:
        """Let the model, the files and the place go."""
        try:
            self._held.close()
        finally:
            self._place.close()

    def _predicted(self, session: Session, block: Block) -> Predictions:
        options = self._options.for_service(self._call.request_id)
        try:
            return session.predict(block.rows, self._call.caller, options).predictions
        except Invalid as error:
            problems = tuple(replace(one, row=one.row + block.start) for one in error.problems)
            raise Invalid(problems, error.rows, error.count) from None


class TableResponse(StreamingResponse):
    """Results in pieces; what the run holds is let go however the answer ends, also when the client has gone.

    A piece that cannot be sent for `STALLED_SECONDS`, as the client does not read, ends the answer.
    """

    def __init__(self, pieces: Iterator[bytes], kind: str, run: TableRun) -> None:
        self._pieces = iterate_in_threadpool(pieces)
        super().__init__(self._pieces, 200, {"X-Model-Version": str(run.version), **run.columns.headers()}, kind)
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await in_thread(self._run.close)

    async def stream_response(self, send: Send) -> None:
        """Send the head and the pieces. An answer that breaks off ends without its last message; the server closes."""
        try:
            await self._send(send, {"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for piece in self._pieces:
                for at in range(0, len(piece), PIECE):
                    await self._send(send, _body(piece[at : at + PIECE], more=True))
            await self._send(send, _body(b"", more=False))
        except _StalledError:
            log.warning("Results of %s break off: nobody read them for %s s.", self._run.words, STALLED_SECONDS)
        except WorkbenchError as error:
            log.warning("Results of %s break off: %s", self._run.words, error)

    @staticmethod
    async def _send(send: Send, message: Message) -> None:
        """Send a message in time."""
        try:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)
        except TimeoutError:
            raise _StalledError from None


class _StalledError(Exception):
    """The client does not read."""


def _body(data: bytes, more: bool) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
