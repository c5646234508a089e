"""What a request about a collection can say, by name: how each value is read, and how a description shows it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backends.errors import WorkbenchError
from backends.retrieval.search.hit import MODES, Filter
from backends.serving.shown import shown

MOST_HITS = 100
LONGEST_QUESTION = 2_000  # characters
MOST_TURNS = 50
LONGEST_TURN = 20_000  # characters
MOST_NAMES = 1_000  # tags or documents of a filter


@dataclass(frozen=True)
class Choice:
    """One field: `read` takes a value of JSON, or the text of an address; it raises ValueError for another."""

    read: Callable[[Any], Any]
    allowed: str  # in words
    schema: Mapping[str, Any]  # for the description


def _text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            raise ValueError
        return value.strip()

    return read


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:10])
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return read


def _number(least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        number = float(value)
        if not (math.isfinite(number) and least <= number <= most):
            raise ValueError
        return number

    return read


def _yes_no(value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, str) and value.lower() in known:
        return known[value.lower()]
    if not isinstance(value, bool):
        raise ValueError
    return value


def _mode(value: Any) -> str:
    if value not in MODES:
        raise ValueError
    return str(value)


def _names(value: Any) -> tuple[str, ...]:
    found = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(found, list) or len(found) > MOST_NAMES or not all(isinstance(one, str) for one in found):
        raise ValueError
    return tuple(found)


def _day(value: Any) -> date:
    if not isinstance(value, str):
        raise ValueError
    return date.fromisoformat(value)


def _turns(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list) or len(value) > MOST_TURNS:
        raise ValueError
    found = []
    for turn in value:
        texts = (turn.get("question"), turn.get("answer", "")) if isinstance(turn, dict) else ()
        if not texts or not all(isinstance(text, str) and len(text) <= LONGEST_TURN for text in texts):
            raise ValueError
        found.append((str(texts[0]), str(texts[1])))
    return tuple(found)


_TEXTS = {"type": "array", "items": {"type": "string"}}
_DAY = {"type": "string", "format": "date"}
QUESTION = Choice(
    _text(LONGEST_QUESTION),
    f"a text of 1 to {LONGEST_QUESTION:,} characters",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_QUESTION},
)
_WEIGHT = Choice(_number(0, 100), "a number from 0 to 100", {"type": "number", "minimum": 0, "maximum": 100})
_SWITCH = Choice(_yes_no, "true or false", {"type": "boolean"})
SEARCH: dict[str, Choice] = {
    "k": Choice(
        _whole(1, MOST_HITS),
        f"a whole number from 1 to {MOST_HITS}",
        {"type": "integer", "minimum": 1, "maximum": MOST_HITS},
    ),
    "mode": Choice(_mode, " or ".join(MODES), {"type": "string", "enum": list(MODES)}),
    "dense_weight": _WEIGHT,
    "lexical_weight": _WEIGHT,
    "near_duplicates": _SWITCH,
    "rerank": _SWITCH,
    "tags": Choice(_names, "a list of tags", _TEXTS),
    "documents": Choice(_names, "a list of ids of documents", _TEXTS),
    "since": Choice(_day, "a day such as 2026-01-31", _DAY),
    "until": Choice(_day, "a day such as 2026-01-31", _DAY),
}
_TURN = {"type": "object", "properties": {"question": {"type": "string"}, "answer": {"type": "string"}}}
ASK: dict[str, Choice] = {
    **SEARCH,
    "threshold": Choice(_number(0, 1), "a number from 0 to 1", {"type": "number", "minimum": 0, "maximum": 1}),
    "history": Choice(
        _turns,
        f"a list of at most {MOST_TURNS} objects with the texts 'question' and 'answer'",
        {"type": "array", "maxItems": MOST_TURNS, "items": {**_TURN, "required": ["question"]}},
    ),
}
FILTERS = ("tags", "documents", "since", "until")


def chosen(given: Any, choices: Mapping[str, Choice], needed: Collection[str] = ()) -> dict[str, Any]:
    """The fields of `given`, each read; null is the same as left out.

    Raises WorkbenchError for an unknown field, one that is missing, and a value that cannot be.

    >>> chosen({"k": "3", "mode": "dense"}, SEARCH)
    {'k': 3, 'mode': 'dense'}
    """
    if not isinstance(given, Mapping):
        raise WorkbenchError("The body is not an object.", hint=f"Send an object with {', '.join(choices)}.")
    found: dict[str, Any] = {}
    for name, value in given.items():
        choice = choices.get(name)
        if choice is None:
            raise WorkbenchError(f"There is no field {name[:80]!r}.", hint=f"The fields are {', '.join(choices)}.")
        if value is None:
            continue
        try:
            found[name] = choice.read(value)
        except ValueError:
            raise WorkbenchError(f"{name!r} is {shown(value, 80)!r}.", hint=f"It can be {choice.allowed}.") from None
    missing = next((name for name in needed if name not in found), None)
    if missing:
        raise WorkbenchError(f"There is no {missing!r}.", hint=f"Give {choices[missing].allowed}.")
    return found


def search_options(found: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `Collection.search`: what narrows the documents becomes a filter."""
    options = {name: value for name, value in found.items() if name in SEARCH and name not in FILTERS}
    narrowed = {name: found[name] for name in FILTERS if name in found}
    return {**options, "filter": Filter(**narrowed)} if narrowed else options
