"""What `.dockerignore` leaves of a folder: the build context, which is all that `COPY` can take."""

from __future__ import annotations

import re
import shutil
from pathlib import Path


def context(folder: Path) -> list[Path]:
    """The files of `folder` that its `.dockerignore` lets through, relative to it and in order."""
    rules = read_rules((folder / ".dockerignore").read_text(encoding="utf-8"))
    files = (path.relative_to(folder) for top in _let_in(folder, rules) for path in _files(top))
    return sorted(path for path in files if not is_ignored(path.as_posix(), rules))


def taken(folder: Path, into: Path) -> list[Path]:
    """Copy the context of `folder`, all at once, so that no later change comes into it; its files."""
    shutil.rmtree(into, ignore_errors=True)
    files = context(folder)
    for path in files:
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, into / path)
    return files


def read_rules(text: str) -> list[tuple[re.Pattern[str], bool]]:
    """Each rule's pattern, and whether it leaves out (True) or takes in again (False), in the file's order."""
    lines = (line.strip() for line in text.splitlines())
    return [
        (_pattern(line.removeprefix("!").strip("/")), not line.startswith("!"))
        for line in lines
        if line and not line.startswith("#")
    ]


def is_ignored(path: str, rules: list[tuple[re.Pattern[str], bool]]) -> bool:
    """Whether a path is left out: the last rule that matches it, or a folder above it, decides.

    >>> rules = read_rules("*\\n!pages\\n**/*.pyc")
    >>> is_ignored("README.md", rules), is_ignored("pages/home.py", rules), is_ignored("pages/home.pyc", rules)
    (True, False, True)
    """
    parts = path.split("/")
    above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    left_out = False
    for pattern, leaves_out in rules:
        if any(pattern.fullmatch(one) for one in above):
            left_out = leaves_out
    return left_out


def _let_in(folder: Path, rules: list[tuple[re.Pattern[str], bool]]) -> list[Path]:
    """What lies at the top and may hold something that is let in: environments are not walked through in vain."""
    back = [pattern.pattern.split("/")[0] for pattern, leaves_out in rules if not leaves_out]
    everything = not any(pattern.fullmatch("anything") for pattern, leaves_out in rules if leaves_out)
    return [path for path in folder.iterdir() if everything or any(re.fullmatch(one, path.name) for one in back)]


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]


def _pattern(rule: str) -> re.Pattern[str]:
    """A rule as a regular expression: `*` and `?` stay within a name, `**/` is any number of folders."""
    written = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|\[[^]]+\]|.", rule)
    return re.compile("".join(written.get(one, one if len(one) > 2 else re.escape(one)) for one in tokens))
