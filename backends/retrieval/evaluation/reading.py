"""Question sets from text that was typed, and from CSV, JSON lines and TREC files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from backends.datasets.encodings import decode
from backends.datasets.spreadsheets import unmarked
from backends.errors import WorkbenchError
from backends.retrieval.evaluation.questions import MOST_JUDGEMENTS, MOST_QUESTIONS, Question, QuestionSet, Relevant
from backends.retrieval.evaluation.trec import Judgements, read_qrels
from backends.settings import MEGABYTE

MOST_BYTES = 50 * MEGABYTE
MOST_CHARACTERS = 2_000  # of one question
_NAMES: dict[str, tuple[str, ...]] = {  # what a column or key may be called
    "id": ("id", "_id", "qid", "query_id", "query-id", "question_id"),
    "text": ("question", "text", "query"),
    "document": ("document", "doc", "docid", "corpus-id", "file"),
    "grade": ("grade", "relevance", "rel", "score"),
    "start": ("start",),
    "end": ("end",),
}


def read_questions(data: bytes | Path, name: str, qrels: bytes | Path | None = None) -> QuestionSet:
    """A question set from a file; its format is told by the ending of `name`, the judgements may be in `qrels`.

    .csv and .tsv have a row per judgement (columns question and, where known, id, document, grade, start, end),
    .jsonl and .json an object per question with "relevant": names of documents or objects, .txt what `typed` reads.
    A question without a relevant document counts as one that the documents do not answer, and a note says so.
    Raises WorkbenchError, with the line, for what cannot be understood.
    """
    text, title = _text(data, name), PurePath(name).stem
    ending = PurePath(name).suffix.lower()
    if ending not in _READERS:
        raise WorkbenchError(
            f"{name!r} is not a question set that can be read.", hint=f"Give a file of {', '.join(_READERS)}."
        )
    records = _READERS[ending](text)
    questions = _gathered(records, read_qrels(_text(qrels, "the judgements")) if qrels is not None else {})
    return QuestionSet(title, questions, _notes(questions))


def typed(text: str, name: str = "typed") -> QuestionSet:
    """Questions as people type them: one per line, with ``=> document`` where the answer is, or several between ``|``.

    >>> [question.relevant for question in typed("Who pays? => terms.pdf | prices.md").questions]
    [(Relevant(document='terms.pdf', ...), Relevant(document='prices.md', ...))]
    """
    questions = _gathered(_typed_records(text), {})
    return QuestionSet(name, questions, _notes(questions))


def _text(data: bytes | Path, name: str) -> str:
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    if size > MOST_BYTES:
        raise WorkbenchError(
            f"{name!r} is {size / MEGABYTE:,.0f} MB; question sets are read up to {MOST_BYTES // MEGABYTE} MB.",
            hint="Give fewer questions.",
        )
    return decode(data if isinstance(data, bytes) else data.read_bytes()).utf8.decode()


def _typed_records(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        question, _, documents = line.partition("=>")
        if question.strip():
            names = [name.strip() for name in documents.split("|") if name.strip()]
            yield f"line {number}", {"text": question.strip(), "relevant": names}
        elif documents.strip():
            raise _wrong(f"line {number}", "names a document and has no question", line)


def _csv_records(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max("\t;,", key=heading.count), strict=True)
    try:
        names = [_field(column.strip().lower()) for column in next(reader, [])]
        if "text" not in names:
            raise WorkbenchError(
                f"The table has no column of questions; its first line is {heading[:80]!r}.",
                hint="Call the column 'question', and the others id, document, grade, start and end.",
            )
        for row in reader:
            found = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
            cells = {name: unmarked(cell) for name, cell in found.items() if cell}
            if cells:
                yield f"line {reader.line_num}", cells
    except csv.Error as error:
        raise _wrong(f"line {reader.line_num}", f"is broken ({error})", "") from error


def _json_records(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    stripped = text.strip()
    try:
        listed = json.loads(stripped) if stripped.startswith("[") else None
    except (json.JSONDecodeError, RecursionError) as error:
        raise _wrong("the list", f"is not JSON ({error})", stripped) from error
    if isinstance(listed, list):
        items: Iterable[tuple[str, Any]] = ((f"item {number}", item) for number, item in enumerate(listed, start=1))
    else:
        lines = ((number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip())
        items = ((f"line {number}", _json(line, number)) for number, line in lines)
    for where, item in items:
        if not isinstance(item, dict):
            raise _wrong(where, "is not an object", str(item))
        known = {_field(str(key).lower()) or str(key): value for key, value in item.items() if value is not None}
        yield where, known


def _json(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _wrong(f"line {number}", f"is not JSON ({error})", line) from error


_READERS = {
    ".txt": _typed_records,
    ".csv": _csv_records,
    ".tsv": _csv_records,
    ".jsonl": _json_records,
    ".json": _json_records,
}


def _field(column: str) -> str:
    return next((field for field, names in _NAMES.items() if column in names), "")


def _gathered(records: Iterable[tuple[str, Mapping[str, Any]]], qrels: Judgements) -> tuple[Question, ...]:
    """One question per id (or, without ids, per text), with all judgements of its records."""
    texts: dict[str, str] = {}
    by_text: dict[str, str] = {}
    relevant: dict[str, dict[tuple[str, int | None, int | None], Relevant]] = {}
    judgements = sum(len(documents) for documents in qrels.values())
    for where, record in records:
        text = _question_text(record, where)
        identity = str(record.get("id", "")) or by_text.setdefault(text, str(len(by_text) + 1))
        if texts.setdefault(identity, text) != text:
            raise _wrong(where, f"gives the id {identity!r} to a second question", text)
        if len(texts) > MOST_QUESTIONS:
            raise WorkbenchError(f"There are more than {MOST_QUESTIONS:,} questions.", hint="Give fewer.")
        for judgement in _judgements(record, where):
            judgements += 1
            _put(relevant.setdefault(identity, {}), judgement, where)
    _check(texts, qrels, judgements)
    for identity, documents in qrels.items():
        for document, grade in documents.items() if identity in texts else ():
            _put(relevant.setdefault(identity, {}), Relevant(document, grade), f"the judgements of {identity!r}")
    return tuple(Question(key, text, tuple(relevant.get(key, {}).values())) for key, text in texts.items())


def _check(texts: Mapping[str, str], qrels: Judgements, judgements: int) -> None:
    if not texts:
        raise WorkbenchError("There is no question in it.", hint="Write one question per line.")
    if judgements > MOST_JUDGEMENTS:
        raise WorkbenchError(f"There are more than {MOST_JUDGEMENTS:,} judgements.", hint="Give fewer questions.")
    if qrels and not texts.keys() & qrels.keys():
        raise WorkbenchError(
            f"No question has an id of the judgements: {next(iter(texts))!r} against {next(iter(qrels))!r}.",
            hint="Give the judgements that belong to these questions.",
        )


def _question_text(record: Mapping[str, Any], where: str) -> str:
    text = str(record.get("text", "")).strip()
    if not text:
        raise _wrong(where, "has no question", str(dict(record)))
    if len(text) > MOST_CHARACTERS:
        raise _wrong(where, f"has a question of {len(text):,} characters, more than {MOST_CHARACTERS:,}", text)
    return text


def _judgements(record: Mapping[str, Any], where: str) -> Iterator[Relevant]:
    """The judgements of one record: its own columns, and what its list "relevant" holds."""
    listed = record.get("relevant", [])
    listed = listed if isinstance(listed, list) else [listed]
    for item in [*([record] if "document" in record else []), *listed]:
        fields = {_field(str(key).lower()) or str(key): value for key, value in item.items()} if isinstance(
            item, Mapping) else {"document": item}  # fmt: skip
        document = str(fields.get("document", "")).strip()
        if not document:
            raise _wrong(where, "has a judgement without a document", str(item))
        grade = _whole(fields.get("grade", 1), where)
        start, end = (_whole(fields[key], where) if fields.get(key) is not None else None for key in ("start", "end"))
        if (start is None) != (end is None) or (start is not None and end is not None and not 0 <= start < end):
            raise _wrong(where, f"has a passage from {start} to {end}", document)
        yield Relevant(document, grade, start, end)


def _whole(value: Any, where: str) -> int:
    try:
        if float(value) == int(float(value)):
            return int(float(value))
    except (TypeError, ValueError, OverflowError):
        pass  # said below, as for fractions
    raise _wrong(where, "has a grade or place that is not a whole number", str(value))


def _put(judged: dict[tuple[str, int | None, int | None], Relevant], judgement: Relevant, where: str) -> None:
    key = (judgement.document, judgement.start, judgement.end)
    if judged.setdefault(key, judgement) != judgement:
        raise _wrong(where, "grades the same document a second time, differently", judgement.document)


def _notes(questions: tuple[Question, ...]) -> tuple[str, ...]:
    without = sum(not question.answerable for question in questions)
    if not without:
        return ()
    names, counts = ("names", "counts as one") if without == 1 else ("name", "count as questions")
    return (
        f"{without:,} of {len(questions):,} questions {names} no relevant document and {counts} that the "
        "documents do not answer.",
    )


def _wrong(where: str, what: str, content: str) -> WorkbenchError:
    shown = f": {content[:80]!r}" if content else ""
    return WorkbenchError(
        f"{where[0].upper()}{where[1:]} of the question set {what}{shown}.",
        hint="Correct it, or take it out, and read the file again.",
    )
