"""The files that Streamlit keeps in memory until a page has read them, as the door counts them."""

from __future__ import annotations

from streamlit import runtime

from components import cached

AROUND = 1_000  # bytes that Streamlit holds around a file, at least: an empty one is not free either


def held(session: str) -> int | None:
    """Bytes of the files that wait in a session's memory; None where no tab of that name is open."""
    if not runtime.exists() or not runtime.get_instance().is_active_session(session):
        return None
    files = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {}).get(session, {})
    return sum(len(file.data) + len(file.name) + len(file.type) + AROUND for file in tuple(files.values()))


def make_room(more: int) -> None:
    """See to it that there is memory for files of so many bytes. Raises WorkbenchError where there is not."""
    cached.house().make_room("this file", more)
