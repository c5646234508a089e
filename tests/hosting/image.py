"""An image built from a stage's instructions, each carried out as Docker would."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.hosting.dockerfile import Instruction, Stage, expand, pairs
from tests.hosting.layers import Layer, mounted

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSED_ON = ("PIP_", "SSL_", "http_", "https_", "no_proxy")  # how this machine reaches its package index


@dataclass(frozen=True)
class Image:
    """Files and how to run them."""

    layer: Layer
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = "0:0"
    volumes: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Build:
    """What a stage is built from: the context, the stages before it, and the values of its ARGs from outside."""

    source: Path
    context: list[Path]
    stages: Mapping[str, Image]
    arguments: Mapping[str, str]
    packages: tuple[Path, ...] = ()  # folders of this machine that pip takes packages from


def build(stage: Stage, start: Layer, folder: Path, given: Build) -> Image:
    """The image of a stage, its files in `folder`. Raises CalledProcessError when one of its steps fails.

    Where `folder` has the files of the same steps on the same context, as after an earlier build, they are taken.
    """
    made_of, mark = _made_of(stage, given), folder / "made-of"
    kept = mark.is_file() and mark.read_text() == made_of
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
    image = Image(start.above(folder / "files"))
    with mounted(image.layer, folder / "root", [(path, str(path)) for path in given.packages]) as root:
        for step in stage.instructions:
            print(f"   {step.name} {step.text[:100]}{' (kept)' if kept else ''}", flush=True)
            if step.name in SET:
                image = SET[step.name](image, step)
            elif not kept:
                DONE[step.name](step, image, root, given)
            if step.name == "ARG":
                given = replace(given, arguments={**pairs(step.text, image.environment), **given.arguments})
    mark.write_text(made_of)
    return image


def _made_of(stage: Stage, given: Build) -> str:
    """A digest of everything that the files of a stage come from."""
    digest = hashlib.sha256(repr((stage.instructions, sorted(given.arguments.items()))).encode())
    for step in (one for one in stage.instructions if one.name == "COPY"):
        if "from" in step.flags:
            digest.update(given.stages[step.flags["from"]].layer.written.with_name("made-of").read_bytes())
            continue
        for path in (path for source in step.arguments.split()[:-1] for path in _matching(source, given)):
            digest.update(f"{path}".encode() + (given.source / path).read_bytes())
    return digest.hexdigest()


def run(command: list[str], image: Image, root: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a command in the image's files to its end. Raises CalledProcessError when it fails."""
    words = ["chroot", str(root), *inside(command, image, environment)]
    subprocess.run(words, check=True, env={"PATH": PATH}, stdin=subprocess.DEVNULL)


def inside(command: list[str], image: Image, environment: Mapping[str, str] | None = None) -> list[str]:
    """The words that run a command as the image's user, in its folder, with its environment and nothing of ours."""
    user, _, group = image.user.partition(":")
    who = ["setpriv", "--reuid", user, "--regid", group or user, "--clear-groups"]
    if user != "0":
        who += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    values = {**image.environment, **(environment or {})}
    return [*who, "env", "--ignore-environment", f"--chdir={image.folder}",
            *(f"{name}={value}" for name, value in values.items()), *command]  # fmt: skip


def _run(step: Instruction, image: Image, root: Path, given: Build) -> None:
    machine = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    run(list(step.command), image, root, {**machine, **given.arguments})


def _copy(step: Instruction, image: Image, root: Path, given: Build) -> None:
    *sources, target = expand(step.arguments, image.environment).split()
    if set(step.flags) - {"from"}:
        raise ValueError(f"Line {step.line}: COPY with {sorted(step.flags)} is not carried out here.")
    place = root / Path(image.folder, target).as_posix().lstrip("/")
    for source in sources:
        if "from" in step.flags:
            written = given.stages[step.flags["from"]].layer.written
            shutil.copytree(written / source.lstrip("/"), place, symlinks=True, dirs_exist_ok=True)
        else:
            _copy_context(source, place, given)


def _copy_context(source: str, place: Path, given: Build) -> None:
    """Copy a file, or what is in a folder, of the context."""
    for path in _matching(source, given):
        to = place / (path.relative_to(source) if path != Path(source) else path.name)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(given.source / path, to)


def _matching(source: str, given: Build) -> list[Path]:
    """The files of the context that a COPY takes. Raises ValueError where there are none."""
    found = [path for path in given.context if path == Path(source) or path.is_relative_to(source)]
    if not found:
        raise ValueError(f"COPY: {source!r} is not in the context; .dockerignore may leave it out.")
    return found


def _in_folder(image: Image, step: Instruction) -> Image:
    folder = Path(image.folder, expand(step.text, image.environment)).as_posix()
    Path(image.layer.written, folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
    return replace(image, folder=folder)


# What instructions do to the files of the image, and what to the way it is run.
DONE: dict[str, Callable[[Instruction, Image, Path, Build], None]] = {
    "ARG": lambda step, image, root, given: None,
    "COPY": _copy,
    "RUN": _run,
}
SET: dict[str, Callable[[Image, Instruction], Image]] = {
    "ENV": lambda image, step: replace(image, environment={**image.environment, **pairs(step.text, image.environment)}),
    "WORKDIR": _in_folder,
    "USER": lambda image, step: replace(image, user=step.text),
    "VOLUME": lambda image, step: replace(image, volumes=(*image.volumes, *step.text.split())),
    "EXPOSE": lambda image, step: replace(image, ports=(*image.ports, *step.text.split())),
    "HEALTHCHECK": lambda image, step: replace(
        image, health=tuple(Instruction("CMD", step.arguments.removeprefix("CMD").strip(), step.line).command)
    ),
    "ENTRYPOINT": lambda image, step: replace(image, command=tuple(step.command)),
    "CMD": lambda image, step: replace(image, command=(*image.command, *step.command)),
}
