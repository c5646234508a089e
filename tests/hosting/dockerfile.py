"""A Dockerfile as stages of instructions; as much of its language as ours uses, and an error for the rest."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

KNOWN = {
    "FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD",
}  # fmt: skip
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))")


@dataclass(frozen=True)
class Instruction:
    """One instruction: its name, what follows it on its lines joined, and the number of its first line."""

    name: str
    text: str
    line: int

    @property
    def flags(self) -> dict[str, str]:
        """The `--name=value` in front.

        >>> Instruction("COPY", "--from=packages /opt/venv /opt/venv", 1).flags
        {'from': 'packages'}
        """
        words = self.text.split()
        ahead = words[: next((at for at, word in enumerate(words) if not word.startswith("--")), len(words))]
        return dict(word.removeprefix("--").split("=", 1) for word in ahead)

    @property
    def arguments(self) -> str:
        """What follows the flags."""
        return re.sub(r"^(?:--\S+\s+)*", "", self.text)

    @property
    def command(self) -> list[str]:
        """The words of a command: those of its JSON form, else a shell that runs it.

        >>> Instruction("CMD", '["streamlit", "run"]', 1).command, Instruction("RUN", "true && false", 1).command
        (['streamlit', 'run'], ['/bin/sh', '-c', 'true && false'])
        """
        text = self.arguments
        return json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]


@dataclass(frozen=True)
class Stage:
    """One `FROM` and what follows it."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]


def read(text: str) -> list[Stage]:
    """The stages of a Dockerfile. Raises ValueError for an instruction that this reader does not know."""
    stages: list[Stage] = []
    for one in _instructions(text):
        if one.name not in KNOWN:
            raise ValueError(f"Line {one.line}: {one.name} is not carried out here.")
        if one.name == "FROM":
            base, _, name = one.text.partition(" AS ")
            stages.append(Stage(base, name or str(len(stages)), ()))
        elif not stages:
            raise ValueError(f"Line {one.line}: {one.name} stands in front of the first FROM.")
        else:
            last = stages.pop()
            stages.append(Stage(last.base, last.name, (*last.instructions, one)))
    return stages


def expand(text: str, values: Mapping[str, str]) -> str:
    """Put in the values of `$NAME`, `${NAME}` and `${NAME:-otherwise}`, as Docker does outside of RUN and CMD.

    >>> expand("/opt/bin:$PATH ${PORT:-80}", {"PATH": "/bin"})
    '/opt/bin:/bin 80'
    """
    return VARIABLE.sub(lambda found: values.get(found[1] or found[3], "") or found[2] or "", text)


def pairs(text: str, values: Mapping[str, str]) -> dict[str, str]:
    """The `name=value` pairs of an ENV or ARG; all see what was set in front of the instruction.

    >>> pairs('A=1 B="two words"', {})
    {'A': '1', 'B': 'two words'}
    """
    return dict(expand(word, values).split("=", 1) for word in shlex.split(text))


def _instructions(text: str) -> list[Instruction]:
    found: list[Instruction] = []
    parts: list[str] = []
    start = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):  # also between the lines of one instruction
            continue
        start = start if parts else number
        parts.append(line.rstrip().removesuffix("\\"))
        if not line.rstrip().endswith("\\"):
            name, _, rest = "".join(parts).partition(" ")  # nothing comes between two lines
            found.append(Instruction(name, rest.strip(), start))
            parts = []
    return found
