"""What the engine says, as a sentence for the person who wrote the query."""

from __future__ import annotations

import re
from collections.abc import Collection

from backends.errors import WorkbenchError

SHOWN = 300  # characters of the engine's own words
_PREFIX = re.compile(r"^(?:[A-Z][A-Za-z]*(?: [A-Za-z]+)? Error: )+")
_PLACE = re.compile(r"\n+LINE (\d+): (.*)\n( *)(\^+)", re.DOTALL)
_MISSING_TABLE = re.compile(r"Table with name (.+) does not exist")
_MISSING_COLUMN = re.compile(r"Referenced column .+ not found")
_OUT_OF_MEMORY = re.compile(r"out of memory|bad_alloc|allocation failure|failed to allocate", re.IGNORECASE)
_TOO_DEEP = re.compile(r"Max expression depth limit of (\d+) exceeded")
_LOCATED = ("ParserException", "BinderException", "CatalogException")  # other errors count lines of their own
_CLOSED = ("has been disabled by configuration", "configuration has been locked", "disabled by the configuration")


def friendly(error: BaseException, tables: Collection[str], memory_mb: int = 0) -> WorkbenchError:
    """The error of the engine as one for the user: what is wrong and at which word, and the way out.

    `tables` are the names that a query can use; `memory_mb` is the limit to name when it was memory that failed.
    """
    text = _PREFIX.sub("", str(error).strip())
    place = _PLACE.search(text)
    said = text[: place.start()] if place else text
    if isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(str(error)):
        return too_much_memory(memory_mb)
    if any(words in said for words in _CLOSED):
        return WorkbenchError(
            "A query here cannot read files, the network or settings.", hint=f"It can read {listed(tables)}."
        )
    deep = _TOO_DEEP.search(said)
    if deep:
        return WorkbenchError(
            f"The query is nested more than {deep[1]} levels deep.",
            hint="Split it into steps: WITH a AS (…), b AS (…).",
        )
    first, _, rest = said.partition("\n")
    message = _where(place, type(error).__name__ in _LOCATED) + _sentence(first)
    if _MISSING_TABLE.search(first):
        return WorkbenchError(message, hint=f"It can read {listed(tables)}.")
    if place and _MISSING_COLUMN.search(first) and (quoted := _in_double_quotes(place)):
        text = "'" + quoted.replace("'", "''") + "'"
        hint = f"Double quotes name a column. Write {text} if it is meant as a text."
        return WorkbenchError(message, hint=f"{hint} {_sentence(_readable(rest))}".strip())
    return WorkbenchError(message, hint=_sentence(_readable(rest)) or "Change the query and run it again.")


def too_much_memory(memory_mb: int) -> WorkbenchError:
    """The query met its memory limit."""
    amount = f"more than {memory_mb:,} MB of memory" if memory_mb else "too much memory"
    return WorkbenchError(f"The query needs {amount}.", hint="Read fewer rows (WHERE), or group before you join.")


def too_slow(seconds: float) -> WorkbenchError:
    """The query met its time limit."""
    return WorkbenchError(
        f"The query took more than {seconds:g} s and was stopped.",
        hint="Read fewer rows (WHERE), or ask for less at once.",
    )


def _where(place: re.Match[str] | None, line_known: bool) -> str:
    """The line and the word that the engine marks with carets.

    >>> _where(_PLACE.search("\\n\\nLINE 2: where agee > 3\\n              ^^^^"), True)
    "Line 2, at 'agee': "
    """
    if place is None:
        return ""
    line, word = place[1], _marked(place)[:60]
    at = f"at {word!r}" if word.strip() else "here"
    return f"Line {line}, {at}: " if line_known else f"A{at[1:]}: " if word.strip() else ""


def _marked(place: re.Match[str]) -> str:
    shown = place[2].split("\n")[-1]
    start = max(0, len(place[3]) - len(f"LINE {place[1]}: "))
    return shown[start : start + len(place[4])]


def _in_double_quotes(place: re.Match[str]) -> str:
    """The name at the marked place, where it is written in double quotes; else empty.

    >>> _in_double_quotes(_PLACE.search('\\n\\nLINE 1: where sex = "male"\\n                    ^^^^^^'))
    'male'
    """
    word = _marked(place)
    return word[1:-1].replace('""', '"') if re.fullmatch(r'"(?:[^"]|"")+"', word) else ""


def _readable(rest: str) -> str:
    return rest.replace("Candidate bindings:", "There is").replace("Candidate functions:", "It takes")


def _sentence(text: str) -> str:
    """The engine's words on one line, with one full stop."""
    words = " ".join(text.split())
    words = words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"
    return re.sub(r"[.!]+$", "", words) + "." if words and words[-1] not in "?…" else words


def listed(tables: Collection[str]) -> str:
    """The tables that a query can read, at most eight by name."""
    names = sorted(tables)
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"the loaded tables: {', '.join(names[:8])}{more}" if names else "no table: none is loaded"
