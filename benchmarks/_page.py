"""docs/performance.md, made of the rows that the benchmarks kept."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from benchmarks._rows import FOLDER, Row, table

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
BEGINNING = """# Performance

Every figure is set against a peer, the bare library that does the same work in the same run, or against its bar where
nobody else does that work. The ratio is ours divided by theirs: below 1 is quicker or smaller, for rates and scores
above 1 is better. `make bench` measures all of it anew and writes this page; a single one is run with
`make bench ONLY=NAME`. Those that need real tables or documents look for them in the folder `WORKBENCH_EXTRA_DATA`.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([BEGINNING, *(section(name) for name in NAMES)])


def section(name: str) -> str:
    """One benchmark: what it does, in its own words, and what it found."""
    title, words = described(name)
    kept = FOLDER / f"{name}.json"
    if not kept.exists():
        return f"## {title}\n\n{words}\n\nNot measured yet: `make bench ONLY={name}`.\n"
    found = json.loads(kept.read_text(encoding="utf-8"))
    rows = [Row.from_dict(row) for row in found["rows"]]
    return f"## {title}\n\n{words}\n\nMeasured on {found['on']} ({found['machine']}).\n\n{table(rows)}\n"


def described(name: str) -> tuple[str, str]:
    """The first line of a benchmark's docstring without its command, and the first paragraph after it."""
    source = (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")
    first, _, rest = (ast.get_docstring(ast.parse(source)) or name).partition("\n\n")
    words = next((part for part in rest.split("\n\n") if "python -m" not in part), "")
    return first.partition(": ``")[0].rstrip("."), words.replace("``", "`")


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
