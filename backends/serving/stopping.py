"""A server that is told to stop: what is being answered may finish, but not for ever."""

from __future__ import annotations

import signal

FINISH_SECONDS = 6  # a container's host kills after ten, and jobs and the prediction log have to be closed in those too


def stop_within(seconds: int = FINISH_SECONDS) -> bool:
    """Bound how long the uvicorn of this process waits for open connections once it is told to stop.

    By itself it waits until the last one is closed: a widget in a forgotten tab, whose connection is held open, would
    keep it from ever stopping. After `seconds` what is still open is cut. Call it when the application starts; False
    where no uvicorn of a main thread listens to the signal, or somebody has set a bound already.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    config = getattr(server, "config", None)
    if getattr(config, "timeout_graceful_shutdown", 0) is not None:
        return False
    config.timeout_graceful_shutdown = seconds  # type: ignore[union-attr]
    return True
