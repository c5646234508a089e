"""The frame of a report's page: a compiled template, and its style and script with the hashes that admit them."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template

PAGE = "page.html.j2"


@lru_cache(maxsize=4)
def compiled(folder: Path, parts: tuple[tuple[str, Path], ...]) -> tuple[Template, dict[str, Any]]:
    """The template `page.html.j2` of a folder, and what is the same in every report.

    `parts` are names and files of ours. Each is given as it is, and as `<name>_hash`: the SHA-256, in base64, by which
    the page's content security policy admits it and nothing else.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    fixed: dict[str, Any] = {}
    for name, path in parts:
        text = path.read_text(encoding="utf-8")
        fixed[name] = Markup(text)  # noqa: S704 - a file of ours
        fixed[f"{name}_hash"] = b64encode(sha256(text.encode()).digest()).decode()
    return environment.get_template(PAGE), fixed
