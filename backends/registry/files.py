"""The files of published versions: sent to their run, fetched and verified, cleared away."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path

from backends.errors import WorkbenchError
from backends.registry.connection import Client
from backends.registry.experiments import PUBLISHED
from backends.registry.places import Place
from backends.registry.versions import ModelVersion

BUNDLE = "bundle.zip"
_DIGEST = re.compile(r"[0-9a-f]{64}")
MEMBERS = "bundle"  # the folder of the same files unpacked, for those who look at the run in MLflow


@contextmanager
def laid_out(bundle: bytes) -> Iterator[Path]:
    """A temporary folder with the bundle as a zip and, beside it, its files. The bundle has been read before."""
    with tempfile.TemporaryDirectory(prefix="publish-") as name:
        folder = Path(name)
        (folder / BUNDLE).write_bytes(bundle)
        with zipfile.ZipFile(folder / BUNDLE) as archive:
            archive.extractall(folder / MEMBERS)  # `bundle.unpack` has refused paths and bombs
        yield folder


def verified(client: Client, place: Place, version: ModelVersion, cache: Path) -> Path:
    """The version's bundle as a file on this machine whose SHA-256 is the version's digest.

    An embedded registry has it; from a server it is fetched once per digest. Raises WorkbenchError for a file that is
    gone or not the one that was published.
    """
    folder = place.files(PUBLISHED.folder, version.run)
    if folder is not None:
        path = folder / BUNDLE
    elif not _DIGEST.fullmatch(version.digest):
        raise WorkbenchError(f"{version.digest[:80]!r} is no SHA-256.", hint="Publish the bundle again.")
    else:
        path = cache / f"{version.digest}.zip"
        if not path.is_file() or _sha256(path) != version.digest:
            _fetched(client, version, path)
    what = f"The bundle of {version.name} version {version.number}"
    if not path.is_file():
        raise WorkbenchError(
            f"{what} is gone from the registry's files.", hint="Restore it from a backup, or publish it again."
        )
    if _sha256(path) != version.digest:
        raise WorkbenchError(f"{what} is damaged: it is not what was published.", hint="Publish it again.")
    return path


def _fetched(client: Client, version: ModelVersion, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=path.parent) as folder:
        # Moved when whole: a process that is killed here leaves no half a bundle under this name.
        Path(client.download_artifacts(version.run, BUNDLE, folder)).replace(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def discarded(client: Client, place: Place, run: str) -> None:
    """Take away a run's files, as far as they are here, and mark the run as deleted in MLflow."""
    from mlflow.exceptions import MlflowException

    folder = place.files(PUBLISHED.folder, run)
    if folder is not None:
        shutil.rmtree(folder.parent, ignore_errors=True)
    try:
        client.delete_run(run)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise


def synced(folder: Path) -> None:
    """Have the system write a folder's files to the disk itself, so that a power cut after this loses none."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
