from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from backends.errors import WorkbenchError
from components import cached, uploads


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    """Streamlit's own store of uploaded files, with one open tab."""
    made = MemoryUploadedFileManager("/_stcore/upload_file")
    running = SimpleNamespace(uploaded_file_mgr=made, is_active_session=lambda session: session == "tab")
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: running)
    return made


def test_a_tabs_files_are_counted_until_they_are_let_go(files: MemoryUploadedFileManager) -> None:
    assert uploads.held("tab") == 0
    files.add_file("tab", UploadedFileRec("made-up", "a.csv", "text/csv", b"x" * 5_000))
    files.add_file("tab", UploadedFileRec("empty", "", "", b""))
    files.add_file("other", UploadedFileRec("b", "b.csv", "text/csv", b"x" * 5_000))
    assert uploads.held("tab") == 5_000 + len("a.csv") + len("text/csv") + 2 * uploads.AROUND
    files.remove_session_files("tab")
    assert uploads.held("tab") == 0


def test_there_is_nothing_of_a_tab_that_is_not_open(files: MemoryUploadedFileManager) -> None:
    assert uploads.held("other") is None
    assert "other" not in files.file_storage


def test_without_a_running_server_no_tab_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "exists", lambda: False)
    assert uploads.held("tab") is None


def test_more_than_the_workbench_may_hold_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="There is no memory for this file"):
        uploads.make_room(cached.house().budget.total)
