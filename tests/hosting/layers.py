"""Layers of files as an image has them: what a step writes lands in a folder of its own, whatever path it writes to.

Needs root, in a mount namespace of its own.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

NEW_MOUNTS, NEW_NETWORK = 0x00020000, 0x40000000  # unshare(2): CLONE_NEWNS, CLONE_NEWNET
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


@dataclass(frozen=True)
class Layer:
    """A layer over others: `written` holds what is new in it, `below` the folders beneath from top to bottom.

    `shown` are folders of this machine that can be read in it, with their places.
    """

    written: Path
    below: tuple[Path, ...]
    shown: tuple[tuple[Path, str], ...]

    def above(self, written: Path) -> Layer:
        """A layer over this one, empty unless `written` has files."""
        written.mkdir(parents=True, exist_ok=True)
        return Layer(written, (self.written, *self.below), self.shown)


def leave(namespace: int) -> None:
    """Give this process mounts, or a network, of its own. Raises OSError where it may not."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.unshare(namespace):
        raise OSError(ctypes.get_errno(), "unshare: " + os.strerror(ctypes.get_errno()))
    if namespace == NEW_MOUNTS:
        _run("mount", "--make-rprivate", "/")
    else:
        _run("ip", "link", "set", "lo", "up")


@contextmanager
def mounted(layer: Layer, at: Path, more: Sequence[tuple[Path, str]] = ()) -> Iterator[Path]:
    """The layer as a root folder, with what it shows and `more` of this machine read-only; unmounted afterwards."""
    work = at.with_name(f"{at.name}-work")
    for folder in (at, work):
        folder.mkdir(exist_ok=True)
    below = ":".join(map(str, layer.below))
    with ExitStack() as mounts:
        _run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={below},upperdir={layer.written},workdir={work}", at)
        mounts.callback(_run, "umount", "--recursive", "--lazy", at)
        for source, place in (*layer.shown, *more):
            bind(source, at / place.lstrip("/"), "ro")
        for name in DEVICES:
            _device(at / "dev" / name, Path("/dev") / name)
        bind(Path("/sys"), at / "sys", "ro")
        _run("mount", "-t", "proc", "proc", at / "proc")
        yield at


def bind(source: Path, at: Path, access: str = "rw") -> None:
    """Show a folder at another place, as a volume is."""
    at.mkdir(parents=True, exist_ok=True)
    _run("mount", "--bind", source, at)
    _run("mount", "-o", f"remount,bind,{access}", at)


def megabytes(folder: Path) -> float:
    """The size of the files of a folder, in megabytes of 10^6 bytes."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def _device(at: Path, device: Path) -> None:
    at.parent.mkdir(exist_ok=True)
    at.touch()
    _run("mount", "--bind", device, at)


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True)
