"""The Dockerfile and what goes into the image, as far as they can be judged without building it; the reader of both."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from backends.settings import Settings, variable
from tests.browser.server import ROOT
from tests.hosting import dockerfile, ignored
from tests.hosting.dockerfile import Instruction

STAGES = dockerfile.read((ROOT / "Dockerfile").read_text(encoding="utf-8"))
LAST = STAGES[-1]


def named(name: str) -> list[Instruction]:
    return [one for one in LAST.instructions if one.name == name]


def environment() -> dict[str, str]:
    found: dict[str, str] = {}
    for one in named("ENV"):
        found |= dockerfile.pairs(one.text, {**found, "PATH": "/usr/bin"})
    return found


def test_hadolint_has_nothing_to_say() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint is not installed; make test installs it")
    done = subprocess.run([linter, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_ends_as_a_user_with_a_number_who_is_not_root() -> None:
    assert named("USER")[-1].text == "1000:1000"
    assert any("useradd" in one.text and "--uid 1000" in one.text for one in named("RUN"))


def test_packages_come_from_a_stage_of_their_own_and_torch_from_an_index_without_cuda() -> None:
    assert [stage.name for stage in STAGES] == ["packages", "1"]
    assert not any(re.search(r"\bpip\b|apt", one.text) for one in named("RUN"))
    [copied] = [one for one in named("COPY") if "from" in one.flags]
    assert copied.flags == {"from": "packages"}
    [torch] = [one for one in STAGES[0].instructions if one.name == "ARG"]
    assert torch.text == "TORCH_INDEX=https://download.pytorch.org/whl/cpu"


def test_it_listens_to_others_on_the_port_that_the_space_asks_for() -> None:
    port = re.search(r"^app_port: (\d+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert port
    assert environment()["STREAMLIT_SERVER_PORT"] == port[1] == named("EXPOSE")[0].text
    assert environment()["STREAMLIT_SERVER_ADDRESS"] == "0.0.0.0"
    assert named("ENTRYPOINT")[0].command == ["dumb-init", "--single-child", "--"]
    assert named("CMD")[0].command == ["streamlit", "run", "app.py"]


def test_what_is_written_lies_on_the_volume() -> None:
    volume = Path(named("VOLUME")[0].text)
    for name in ("WORKBENCH_HOME", "WORKBENCH_CACHE", "NUMBA_CACHE_DIR"):
        assert Path(environment()[name]).is_relative_to(volume)
    assert environment()["WORKBENCH_HOME"] != environment()["WORKBENCH_CACHE"]


def test_every_setting_that_it_names_exists() -> None:
    known = {variable(name) for name in vars(Settings())}
    assert {name for name in environment() if name.startswith("WORKBENCH_")} <= known


def test_the_health_check_is_python_that_can_be_parsed() -> None:
    [check] = named("HEALTHCHECK")
    program, option, code = Instruction("CMD", check.arguments.removeprefix("CMD "), check.line).command
    assert (program, option) == ("python", "-c")
    compile(code, "health", "exec")
    assert "/api/health" in code


def test_the_context_is_what_the_workbench_runs_on_and_nothing_else() -> None:
    context = ignored.context(ROOT)
    assert {path.parts[0] for path in context} == {
        "app.py", "requirements.txt", "constraints.txt", ".streamlit", "backends", "components", "pages", "sample_data",
    }  # fmt: skip
    assert [path for path in context if path.parts[0] == ".streamlit"] == [Path(".streamlit/config.toml")]
    assert not [path for path in context if path.suffix == ".pyc" or "__pycache__" in path.parts]


def test_what_git_tracks_of_the_application_is_all_in_the_context() -> None:
    asked = subprocess.run(
        ["git", "ls-files", "app.py", "backends", "components", "pages", "sample_data"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.returncode:
        pytest.skip(f"git does not know this folder: {asked.stderr.strip()}")
    tracked = asked.stdout.split()
    assert "app.py" in tracked
    here = {path for path in tracked if (ROOT / path).is_file() and not re.fullmatch(r"pages/.*\.png", path)}
    assert here <= {path.as_posix() for path in ignored.context(ROOT)}


def test_the_last_rule_that_matches_decides() -> None:
    rules = ignored.read_rules("# a comment\n*\n!docs\ndocs/private\n!docs/private/one.md\n**/*.tmp\n")
    kept = {"docs/a.md", "docs/deep/er/a.md", "docs/private/one.md"}
    left_out = {"README.md", "docs/private/two.md", "docs/deep/a.tmp", "a.tmp"}
    assert {path for path in kept | left_out if not ignored.is_ignored(path, rules)} == kept


@pytest.mark.parametrize(
    ("rule", "path", "matches"),
    [
        ("*.md", "a.md", True),
        ("*.md", "docs/a.md", False),
        ("**/*.md", "docs/a.md", True),
        ("**/*.md", "a.md", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("*.py[cod]", "a.pyc", True),
        ("*.py[cod]", "a.py", False),
        ("/top", "top", True),
        ("a.c", "abc", False),
    ],
)
def test_a_rule_matches_as_docker_says(rule: str, path: str, matches: bool) -> None:
    assert ignored.is_ignored(path, ignored.read_rules(rule)) is matches


def test_the_context_is_taken_once_and_keeps_no_file_of_an_earlier_one(tmp_path: Path) -> None:
    folder, into = tmp_path / "from", tmp_path / "to"
    (folder / "app").mkdir(parents=True)
    into.mkdir()
    (folder / ".dockerignore").write_text("*\n!app\n")
    (folder / "app" / "one.py").write_text("1")
    (folder / "secret").write_text("2")
    (into / "old").write_text("3")
    assert ignored.taken(folder, into) == [Path("app/one.py")]
    assert [path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()] == ["app/one.py"]


def test_a_dockerfile_is_read_with_its_continued_lines_and_comments_between_them() -> None:
    first, second = dockerfile.read(
        'FROM debian:12 AS made\nRUN one \\\n # why\n && two\nFROM debian:12\n\nCMD ["a", "b c"]\n'
    )
    assert (first.name, first.instructions) == ("made", (Instruction("RUN", "one  && two", 2),))
    assert second.instructions[0].command == ["a", "b c"]
    assert second.instructions[0].line == 7


def test_nothing_comes_between_two_lines_of_one_instruction() -> None:
    [stage] = dockerfile.read('FROM a\nCMD ["python", "-c", "\\\nimport os; \\\nprint(1)"]\n')
    assert stage.instructions[0].command == ["python", "-c", "import os; print(1)"]


@pytest.mark.parametrize("text", ["FROM a\nADD b c\n", "RUN true\n"])
def test_what_cannot_be_carried_out_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Line \d"):
        dockerfile.read(text)
