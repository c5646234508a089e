"""The embedded registry: its files, its locks, and that it leaves the rest of the process alone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from backends.errors import UnavailableError, WorkbenchError
from backends.registry import Registry
from backends.registry import places as places_module
from backends.registry.places import Folder, Server, place
from backends.settings import Settings
from tests.backends.registry.bundles import packed
from tests.backends.registry.conftest import embedded_only

ROOT = Path(__file__).parents[3]
pytestmark = embedded_only


@pytest.mark.slow
def test_a_moved_home_takes_its_models_along(registry: Registry, settings: Settings, tmp_path: Path) -> None:
    first = registry.publish(packed(0.7), "churn", "ana")
    registry.close()
    shutil.copytree(settings.home, tmp_path / "elsewhere")
    shutil.rmtree(settings.home)
    moved = Registry.open(Settings(home=str(tmp_path / "elsewhere")))
    second = moved.publish(packed(0.8), "churn", "ana")
    paths = [moved.bundle_path(version) for version in (first, second)]
    assert all(path.is_relative_to(tmp_path / "elsewhere") for path in paths)
    assert moved.bundle_path(moved.publish(packed(0.9), "churn", "ana")).is_file()
    assert not Path(settings.home).exists()


def test_a_damaged_or_lost_bundle_is_said_so(registry: Registry) -> None:
    version = registry.publish(packed(), "churn", "ana")
    path = registry.bundle_path(version)
    data = bytearray(path.read_bytes())
    data[-30] ^= 1
    path.write_bytes(data)
    with pytest.raises(WorkbenchError, match="churn version 1 is damaged"):
        registry.bundle_path(version)
    path.unlink()
    with pytest.raises(WorkbenchError, match="churn version 1 is gone"):
        registry.bundle_path(version)


def test_a_deleted_version_leaves_no_files(registry: Registry) -> None:
    registry.publish(packed(), "churn", "ana")
    path = registry.bundle_path(registry.publish(packed(), "churn", "ana"))
    registry.delete("churn", 2, "ana", "over")
    assert not path.parent.parent.exists()


def test_a_deletion_that_was_begun_is_finished_by_the_next_opening(
    registry: Registry, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = registry.publish(packed(), "churn", "ana")
    path = registry.bundle_path(version)
    with monkeypatch.context() as patch:
        patch.setattr("backends.registry.registry.discarded", _killed)
        with pytest.raises(KeyboardInterrupt):
            registry.delete("churn", 1, "ana", "over")
    assert path.exists()
    assert registry.versions("churn") == ()
    Registry.open(settings)
    assert not path.exists()
    assert [event.what for event in registry.history("churn")] == ["published", "deleted"]


def test_a_move_that_was_begun_is_shown_in_mlflow_after_the_next_opening(
    registry: Registry, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    registry.publish(packed(), "churn", "ana")
    registry.move("churn", 1, "staging", "ana", "try")
    with monkeypatch.context() as patch:
        patch.setattr("backends.registry.registry.mirror", _killed)
        with pytest.raises(KeyboardInterrupt):
            registry.move("churn", 1, "production", "ana", "try")
    client = MlflowClient(tracking_uri=registry.uri, registry_uri=registry.uri)
    assert registry.version("churn", "champion").number == 1
    assert client.get_registered_model("churn").aliases == {}
    Registry.open(settings)
    assert int(client.get_registered_model("churn").aliases["champion"]) == 1


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_model_of_somebody_else_is_neither_listed_nor_written_to(registry: Registry) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=registry.uri, registry_uri=registry.uri)
    client.create_registered_model("theirs")
    client.create_model_version("theirs", "s3://bucket/model")
    registry.publish(packed(), "ours", "ana")
    client.create_model_version("ours", "s3://bucket/model")
    assert [(model.name, model.versions) for model in registry.models()] == [("ours", 1)]
    with pytest.raises(WorkbenchError, match=r"'theirs' .* was not made by the workbench"):
        registry.publish(packed(), "theirs", "ana")


def test_the_database_lets_readers_in_while_one_writes(registry: Registry, settings: Settings) -> None:
    database = settings.home_folder / "registry" / "mlflow.db"
    assert sqlite3.connect(database).execute("PRAGMA journal_mode").fetchone() == ("wal",)
    registry.publish(packed(), "churn", "ana")
    with Folder(settings.home_folder / "registry").writing():
        assert registry.version("churn", 1).number == 1


def test_a_writer_that_does_not_end_is_told_of(
    registry: Registry, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_module, "_WAIT_SECONDS", 0.05)
    with (
        Folder(settings.home_folder / "registry").writing(),
        pytest.raises(WorkbenchError, match="is being written to") as raised,
    ):
        registry.publish(packed(), "churn", "ana")
    assert settings.home not in str(raised.value), "where the server keeps it"


def test_a_home_that_cannot_hold_a_database_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(WorkbenchError, match="could not be made"):
        Folder(tmp_path).prepare()
    assert not (tmp_path / "mlflow.db").exists()


def test_why_a_database_cannot_be_made_is_said_without_where_it_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_module, "_MIGRATE", "import sys; raise OSError('no room: ' + sys.argv[1])")
    with pytest.raises(WorkbenchError, match="could not be made: OSError: no room") as raised:
        Folder(tmp_path).prepare()
    assert str(tmp_path) not in str(raised.value)


def test_it_is_silent_and_leaves_the_process_as_it_was(settings: Settings) -> None:
    """Nothing on standard output, no address set for the whole process, no call home, no files in the way."""
    code = (
        "import os, sys, threading; from backends.registry import Registry; from backends.settings import Settings\n"
        "assert not {'mlflow', 'sklearn', 'pandas', 'onnxruntime', 'sqlalchemy'} & set(sys.modules)\n"
        "from tests.backends.registry.bundles import packed\n"
        "registry = Registry.open(Settings(home=sys.argv[1])); registry.publish(packed(), 'churn', 'ana')\n"
        "from mlflow.telemetry.client import get_telemetry_client\n"
        "assert get_telemetry_client() is None\n"
        "assert 'MLFLOW_TRACKING_URI' not in os.environ and 'MLFLOW_REGISTRY_URI' not in os.environ\n"
        "import mlflow; assert mlflow.get_tracking_uri() != registry.uri\n"
    )
    away = ("PYTEST_CURRENT_TEST", "CI", "MLFLOW_DISABLE_TELEMETRY")  # MLflow would be quiet for these alone
    environment = {name: value for name, value in os.environ.items() if name not in away}
    folder = Path(settings.home) / "cwd"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, settings.home],
        cwd=folder,
        env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("uri", ["databricks", "/etc/passwd", "file:///tmp/x", "ftp://host"])
def test_an_address_that_is_none_is_refused(uri: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no address of a server"):
        place(Settings(home=str(tmp_path)), {"MLFLOW_TRACKING_URI": uri})


def test_the_environment_moves_it_to_a_server(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    assert isinstance(place(settings, {"MLFLOW_TRACKING_URI": " http://127.0.0.1:5000 "}), Server)
    assert isinstance(place(settings, {"MLFLOW_TRACKING_URI": ""}), Folder)


def test_a_server_that_is_gone_is_said_so_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(WorkbenchError, match=r"http://…@127.0.0.1:9 does not answer") as raised:
        Registry.open(Settings(home=str(tmp_path)), {"MLFLOW_TRACKING_URI": "http://ana:secret@127.0.0.1:9"})
    assert "secret" not in str(raised.value)
    assert isinstance(raised.value, UnavailableError)
    with pytest.raises(WorkbenchError, match="'…@host/x', which is no address") as raised:
        place(Settings(home=str(tmp_path)), {"MLFLOW_TRACKING_URI": "ana:sec/ret@host/x"})
    assert "sec/" not in str(raised.value)
