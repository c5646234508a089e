"""``make audit``: exit code 0 when all is clean, 1 when something was found, 2 when something could not be asked."""

from __future__ import annotations

import sys

from tests.audit import dependencies, secrets
from tests.browser.server import ROOT

FROZEN = ROOT / "constraints.txt"
NAMED = 10  # packages that are named; of more, their number is enough


def main() -> int:
    """Ask about both, print what was found."""
    return max(_secrets(), _dependencies(), key=lambda code: (code == 1, code))


def _dependencies() -> int:
    print(f"== pip-audit: the versions in {FROZEN.name}", flush=True)
    answers = dependencies.ask(FROZEN)
    for one in answers.vulnerable:
        print(f"   {one}")
    print(f"   {len(answers.clean)} have no known vulnerability, {len(answers.vulnerable)} are known")
    if answers.unknown:
        named = ", ".join(answers.unknown[:NAMED]) + (", …" if len(answers.unknown) > NAMED else "")
        print(f"   {len(answers.unknown)} could not be asked about, which says nothing of them: {named}")
    return 1 if answers.vulnerable else 2 if answers.unknown else 0


def _secrets() -> int:
    print("== detect-secrets: the files that git tracks", flush=True)
    findings = secrets.scan()
    wrong = [*map(str, secrets.unjustified(findings)), *secrets.outlived(findings)]
    print(*(f"   {one}" for one in wrong), sep="\n", end="\n" if wrong else "")
    print(f"   {len(findings)} findings, {len(findings) - len(secrets.unjustified(findings))} of them justified")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
