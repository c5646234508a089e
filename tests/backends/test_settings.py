"""What is read from the environment, and where the workbench keeps its files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.settings import ON_A_SPACE, Settings


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the temporary home is made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_without_a_home_there_is_a_private_one_of_this_process(temporary: Path) -> None:
    folder = Settings().home_folder
    assert folder == temporary / f"demo-workbench-{os.getpid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Settings().home_folder == folder


def test_a_link_that_somebody_laid_in_its_place_is_not_followed(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (temporary / f"demo-workbench-{os.getpid()}").symlink_to(elsewhere)
    with pytest.raises(WorkbenchError, match="belongs to somebody else"):
        _ = Settings().home_folder


def test_a_space_has_defaults_of_its_own_which_the_environment_overrules() -> None:
    assert Settings.from_environment({"SPACE_ID": "ana/demo"}).trusted_proxies == ON_A_SPACE["trusted_proxies"]
    given = {"SPACE_ID": "ana/demo", "WORKBENCH_FRAME_ANCESTORS": "https://example.org"}
    assert Settings.from_environment(given).frame_ancestors == "https://example.org"
    assert Settings.from_environment({}).frame_ancestors == ""


def test_secrets_are_not_shown_with_the_settings() -> None:
    names = ("admin_token", "api_keys", "llm_api_key", "milvus_token")
    assert "hidden" not in repr(Settings(**dict.fromkeys(names, "hidden for everybody")))


@pytest.mark.parametrize(("name", "value", "way_out"), [
    ("sign_in", "maybe", "Set it to optional or required."),
    ("prediction_log", "maybe", "Set it to on or private or off."),
])  # fmt: skip
def test_a_word_that_is_none_of_the_choices_is_refused_at_once(name: str, value: str, way_out: str) -> None:
    with pytest.raises(WorkbenchError, match=f"WORKBENCH_{name.upper()} is '{value}'") as refused:
        Settings.from_environment({f"WORKBENCH_{name.upper()}": value})
    assert refused.value.hint == way_out


def test_a_token_that_can_be_guessed_is_refused_without_being_shown() -> None:
    with pytest.raises(WorkbenchError, match="WORKBENCH_ADMIN_TOKEN has 7 characters") as refused:
        Settings(admin_token="letmein")
    assert "letmein" not in str(refused.value)


def test_a_home_given_from_the_working_directory_holds_for_jobs_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings(home="data", cache="cache").home_folder == tmp_path / "data"
    assert Settings(home="data", cache="cache").cache_folder == tmp_path / "cache"
