"""The script, run alone in another folder on the same CSV, prints the score of the leaderboard."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backends.datasets import read_table
from backends.datasets.store import to_csv
from backends.errors import WorkbenchError
from backends.training import TrainingSpec, compare
from backends.training.scoring import METRICS
from backends.training.script import script
from backends.training.script.reading import Reading

EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[4] / "shared" / "data")) / "tabular"
ALLOWED = {"pandas", "numpy", "sklearn", *sys.stdlib_module_names}


def printed(scripts, file, data, folder):
    """Put the scripts and the file into an empty folder and run them there, away from this project."""
    folder.mkdir(parents=True)
    (folder / file).write_bytes(data)
    for number, text in enumerate(scripts):
        (folder / f"script{number}.py").write_text(text, encoding="utf-8")
    names = [f"script{number}.py" for number in range(len(scripts))]
    # Several are run one after the other in one process, which imports scikit-learn once.
    each = f"import runpy, sys\nsys.argv = ['']\nfor name in {names}: runpy.run_path(name, run_name='__main__')"
    command = [sys.executable, "-I", *(names if len(names) == 1 else ["-c", each])]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    return [float(text) for text in re.findall(r": (-?[\d.]+|nan) \(mean of", run.stdout)]


def assert_same_score(data, name, folder, spec, metrics=(), **dialect):
    """Every model of the spec (by every one of the metrics) prints the mean that stands on the leaderboard."""
    dataset = read_table(data, name, **dialect)
    comparison = compare(dataset, spec)
    board = comparison.leaderboard.set_index("model")
    assert not comparison.failures
    wanted = [(key, metric) for key in comparison.models for metric in metrics or [comparison.metric]]
    scripts = [script(replace(comparison, metric=metric), dataset, key) for key, metric in wanted]
    reading = Reading.of(dataset)
    scores = printed(scripts, reading.file, data if reading.repeatable else to_csv(dataset), folder / "alone")
    assert scores == pytest.approx([board.loc[key, metric] for key, metric in wanted], abs=5.1e-7)
    return dataset, comparison


def mixed(rows=300, seed=0):
    """A CSV as people have them: semicolons, decimal commas, currency, percent, dates, yes/no, remarks."""
    random = np.random.default_rng(seed)
    score = random.normal(size=rows)
    label = np.where(score + random.normal(size=rows) > 0.3, "won", "lost")
    days = pd.to_datetime("2021-03-01") + pd.to_timedelta(random.integers(0, 700, rows), unit="D")
    words = np.array(["slow Reply", "very good!", "no answer yet", "Ärger, wieder", "übel & teuer", ""])
    frame = pd.DataFrame(
        {
            "Kunde": [f"K-{i:04d}" for i in range(rows)],
            "Preis": [f"€ {1000 * abs(s) + 900:,.2f}".translate(str.maketrans(",.", ".,")) for s in score],
            "Rabatt": [f"{r}%" for r in random.integers(0, 40, rows)],
            "Seit": days.strftime("%d.%m.%Y"),
            "Aktiv": random.choice(["ja", "nein"], rows),
            "Region": random.choice(["Nord", "Süd", "West"], rows),
            "Berater": [f"B{b}" for b in random.integers(0, 60, rows)],
            "Notiz": [" ".join(random.choice(words, 20)) for _ in range(rows)],
            "Punkte": [f"{s * 10:.3f}".replace(".", ",") for s in score + random.normal(size=rows)],
            "Ausgang": label,
        }
    )
    for name in ("Preis", "Seit", "Region", "Punkte"):
        frame.loc[random.random(rows) < 0.08, name] = ""
    return frame


@pytest.mark.slow
def test_mixed_columns_and_every_model(tmp_path):
    data = mixed().to_csv(index=False, sep=";").encode("cp1252")
    models = None
    dataset, _ = assert_same_score(
        data, "angebote.csv", tmp_path, TrainingSpec(target="Ausgang", folds=2, models=models)
    )
    kinds = {column.name: column.kind for column in dataset.schema}
    assert kinds["Preis"] == kinds["Rabatt"] == "number" or kinds["Rabatt"] == "integer"
    assert (kinds["Seit"], kinds["Aktiv"], kinds["Notiz"]) == ("datetime", "boolean", "text")


@pytest.mark.parametrize("classes", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_every_metric(tmp_path, classes):
    random = np.random.default_rng(3)
    x = random.normal(size=120)
    label = np.digitize(x + random.normal(size=120), [-0.5, 0.8][: classes - 1])
    data = pd.DataFrame({"x": x.round(6), "y": label}).to_csv(index=False).encode()
    spec = TrainingSpec(target="y", folds=2, models=("naive_bayes",))
    assert_same_score(data, "numbers.csv", tmp_path, spec, metrics=[row.key for row in METRICS])


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"scheme": "repeated", "folds": 3, "repeats": 2, "seed": 7}, marks=pytest.mark.slow),
        {"scheme": "group", "group": "Berater", "folds": 3},
        pytest.param({"scheme": "time", "time": "Seit", "folds": 3}, marks=pytest.mark.slow),
        pytest.param({"features": ("Punkte",), "holdout": 0.3, "positive": "lost"}, marks=pytest.mark.slow),
    ],
    ids=lambda options: options.get("scheme", "features"),
)
def test_every_way_to_validate(tmp_path, options):
    data = mixed().to_csv(index=False).encode()
    assert_same_score(
        data, "offers.csv", tmp_path, TrainingSpec(**{"target": "Ausgang", "models": ("decision_tree",), **options})
    )


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
def test_boosting_over_repeated_folds(tmp_path, classes):
    frame = mixed(240)
    if classes == 3:
        frame.loc[frame["Rabatt"].str.len() < 3, "Ausgang"] = "open"
    spec = TrainingSpec(
        target="Ausgang", models=("hist_gradient_boosting",), scheme="repeated", folds=3, repeats=2, seed=3
    )
    assert_same_score(frame.to_csv(index=False).encode(), "offers.csv", tmp_path, spec)


@pytest.mark.parametrize("given", [(), ("elsewhere/offers.csv",)], ids=["no path", "a wrong path"])
def test_a_missing_file_ends_the_script_with_one_sentence(tmp_path, given):
    dataset = read_table(mixed().to_csv(index=False).encode(), "offers.csv")
    comparison = compare(dataset, TrainingSpec(target="Ausgang", models=("dummy",), folds=2))
    (tmp_path / "script.py").write_text(script(comparison, dataset), encoding="utf-8")
    command = [sys.executable, "-I", "script.py", *given]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    wanted = given[0] if given else "offers.csv"
    assert run.stderr == f"There is no file '{wanted}'. Give the path of offers.csv: python script.py PATH\n"


def test_rare_and_missing_targets_are_left_out_alike(tmp_path):
    frame = mixed()
    frame.loc[::17, "Ausgang"] = ""
    frame.loc[:2, "Ausgang"] = "void"
    data = frame.to_csv(index=False).encode()
    spec = TrainingSpec(target="Ausgang", models=("logistic_regression",), drop_rare=True)
    _, comparison = assert_same_score(data, "offers.csv", tmp_path, spec)
    assert set(comparison.classes) == {"won", "lost"}


def test_a_boolean_target(tmp_path):
    data = mixed().to_csv(index=False).encode()
    _, comparison = assert_same_score(
        data, "o.csv", tmp_path, TrainingSpec(target="Aktiv", models=("linear_svm",), folds=2)
    )
    assert comparison.classes == ("nein", "ja")


def test_a_file_that_was_repaired_is_read_from_its_clean_download(tmp_path):
    lines = mixed().drop(columns="Notiz").to_csv(index=False, sep=";").splitlines()
    lines[40] += ";one cell too many"
    data = "\n".join(lines).encode()
    dataset, comparison = assert_same_score(
        data, "ragged.csv", tmp_path, TrainingSpec(target="Ausgang", models=("decision_tree",), folds=2)
    )
    assert "ragged.csv was repaired while it was read" in script(comparison, dataset)
    assert 'FILE = "ragged-clean.csv"' in script(comparison, dataset)


def test_only_a_numeric_mark_of_missing_values_needs_the_clean_download(tmp_path):
    frame = mixed()
    frame.loc[::9, "Punkte"] = "-999"
    data = frame.to_csv(index=False).encode()
    assert Reading.of(read_table(data, "offers.csv")).repeatable
    spec = TrainingSpec(target="Ausgang", features=("Punkte",), models=("decision_tree",), folds=2)
    dataset, _ = assert_same_score(data, "offers.csv", tmp_path, spec, missing_values=("-999",))
    assert Reading.of(dataset).file == "offers-clean.csv"


def test_names_that_look_like_code_do_no_harm(tmp_path):
    names = {"Punkte": 'a"""b\'\\n{x}', "Region": '"); import os; ("', "Ausgang": "class \\\\ 'x'"}
    data = mixed().rename(columns=names).to_csv(index=False).encode()
    spec = TrainingSpec(target=names["Ausgang"], features=(names["Punkte"], names["Region"]), models=("decision_tree",))
    assert_same_score(data, 'it"""s.csv'.replace('"""', "'"), tmp_path, spec)


def test_the_script_imports_nothing_but_pandas_numpy_and_scikit_learn():
    dataset = read_table(mixed().to_csv(index=False).encode(), "offers.csv")
    comparison = compare(dataset, TrainingSpec(target="Ausgang", models=("nearest_neighbours", "linear_svm"), folds=2))
    for key in comparison.models:
        text = script(comparison, dataset, key)
        tree = ast.parse(text)
        imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imports |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name.split(".")[0] for name in imports} <= ALLOWED
        assert max(map(len, text.splitlines())) <= 120


def test_a_model_without_a_result_has_no_script():
    dataset = read_table(mixed().to_csv(index=False).encode(), "offers.csv")
    comparison = compare(dataset, TrainingSpec(target="Ausgang", models=("dummy",), folds=2))
    with pytest.raises(WorkbenchError, match="'rbf_svm' has no result"):
        script(comparison, dataset, "rbf_svm")


@pytest.mark.slow
@pytest.mark.skipif(not EXTRA.exists(), reason=f"no tables in {EXTRA} (WORKBENCH_EXTRA_DATA)")
@pytest.mark.parametrize(
    ("name", "target", "models", "rows"),
    [
        pytest.param(
            *("telco_churn.csv", "Churn", ("logistic_regression", "hist_gradient_boosting"), None),
            marks=pytest.mark.slow,
        ),
        ("adult_train.csv", "class", ("random_forest", "naive_bayes"), 4_000),
        ("titanic.csv", "Survived", ("extra_trees", "nearest_neighbours"), None),
        ("winequality-white.csv", "quality", ("decision_tree",), None),
        ("employee_salaries.csv", "gender", ("logistic_regression",), 3_000),
    ],
)
def test_real_tables(tmp_path, name, target, models, rows):
    source = tmp_path / name
    shutil.copy(EXTRA / name, source)
    data = source.read_bytes() if rows is None else b"".join(source.read_bytes().splitlines(keepends=True)[: rows + 1])
    assert_same_score(data, name, tmp_path, TrainingSpec(target=target, models=models, folds=3, drop_rare=True))
