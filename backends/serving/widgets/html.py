"""Templates of pages and results; whatever is put into one is escaped."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "templates"


def rendered(template: str, **values: Any) -> str:
    """A template of this package, filled in."""
    return str(_environment().get_template(f"{template}.html.j2").render(**values))


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
