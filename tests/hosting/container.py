"""A container of an image: its own processes, a volume, and nothing else that it could write to and keep."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.hosting.image import PATH, Image, inside
from tests.hosting.layers import Layer, bind, mounted

START_SECONDS = 120
STOP_SECONDS = 30
SHARED_MEMORY = "64m"  # what Docker gives a container


@dataclass(frozen=True)
class Container:
    """A running image; `files` is the layer that holds what it writes outside its volume."""

    image: Image
    files: Layer
    root: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def first(self) -> psutil.Process:
        """Its process number 1, as seen from outside."""
        return psutil.Process(self.process.pid).children()[0]

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the first one, as `docker exec` does."""
        words = ["nsenter", f"--target={self.first.pid}", "--pid", "--mount", "chroot", str(self.root)]
        return subprocess.run(
            [*words, *inside(list(command), self.image)], env={"PATH": PATH}, capture_output=True, text=True
        )

    def wait(self) -> float:
        """Seconds until the image's own health check passes. Raises RuntimeError with the log when it never does."""
        begin = time.monotonic()
        while time.monotonic() - begin < START_SECONDS and self.process.poll() is None:
            if self.execute(*self.image.health).returncode == 0:
                return time.monotonic() - begin
            time.sleep(0.2)
        raise RuntimeError(f"The container did not become healthy:\n{self.log.read_text()[-5_000:]}")

    def zombies(self) -> int:
        """Processes that have ended and that nobody has taken in."""
        return sum(one.status() == psutil.STATUS_ZOMBIE for one in self.first.children(recursive=True))

    def stop(self) -> float:
        """Ask it to end as `docker stop` does; the seconds that took. Raises TimeoutExpired when it does not."""
        begin = time.monotonic()
        self.first.terminate()
        self.process.wait(STOP_SECONDS)
        return time.monotonic() - begin


@contextmanager
def running(image: Image, folder: Path, volume: Path, read_only: bool = False) -> Iterator[Container]:
    """Start the image with `volume` at its volume, its command as process number 1; killed if it still runs at the end.

    With `read_only` nothing but the volume and an empty `/tmp` can be written to.
    """
    shutil.rmtree(folder, ignore_errors=True)
    files = image.layer.above(folder / "files")
    with mounted(files, folder / "root") as root, (folder / "log").open("w") as log:
        bind(volume, root / image.volumes[0].lstrip("/"))
        steps = [
            f"mount -t proc proc {root}/proc",
            f"mkdir -p {root}/dev/shm",
            f"mount -t tmpfs -o size={SHARED_MEMORY},mode=1777 tmpfs {root}/dev/shm",
            *([f"mount -o remount,bind,ro {root}", f"mount -t tmpfs tmpfs {root}/tmp"] if read_only else []),
            shlex.join(["exec", "chroot", str(root), *inside(list(image.command), image)]),
        ]
        words = ["unshare", "--mount", "--pid", "--fork", "sh", "-ec", "\n".join(steps)]
        process = subprocess.Popen(words, env={"PATH": PATH}, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            while process.poll() is None and not psutil.Process(process.pid).children():
                time.sleep(0.01)  # number 1 is not there yet
            yield Container(image, files, root, process, folder / "log")
        finally:
            for child in psutil.Process(process.pid).children() if process.poll() is None else []:
                child.kill()  # number 1 takes all others with it
            process.wait()
