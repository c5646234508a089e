"""What the audit makes of the tools' answers; the tools themselves are run by make audit."""

from __future__ import annotations

import pytest

from tests.audit import __main__ as audit
from tests.audit import dependencies, secrets
from tests.audit.dependencies import Answers, Vulnerability
from tests.audit.justified import JUSTIFIED
from tests.audit.secrets import Finding
from tests.browser.server import ROOT

FROZEN = "# frozen\ngood==1.0\nBad_One==2.1\nuvicorn[standard]==3\nnobody-knows==4.0\nforgotten==5\n"
SAID = {
    "dependencies": [
        {"name": "good", "version": "1.0", "vulns": []},
        {"name": "bad-one", "version": "2.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.2"], "aliases": []}]},
        {"name": "uvicorn", "version": "3", "vulns": []},
        {"name": "nobody-knows", "skip_reason": "Dependency not found on PyPI"},
    ],
    "fixes": [],
}


def test_what_could_not_be_asked_about_is_not_called_clean() -> None:
    answers = dependencies.read(SAID, FROZEN)
    assert answers.clean == ("good", "uvicorn")
    assert answers.unknown == ("nobody-knows", "forgotten")  # skipped, and not spoken of at all
    assert answers.vulnerable == (Vulnerability("bad-one", "2.1", "PYSEC-1", ("2.2",)),)


def test_a_vulnerability_says_what_mends_it() -> None:
    assert str(Vulnerability("a", "1", "PYSEC-1", ("2",))) == "a 1: PYSEC-1, mended in 2"
    assert str(Vulnerability("a", "1", "PYSEC-1", ())) == "a 1: PYSEC-1, not mended yet"


FOUND = Vulnerability("a", "1", "PYSEC-1", ())


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (Answers(("a",), (), ()), 0),
        (Answers(("a",), ("b",), ()), 2),
        (Answers((), ("b",), (FOUND,)), 1),  # what was found weighs more than what was not asked
    ],
)
def test_the_exit_code_tells_found_from_not_asked(
    answers: Answers, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dependencies, "ask", lambda frozen: answers)
    monkeypatch.setattr(secrets, "scan", lambda: [Finding(path, 1, "Any", digest) for path, digest, _ in JUSTIFIED])
    assert audit.main() == code
    assert ("could not be asked" in capsys.readouterr().out) is bool(answers.unknown)


def test_a_secret_that_nobody_justified_is_found_whatever_the_dependencies_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = [Finding(path, 1, "Any", digest) for path, digest, _ in JUSTIFIED]
    monkeypatch.setattr(dependencies, "ask", lambda frozen: Answers((), ("b",), ()))
    monkeypatch.setattr(secrets, "scan", lambda: [*known, Finding("app.py", 7, "AWS Access Key", "0123456789")])
    assert audit.main() == 1
    assert "app.py:7: AWS Access Key" in capsys.readouterr().out


def test_a_finding_is_justified_in_its_own_file_alone() -> None:
    path, digest, _ = JUSTIFIED[0]
    there, elsewhere = Finding(path, 1, "Any", digest), Finding("app.py", 1, "Any", digest)
    assert secrets.unjustified([there, elsewhere]) == [elsewhere]


def test_a_row_that_nothing_answers_to_is_reported() -> None:
    assert len(secrets.outlived([])) == len(JUSTIFIED)


def test_every_justified_file_exists() -> None:
    assert [path for path, _, _ in JUSTIFIED if not (ROOT / path).is_file()] == []
