"""Names of columns as names of parameters, and names of models as names of tools."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

RESERVED = ("request",)  # what the function behind the API takes beside the columns


def parameters(names: Iterable[str]) -> tuple[str, ...]:
    """A Python identifier for each name, all different.

    >>> parameters(["hours-per-week", "Größe", "class", "2nd", "hours per week", ""])
    ('hours_per_week', 'Grosse', 'class_', 'column_2nd', 'hours_per_week_2', 'column')
    """
    found: list[str] = []
    for name in names:
        plain = base = _identifier(name)
        count = 1
        while plain in found:
            count += 1
            plain = f"{base}_{count}"
        found.append(plain)
    return tuple(found)


def tool(name: str) -> str:
    """The name of the tool that asks a model.

    >>> tool("adult-income")
    'predict_adult_income'
    """
    return f"predict_{name.replace('-', '_')}"


def _identifier(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    plain = re.sub(r"\W+", "_", ascii_only).strip("_")[:60].rstrip("_")
    if not plain or plain[0].isdigit():
        plain = f"column_{plain}".rstrip("_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in RESERVED else plain
