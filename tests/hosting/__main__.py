"""``make hosting``: the image built step by step, run without a network, and watched for what it writes where."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.browser.server import ROOT
from tests.hosting import dockerfile, ignored, journey, layers
from tests.hosting.base import base, package_folders
from tests.hosting.container import Container, running
from tests.hosting.image import Build, Image, build

NOT_RUN = (
    "Not run here: `docker build` itself. In place of the base image stood this machine's Debian and Python; torch "
    "came from a folder of this machine where it has one without CUDA."
)


def main() -> int:
    """Build, run twice, report. The exit code says whether all held."""
    asked = argparse.ArgumentParser(prog="python -m tests.hosting", description=__doc__)
    asked.add_argument("--torch-index", default="", help="address of a package index that has torch without CUDA")
    asked.add_argument("--keep", type=Path, help="a folder for the layers, taken again next time; else a temporary one")
    given = asked.parse_args()
    if os.geteuid() != 0:
        print("This needs root: to mount layers of files, and to become the image's user. Run `sudo make hosting`.")
        return 2
    subprocess.run([Path(sys.executable).with_name("hadolint"), ROOT / "Dockerfile"], check=True)
    print("== hadolint finds nothing in the Dockerfile")
    layers.leave(layers.NEW_MOUNTS)
    with tempfile.TemporaryDirectory(prefix="workbench-hosting-", ignore_cleanup_errors=True) as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bare = built(folder, given.torch_index or _torch_here())
        image = replace(bare, environment={**bare.environment, **journey.SETTINGS})
        layers.leave(layers.NEW_NETWORK)  # from here on there is nothing but this machine's loopback
        wrong = [*first_run(image, folder), *second_run(image, folder)]
    print(NOT_RUN, *wrong, sep="\n")
    return 1 if wrong else 0


def built(folder: Path, torch: str) -> Image:
    """The image of the last stage; `torch` is the index to take torch from, empty for the Dockerfile's own."""
    context = ignored.taken(ROOT, folder / "context")
    print(f"== the build context has {len(context)} files", flush=True)
    below, packages = base(folder / "base"), tuple(package_folders())
    given = Build(folder / "context", context, {}, {"TORCH_INDEX": torch} if torch else {}, packages)
    for stage in dockerfile.read((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        begin = time.monotonic()
        print(f"== stage {stage.name} from {stage.base}", flush=True)
        image = build(stage, below, folder / stage.name, given)
        given = replace(given, stages={**given.stages, stage.name: image})
        size = layers.megabytes(image.layer.written)
        print(f"   {time.monotonic() - begin:.0f} s, {size:,.0f} MB on top of the base", flush=True)
    return image


def first_run(image: Image, folder: Path) -> list[str]:
    """Strangers work with it; what it wrote outside its volume and `/tmp` is wrong."""
    with running(image, folder / "first", _volume(image, folder)) as container:
        print(f"== healthy after {container.wait():.1f} s, as {_who(container)}", flush=True)
        journey.publish(container)
        address = f"http://localhost:{image.ports[0]}"
        for seen in journey.visit(address):
            print(f"   {seen}", flush=True)
        wrong = [*_writable(container), *_doors(address), *_left(container)]
        print(f"   stopped {container.stop():.1f} s after SIGTERM", flush=True)
        return [*wrong, *_outside(container)]


def second_run(image: Image, folder: Path) -> list[str]:
    """A new container over the same volume, which cannot write to anything else, serves what the first published."""
    with running(image, folder / "second", folder / "volume", read_only=True) as container:
        print(f"== a new container on the same volume, all else read-only: healthy after {container.wait():.1f} s")
        address = f"http://localhost:{image.ports[0]}"
        found, (status, _) = journey.models(address), journey.call(address, "/widgets/churn/")
        container.stop()
    if (found, status) != (["churn"], 200):
        return [f"After a restart the models are {found}, and the widget answers {status}."]
    print("   the published model is served: API and widget")
    return []


def _torch_here() -> str:
    """A folder of this machine's with torch for processors alone, as an index; empty where there is none."""
    return next((folder.as_uri() for folder in package_folders() if list(folder.glob("torch-*+cpu-*.whl"))), "")


def _volume(image: Image, folder: Path) -> Path:
    """A new volume, with the owner of the folder that it covers, as Docker makes it."""
    covered = image.layer.written / image.volumes[0].lstrip("/")
    volume = folder / "volume"
    shutil.rmtree(volume, ignore_errors=True)
    volume.mkdir(mode=0o700)
    os.chown(volume, covered.stat().st_uid, covered.stat().st_gid)
    return volume


def _who(container: Container) -> str:
    return container.execute("id").stdout.strip()


def _writable(container: Container) -> Iterator[str]:
    """Code and packages that the user could change."""
    found = container.execute("find", "/app", "/opt/venv", "-writable", "!", "-type", "l").stdout.split()
    yield from (f"{path} can be written to." for path in found[:20])


def _left(container: Container) -> Iterator[str]:
    """Processes that nobody takes in."""
    if count := container.zombies():
        yield f"{count} processes have ended and are still listed."


def _doors(address: str) -> Iterator[str]:
    """What must be open, and what must not."""
    expected = {
        ("/", ""): 200,
        ("/api/health", ""): 200,
        ("/api/v1/models", ""): 401,
        ("/api/v1/models", journey.KEY): 200,
    }
    for (path, key), status in expected.items():
        found = journey.call(address, path, key)[0]
        if found != status:
            yield f"{path} answers {found} and not {status}{' with the key' if key else ''}."


def _outside(container: Container) -> Iterator[str]:
    """Files that were written outside the volume and `/tmp`; prints what is there."""
    written = container.files.written
    files = [path.relative_to(written) for path in written.rglob("*") if path.is_file() and not path.is_symlink()]
    passing = [path.name for path in files if path.parts[0] == "tmp"]
    print(f"   {len(passing)} files in /tmp{': ' if passing else ''}{', '.join(passing[:5])}", flush=True)
    yield from (f"/{path} was written." for path in files if path.parts[0] not in ("dev", "tmp"))


if __name__ == "__main__":
    sys.exit(main())
