"""What looks like a secret in the files that git tracks, less what somebody has looked at and knows why it is none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.audit.justified import JUSTIFIED
from tests.browser.server import ROOT

SECONDS = 600
TABLE = r"^tests/audit/justified\.py$"  # digests look like secrets too


@dataclass(frozen=True)
class Finding:
    """A line that looks like one; `digest` is the start of the SHA-1 of what looks so, which is not repeated."""

    path: str
    line: int
    kind: str
    digest: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: {self.kind}; if it is none, add ("{self.path}", "{self.digest}", why)'


def scan() -> list[Finding]:
    """All that detect-secrets finds. Raises RuntimeError where it fails."""
    command = [sys.executable, "-m", "detect_secrets", "scan", "--exclude-files", TABLE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise RuntimeError(f"detect-secrets failed:\n{done.stderr[-2_000:]}")
    return read(json.loads(done.stdout))


def read(said: Mapping[str, Any]) -> list[Finding]:
    """detect-secrets' JSON as findings."""
    return [
        Finding(path, one["line_number"], one["type"], one["hashed_secret"][:10])
        for path, found in said["results"].items()
        for one in found
    ]


def unjustified(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that no row of the table speaks of."""
    known = {(path, digest) for path, digest, _ in JUSTIFIED}
    return [one for one in findings if (one.path, one.digest) not in known]


def outlived(findings: Iterable[Finding]) -> list[str]:
    """The table's rows that nothing answers to any more."""
    found = {(one.path, one.digest) for one in findings}
    return [
        f"{path}: {digest} ({why}) is no longer found" for path, digest, why in JUSTIFIED if (path, digest) not in found
    ]
