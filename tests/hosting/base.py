"""The stand-in for the base image: this machine's Debian, read-only, and the Python that runs this."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.hosting.layers import Layer, mounted

LINKS = ("bin", "lib", "lib64", "sbin")  # into /usr, on a Debian of today
FOLDERS = ("dev", "home", "opt", "proc", "root", "run", "srv", "sys", "tmp", "usr", "var/cache", "var/tmp")
PASSWORDS = ("passwd", "group", "shadow", "gshadow")
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def base(folder: Path) -> Layer:
    """The lowest layer: this machine's `/etc` without its people, its `/usr`, and Python with pip in `/usr/local`."""
    shutil.rmtree(folder, ignore_errors=True)
    files, local = folder / "files", folder / "usr-local"
    for name in FOLDERS:
        (files / name).mkdir(parents=True)
    for name in ("tmp", "var/tmp"):
        (files / name).chmod(0o1777)
    for name in LINKS:
        (files / name).symlink_to(f"usr/{name}")
    shutil.copytree("/etc", files / "etc", symlinks=True)
    _only_system_users(files / "etc")
    _python(local)
    shown = ((Path("/usr"), "/usr"), (local, "/usr/local"))
    layer = Layer(files, (), shown).above(folder / "linked")
    with mounted(layer, folder / "root") as root:
        subprocess.run(["chroot", root, "/usr/sbin/ldconfig"], check=True)
    return layer


def package_folders() -> list[Path]:
    """Folders of this machine that pip is told to take packages from."""
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    named = re.findall(r"(?:file://)?(/[^\s'\"]+)", told.stdout)
    return [path for path in dict.fromkeys(map(Path, named)) if path.is_dir()]


def _only_system_users(etc: Path) -> None:
    """Drop the people of this machine, so that the image can make its own with any number."""
    rows = [line.split(":") for line in (etc / "passwd").read_text().splitlines()]
    people = {row[0] for row in rows if 1000 <= int(row[2]) < 65534}
    for name in PASSWORDS:
        lines = (etc / name).read_text().splitlines()
        (etc / name).write_text("".join(f"{line}\n" for line in lines if line.split(":")[0] not in people))


def _python(local: Path) -> None:
    """The interpreter, its library and pip, as the official image has them under `/usr/local`."""
    prefix, library = Path(sys.base_prefix), local / "lib" / PYTHON
    (local / "bin").mkdir(parents=True)
    shutil.copy2(prefix / "bin" / PYTHON, local / "bin" / PYTHON)
    for name in ("python", "python3"):
        (local / "bin" / name).symlink_to(PYTHON)
    leave = shutil.ignore_patterns("site-packages", "dist-packages", "__pycache__", "test")
    shutil.copytree(prefix / "lib" / PYTHON, library, ignore=leave, symlinks=True)
    for shared in prefix.glob("lib/libpython3*.so*"):
        shutil.copy2(shared, local / "lib", follow_symlinks=False)
    ours = Path(sysconfig.get_path("purelib"))
    for package in (ours / "pip", *ours.glob("pip-*.dist-info")):
        shutil.copytree(package, library / "site-packages" / package.name)
