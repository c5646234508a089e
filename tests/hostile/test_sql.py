"""Names and questions with SQL, FTS and path syntax in them are data: they are kept as they are and reach nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.datasets import Dataset, read_table
from backends.errors import WorkbenchError
from backends.query import run_query, table_names
from backends.retrieval import Collection, Library
from backends.retrieval.search.hit import Filter
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder
from tests.fuzz.checks import fit_to_be_shown

NASTY = [
    "'; DROP TABLE documents; --",
    "' OR '1'='1",
    '" OR ""="',
    "x'); DELETE FROM chunks; --",
    "1; ATTACH DATABASE 'x.db' AS x",
    "%' OR name LIKE '%",
    "NEAR(a b, 2) OR body:*",
    'ice" AND "water',
    "^ice -water {a b}: c*",
    "\\'; --",
    "ice\u0000water",
    "{{7*7}} ${7*7} %s %(x)s {0}",
    "*" * 500,
    "(" * 500,
]


@pytest.fixture
def kitchen(tmp_path: Path) -> Collection:
    """A collection of two documents."""
    collection = Collection.open(Settings(home=str(tmp_path)), "kitchen", embedder=HashEmbedder())
    collection.add("ice.txt", b"Ice melts at 273 kelvin.", tags=["cold"])
    collection.add("water.txt", b"Water boils at 373 kelvin.")
    return collection


@pytest.mark.parametrize("text", NASTY)
def test_a_question_or_filter_with_syntax_in_it_only_finds(kitchen: Collection, text: str) -> None:
    for mode in ("hybrid", "lexical", "dense"):
        kitchen.search(text, mode=mode)
    kitchen.ask(text)
    for wanted in (Filter(documents=(text,)), Filter(tags=(text,))):
        assert kitchen.documents(wanted) == ()
        assert kitchen.search("ice", filter=wanted).hits == ()
    assert [one.name for one in kitchen.documents()] == ["ice.txt", "water.txt"]
    assert kitchen.integrity() == ()


@pytest.mark.parametrize("text", NASTY)
def test_such_a_name_or_tag_is_kept_as_it_is_or_refused(kitchen: Collection, text: str) -> None:
    try:
        stored = kitchen.add(f"{text}.txt", b"Salt is salty.", tags=[text.strip()]).document
    except WorkbenchError as error:
        fit_to_be_shown(error)
    else:
        assert kitchen.document(stored.id).name == stored.name
        assert [one.id for one in kitchen.documents(Filter(tags=stored.tags))] == [stored.id]
        kitchen.delete(stored.id)
    assert [one.name for one in kitchen.documents()] == ["ice.txt", "water.txt"]
    assert kitchen.integrity() == ()


@pytest.mark.parametrize("name", [*NASTY, "../../x", "..", "/etc/passwd", "C:\\x", "a/../../b", "con", "\u202ex"])
def test_a_collection_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    home = tmp_path / "a" / "home"
    library = Library(Settings(home=str(home)), HashEmbedder())
    try:
        assert library.create(name).folder.resolve().is_relative_to(home.resolve())
        assert library.names() == (library.open(name).name,)
    except WorkbenchError as error:
        fit_to_be_shown(error)
    finally:
        library.close()
    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(home)} <= {home.parent}


@pytest.mark.parametrize("name", [text for text in NASTY if "\u0000" not in text])
def test_a_column_or_table_of_any_name_can_be_asked_and_does_nothing_else(name: str) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([[name, "n"], ["x", 1], ["y", 2]])
    dataset: Dataset = read_table(out.getvalue().encode(), f"{name}.csv", delimiter=",")
    [(table, _), *_] = table_names([dataset]).items()
    quoted = '"' + dataset.schema.names[0].replace('"', '""') + '"'
    found = run_query({table: dataset}, f'SELECT {quoted} FROM "{table}" WHERE n = 2')
    assert found.frame.iloc[:, 0].tolist() == ["y"]
