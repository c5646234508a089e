"""Known vulnerabilities of every frozen version, and which versions nobody could be asked about.

pip-audit calls a package that its service does not know "skipped" and ends well; here that is told apart from clean.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 900


@dataclass(frozen=True)
class Vulnerability:
    """A known one: of which package, since when it is mended, and what it is."""

    package: str
    version: str
    name: str
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"mended in {', '.join(self.fixed_in)}" if self.fixed_in else "not mended yet"
        return f"{self.package} {self.version}: {self.name}, {mended}"


@dataclass(frozen=True)
class Answers:
    """What the service said about each version of a list."""

    clean: tuple[str, ...]
    unknown: tuple[str, ...]  # could not be asked about
    vulnerable: tuple[Vulnerability, ...]


def ask(frozen: Path) -> Answers:
    """What pip-audit finds for a file of `name==version` lines. Raises RuntimeError where it cannot be asked at all."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(frozen), "--no-deps", "--disable-pip",
               "--progress-spinner", "off", "--format", "json"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    try:
        said = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise RuntimeError(f"pip-audit gave no answer:\n{done.stderr[-2_000:]}") from None
    return read(said, frozen.read_text(encoding="utf-8"))


def read(said: Mapping[str, Any], frozen: str) -> Answers:
    """pip-audit's JSON as answers. A version of the list that it does not speak of counts as not asked about."""
    spoken = {_plain(one["name"]): one for one in said["dependencies"]}
    versions = {_plain(name): version for name, version in re.findall(r"^([\w.\-]+)\S*==(\S+)", frozen, re.MULTILINE)}
    found = {name: spoken.get(name, {"skip_reason": "not answered"}) for name in versions}
    return Answers(
        clean=tuple(name for name, one in found.items() if "skip_reason" not in one and not one["vulns"]),
        unknown=tuple(name for name, one in found.items() if "skip_reason" in one),
        vulnerable=tuple(
            Vulnerability(name, versions[name], one["id"], tuple(one["fix_versions"]))
            for name in versions
            for one in found[name].get("vulns", ())
        ),
    )


def _plain(name: str) -> str:
    """A package's name as PEP 503 compares it.

    >>> _plain("Pip_Audit")
    'pip-audit'
    """
    return re.sub(r"[-_.]+", "-", name).lower()
