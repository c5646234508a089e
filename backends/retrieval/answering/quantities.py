"""Numbers and their units in a text, in one way of writing: "1,200", "1200" and "twelve hundred" are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FIGURES_OR_WORDS = re.compile(
    r"(?<![\w.])(?P<dotted>\d+(?:\.\d+){2,})(?!\w)"
    r"|(?P<figures>(?<![^\W\d_][-−])(?<![\w.])[-−]?\d+(?:[ ,\u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)?(?!\d|\.\d))"
    r"|(?<![\w-])[^\W\d_]{3,9}(?![\w-])"
)
_GROUPS = re.compile(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))")
_WORDS = """
    zero 0 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14
    fifteen 15 sixteen 16 seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70
    eighty 80 ninety 90
"""  # "one" is more often a pronoun
_VALUES = dict(zip(_WORDS.split()[::2], _WORDS.split()[1::2], strict=True))
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "dozen": 12.0}
_SCALE = re.compile(rf"[\s-]({'|'.join(_SCALES)})s?\b", re.I)
_UNIT_NAMES = """
    % percent; km kilometre kilometer; mile; m metre meter; cm centimetre centimeter; mm millimetre millimeter;
    ft foot feet; inch inche; kg kilogram; g gram; mg milligram; tonne ton; lb pound; l litre liter; ml
    millilitre milliliter; s second sec; min minute; h hour hr; day; week; month; year; euro eur €; dollar usd
    $; °c celsius; °f fahrenheit; kw kilowatt; w watt; v volt; kb kilobyte; mb megabyte; gb gigabyte
"""
_UNITS = {name: names.split()[0] for names in _UNIT_NAMES.split(";") for name in names.split()}
_UNIT = re.compile(r"[\s-]*(%|per cent|[€$]|°[cCfF]|[^\W\d_]+)")


@dataclass(frozen=True)
class Quantity:
    """A number in a text."""

    start: int
    end: int  # behind its scale, such as "million"
    value: str
    unit: str  # the first of its ways of writing, "" for none


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text, in figures and in words, in order.

    >>> [(one.value, one.unit) for one in quantities("€ 1,500 for eight books, 2.5 million km")]
    [('1500', 'euro'), ('8', ''), ('2500000', 'km')]
    """
    found = []
    for match in _FIGURES_OR_WORDS.finditer(text):
        if match["dotted"]:  # a version or a date
            found.append(Quantity(match.start(), match.end(), match["dotted"], ""))
            continue
        figures = match["figures"] or _VALUES.get(match.group().lower())
        if figures is None:
            continue
        scale = _SCALE.match(text, match.end())
        end = scale.end() if scale else match.end()
        value = _number(figures) * (_SCALES[scale[1].lower()] if scale else 1)
        unit = _unit(text[max(0, match.start() - 2) : match.start()], text[end : end + 16])
        found.append(Quantity(match.start(), end, f"{value:.12g}", unit))
    return found


def _number(figures: str) -> float:
    """Commas and spaces before three figures group them; any other comma is a decimal one."""
    return float(_GROUPS.sub("", figures).replace("−", "-").replace(",", "."))


def _unit(before: str, after: str) -> str:
    """The unit that stands behind a number, or the currency in front of it."""
    sign, word = before.strip()[-1:], _UNIT.match(after)
    if sign in ("€", "$"):
        return _UNITS[sign]
    name = word.group(1).lower().replace("per cent", "percent") if word else ""
    return _UNITS.get(name) or _UNITS.get(name.removesuffix("s") if len(name) > 2 else "", "")
