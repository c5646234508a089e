"""What is given wild input: each target makes a case from chance, and answers it soundly or with a WorkbenchError."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz import requests, statements
from tests.fuzz.checks import fit_to_be_shown, sound_dataset, sound_document
from tests.fuzz.mutations import damaged, damaged_zip, deflated_again
from tests.hostile.samples import documents, tables

ODD_NAMES = ("../../{}", "C:\\x\\{}", "{}\x00.exe", "a" * 300 + "{}", "<script>{}", "\u202e{}", "con.{}", " {} ")
ZIPPED = (".xlsx", ".docx")
CORRECTIONS: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {"delimiter": ";"}, {"encoding": "utf-16"}, {"header_rows": 2}, {"skip_lines": 1}, {"quotechar": "'"},
    {"decimal": ","}, {"missing_values": ["yes"]}, {"kinds": {"age": "text"}}, {"kinds": {"since": "datetime"}},
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """`make` draws the input of a case, `answer` gives it in and checks what comes; `share` is its part of all."""

    make: Callable[[Random], Any]
    answer: Callable[[Any], None]
    share: float


def _file(random: Random, samples: dict[str, bytes]) -> tuple[str, bytes]:
    name = random.choice(list(samples))
    data, others = samples[name], list(samples.values())
    if name.endswith(ZIPPED) and random.random() < 0.7:
        data = damaged_zip(data, random, others)
    elif name.endswith(".pdf") and random.random() < 0.3:
        data = deflated_again(data, random)
    else:
        data = damaged(data, random, others)
    if random.random() < 0.05:
        name = random.choice(ODD_NAMES).format(name)
    return name, data


def make_table(random: Random) -> tuple[str, bytes, dict[str, Any]]:
    """The name, the bytes and the corrections of a table."""
    return *_file(random, dict(tables())), random.choice(CORRECTIONS)


def read_table_soundly(case: tuple[str, bytes, dict[str, Any]]) -> None:
    """Read it."""
    from backends.datasets import read_table
    from backends.settings import Settings

    name, data, corrections = case
    sound_dataset(read_table(data, name, settings=Settings(), **corrections))


def make_document(random: Random) -> tuple[str, bytes]:
    """The name and the bytes of a document."""
    return _file(random, dict(documents()))


def read_document_soundly(case: tuple[str, bytes]) -> None:
    """Read it."""
    from backends.retrieval.documents import read
    from backends.settings import Settings

    sound_document(read(case[1], case[0], settings=Settings()))


TARGETS = {
    "read": Target(make_table, read_table_soundly, 0.4),
    "documents": Target(make_document, read_document_soundly, 0.3),
    "query": Target(statements.make, statements.answer, 0.15),
    "predict": Target(requests.make, requests.answer, 0.15),
}


def outcome(target: Target, case: Any) -> str:
    """ "result" or "refused". Raises whatever is neither."""
    from backends.errors import WorkbenchError

    try:
        target.answer(case)
    except WorkbenchError as error:
        fit_to_be_shown(error)
        return "refused"
    return "result"
