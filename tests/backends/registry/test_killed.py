"""A registry whose process was killed at any moment opens clean, and every version it lists loads."""

from __future__ import annotations

import random
import sqlite3
import time
from hashlib import sha256
from pathlib import Path

import pytest

from backends.bundle import unpack
from backends.registry import Registry
from backends.settings import Settings
from tests.backends.registry.conftest import Publishers, confirmed, embedded_only

pytestmark = embedded_only


def check(settings: Settings) -> int:
    """Open the registry and look at everything in it; the number of versions."""
    from mlflow import MlflowClient

    registry = Registry.open(settings)
    versions = [version for model in registry.models() for version in registry.versions(model.name)]
    for version in versions:
        data = registry.bundle_path(version).read_bytes()
        assert sha256(data).hexdigest() == version.digest
        assert unpack(data).certificate.passed
    folder = settings.home_folder / "registry" / "artifacts" / "published"
    assert {path.name for path in folder.glob("*")} == {version.run for version in versions}
    client = MlflowClient(tracking_uri=registry.uri, registry_uri=registry.uri)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    assert not client.search_runs(experiments, "attributes.status = 'RUNNING'")
    for model in registry.models():
        alias = client.get_registered_model(model.name).aliases.get("champion")
        assert (int(alias) if alias else None) == model.champion
        stages = [version.stage for version in registry.versions(model.name)]
        assert stages.count("production") == (model.champion is not None)
    assert set(confirmed(settings.home)) <= {f"{one.name} {one.number} {one.digest}" for one in versions}
    registry.close()
    return len(versions)


@pytest.mark.parametrize("kills", [4, pytest.param(17, marks=pytest.mark.slow)])
def test_killed_at_random_moments_it_opens_clean_and_lists_what_was_confirmed(
    settings: Settings, publishers: Publishers, kills: int
) -> None:
    chance, began = random.Random(20_261_122), time.monotonic()
    worker = publishers.start(settings.home, 0, "churn", "loans")
    confirmed(settings.home, 1)
    whole = min(time.monotonic() - began, 2.0)  # seconds of opening and publishing; a busy machine may take more
    publishers.kill(worker)
    counts = [check(settings)]
    for seed in range(1, kills + 1):
        worker = publishers.start(settings.home, seed, "churn", "loans")
        time.sleep(chance.uniform(0.0, 1.5 * whole))
        publishers.kill(worker)
        counts.append(check(settings))
    assert counts == sorted(counts)
    assert counts[-1] > 1


@pytest.mark.slow
def test_killed_while_it_is_made_for_the_first_time_it_is_made_again(tmp_path: Path, publishers: Publishers) -> None:
    chance = random.Random(7)
    for seed in range(3):
        worker = publishers.start(str(tmp_path), seed, "churn")
        time.sleep(chance.uniform(0.0, 2.0))
        publishers.kill(worker)
        database = tmp_path / "registry" / "mlflow.db"
        if database.exists():
            assert sqlite3.connect(database).execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    check(Settings(home=str(tmp_path)))
    assert not [path.name for path in (tmp_path / "registry").iterdir() if path.name.startswith("making-")]
