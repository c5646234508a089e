"""The documents say what is there: settings, pages, paths, figures, examples that run, links that lead somewhere."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backends.settings import Settings, variable
from benchmarks import _page
from benchmarks._rows import Bar, Row
from tests.browser.pictures import LARGEST

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_documented(field: Any) -> None:
    row = f"| `{variable(field.name)}` | {field.default if field.default != '' else '–'} | {field.metadata['help']} |"
    assert row in read("settings.md"), f"docs/settings.md needs the row\n{row}"


def test_no_setting_is_documented_that_is_gone() -> None:
    named = set(re.findall(r"^\| `(WORKBENCH_\w+)`", read("settings.md"), re.MULTILINE))
    assert named == {variable(field.name) for field in fields(Settings)}


def test_every_page_has_a_section_with_its_picture_in_the_order_of_the_sidebar() -> None:
    pages = re.findall(r'st\.Page\("[\w.]+", title="(\w+)"', (ROOT / "pages/navigation.py").read_text(encoding="utf-8"))
    sections = re.findall(r"^## (.+)$", read("pages.md"), re.MULTILINE)
    assert len(pages) == len(list((ROOT / "pages").glob("*_page.py")))
    assert sections == [*pages, "The widget"]
    for page in pages:
        section = read("pages.md").split(f"## {page}\n")[1].split("\n## ")[0]
        assert f"![{page}](pictures/{page.lower()}.png)" in section


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(text: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        path = (text.parent / name) if name else text
        assert path.exists(), f"{text.name} links to {target}"
        if anchor:
            assert anchor in anchors(path), f"{text.name} links to {target}"


def anchors(path: Path) -> set[str]:
    """The names that the headings of a document have as targets of links."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_no_picture_comes_from_another_host() -> None:
    for text in TEXTS:
        assert not re.findall(r"!\[[^]]*\]\(https?:", text.read_text(encoding="utf-8")), text.name


def test_pictures_are_small_and_all_of_them_are_shown() -> None:
    shown = {name for text in TEXTS for name in re.findall(r"pictures/([\w-]+\.png)", text.read_text(encoding="utf-8"))}
    there = {path.name: path.stat().st_size for path in (DOCS / "pictures").glob("*")}
    assert set(there) == shown
    assert max(there.values()) <= LARGEST


def test_every_page_of_the_documents_is_reached_from_the_first() -> None:
    first = read("index.md")
    assert [path.name for path in DOCS.glob("*.md") if path.name != "index.md" and f"({path.name})" not in first] == []


def test_every_path_of_the_api_is_documented_with_its_methods() -> None:
    from backends.serving.api import build_api, build_routes

    documented = {
        (method, path)
        for methods, path in re.findall(r"`([A-Z, ]+) (/[^`]*)`", read("api.md").split("## Who")[0])
        for method in methods.split(", ")
    }
    routes = [*build_api().router.routes, *build_routes()]
    there = {
        (method, str(route.path))  # type: ignore[attr-defined]
        for route in routes
        for method in (getattr(route, "methods", None) or route.endpoint.handlers)  # type: ignore[attr-defined]
        if "path:path" not in route.path and method != "HEAD"  # type: ignore[attr-defined]
    }
    assert documented == there


def test_the_folders_of_the_architecture_are_there_and_the_stages_are_those_of_the_backends() -> None:
    text = read("architecture.md")
    for folder in re.findall(r"^\| `(\w+)/`", text, re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder
    stages = text.split("```")[3].replace("·", " ").split()
    assert set(stages) == {path.stem for path in (ROOT / "backends").iterdir() if not path.name.startswith("_")}


def example(name: str) -> dict[str, Any]:
    """What the example of this name in docs/extending.md defines."""
    [source] = re.findall(rf"```python {name}\n(.*?)```", read("extending.md"), re.DOTALL)
    defined: dict[str, Any] = {}
    exec(compile(source, f"docs/extending.md, {name}", "exec"), defined)
    return defined


def table(**columns: list[Any]) -> Any:
    from backends.datasets import read_table

    return read_table(pd.DataFrame(columns).to_csv(index=False).encode(), "table.csv")


def test_the_model_of_the_example_fits_into_the_pipeline_and_learns() -> None:
    from backends.training.pipeline import build_pipeline

    made = table(height=[round(2.7 * at % 4 + 6.5 * (at % 2), 2) for at in range(60)])
    tall = np.arange(60) % 2
    fitted = build_pipeline(example("model")["row"], made.schema, 0).fit(made.frame, tall)
    assert fitted.predict_proba(made.frame).shape == (60, 2)
    assert (fitted.predict(made.frame) == tall).all()


def test_the_alert_of_the_example_is_raised_with_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    from backends.profiling import alerts, profile

    monkeypatch.setattr(alerts, "RULES", (*alerts.RULES, example("alert")["rule"]))
    found = profile(table(**{"Unnamed: 0": [3, 1, 4, 1, 5] * 8, "age": [31, 42, 53, 64, 75] * 8})).alerts
    [alert] = [alert for alert in found if alert.rule == "unnamed"]
    assert alert.columns == ("Unnamed: 0",)
    assert alert.steps[0].action == "drop_columns"


def test_the_metric_of_the_example_is_that_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.metrics import jaccard_score

    metric = example("metric")["metric"]
    y, positive = np.array([0, 0, 1, 1, 1]), np.array([0.9, 0.1, 0.8, 0.7, 0.2])
    found = metric.function(y, np.column_stack([1 - positive, positive]), 2)
    assert found == pytest.approx(jaccard_score(y, positive >= 0.5))


def test_the_page_of_figures_is_made_of_the_rows_that_the_benchmarks_kept() -> None:
    assert read("performance.md") == _page.page(), "run python -m benchmarks (or make bench ONLY=NAME)"


def test_every_benchmark_is_on_the_page_in_its_own_words() -> None:
    assert len(re.findall(r"^## ", read("performance.md"), re.MULTILINE)) == len(_page.NAMES)
    for name in _page.NAMES:
        title, words = _page.described(name)
        assert title, name
        assert words, name


def test_a_row_is_set_against_its_peer_or_against_its_bar() -> None:
    beside = Row("rate", 1_891, "/s", "hand-wired", 3_475, (Bar(">=", 0.5),))
    assert beside.ratio == pytest.approx(0.544, abs=0.001)
    assert beside.kept
    alone = Row("memory", 2_400, "MB", bars=(Bar("<", 2_000, "here"),))
    assert alone.ratio == 1.2
    assert not alone.kept
    assert not replace(beside, here=1_000).kept
    with pytest.raises(ValueError, match="neither a peer nor a floor"):
        Row("time", 1.0, "s")


def test_every_target_that_the_documents_name_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for text in TEXTS:
        named = set(re.findall(r"`make ([a-z-]+)", text.read_text(encoding="utf-8")))
        assert named <= targets, text.name
