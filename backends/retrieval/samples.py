"""The documents that come with the workbench: a short handbook, and questions whose answers in it are known."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "sample_data" / "documents"
QUESTIONS = "questions.jsonl"


def handbook() -> tuple[Path, ...]:
    """The files of the handbook, in order of their names; `sample_data/README.md` says what each is about.

    >>> len(handbook()), handbook()[0].name
    (12, 'calibration.md')
    """
    return tuple(sorted(path for path in FOLDER.iterdir() if path.is_file() and path.name != QUESTIONS))


def handbook_questions() -> Path:
    """A question set on the handbook, as `evaluation.read_questions` reads it; some have no answer in it."""
    return FOLDER / QUESTIONS
