"""What README and CHANGELOG promise is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import backends

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DISTRIBUTED = {
    "app.py", "pages", "components", "backends", "sample_data", "tests", "benchmarks", "requirements.txt",
    ".streamlit", "README.md", "Makefile", "pyproject.toml", "requirements-dev.txt", "constraints.txt", ".ci",
    ".gitignore", "CHANGELOG.md", "Dockerfile", ".dockerignore", "docs",
}  # fmt: skip
GENERATED = {
    ".git", ".venv", ".venv-freeze", "screenshots", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
    "__pycache__", ".venv-peer", ".venv-mlflow",
}  # fmt: skip


def test_the_top_level_holds_what_the_readme_draws() -> None:
    found = {path.name for path in ROOT.iterdir()} - GENERATED
    assert found <= DISTRIBUTED
    for name in sorted(DISTRIBUTED - {".gitignore"}):
        assert name in README.read_text(encoding="utf-8"), name


def test_direct_dependencies_are_pinned_and_the_rest_is_frozen() -> None:
    frozen = set((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    assert "torch==2.13.0" in frozen
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pinned = [line for line in lines if line and not line.startswith("#")]
        assert pinned
        for line in pinned:
            assert re.fullmatch(r"[\w.\-\[\]]+==[\w.]+", line), line
            assert re.sub(r"\[.*\]", "", line) in frozen, f"{line} is not in constraints.txt: run make constraints"


def test_the_changelog_has_this_version() -> None:
    assert f"## {backends.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_example_of_the_readme_runs() -> None:
    example = re.search(r"```python\n(from pathlib.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    ran = subprocess.run([sys.executable, "-c", example[1]], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "is recommended" in ran.stdout
    assert "roc_auc" in ran.stdout


def test_the_pictures_of_the_readme_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert pictures
    assert [name for name in pictures if not (ROOT / name).is_file()] == []
