from __future__ import annotations

import doctest
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from backends.datasets.samples import FOLDER, SAMPLES, Sample, sample, sample_bytes, sample_path
from backends.errors import WorkbenchError
from sample_data.writing import csv_bytes

GENERATORS = sorted(path.stem for path in FOLDER.glob("make_*.py"))
each_sample = pytest.mark.parametrize("row", SAMPLES, ids=lambda row: row.key)


def table(key: str) -> pd.DataFrame:
    return pd.read_csv(sample_path(key))


def generator(name: str) -> ModuleType:
    return importlib.import_module(f"sample_data.{name}")


# --- the table of samples --------------------------------------------------------------------------------------------


def test_every_csv_is_a_row_and_every_row_a_csv() -> None:
    assert sorted(row.file for row in SAMPLES) == sorted(path.name for path in FOLDER.glob("*.csv"))


def test_keys_and_titles_are_unique() -> None:
    assert len({row.key for row in SAMPLES}) == len({row.title for row in SAMPLES}) == len(SAMPLES)


@each_sample
def test_rows_columns_and_target_are_what_the_row_says(row: Sample) -> None:
    frame = table(row.key)
    assert frame.shape == (row.rows, row.columns)
    assert frame.columns[-1] == row.target
    assert frame[row.target].notna().all()
    assert 2 <= frame[row.target].nunique() <= 10


@each_sample
def test_description_is_short(row: Sample) -> None:
    assert row.description.endswith(".")
    assert len(row.description) <= 110


def test_bytes_are_the_file() -> None:
    assert sample_bytes("wine") == (FOLDER / "wine.csv").read_bytes()


def test_an_unknown_key_is_named_with_the_known_ones() -> None:
    with pytest.raises(WorkbenchError) as caught:
        sample("iris")
    assert "'iris'" in caught.value.message
    assert all(row.key in caught.value.hint for row in SAMPLES)


def test_all_samples_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.csv")) < 2_000_000


# --- the README ------------------------------------------------------------------------------------------------------


@each_sample
def test_readme_tells_size_target_source_and_licence(row: Sample, readme_section: Callable[[str], str]) -> None:
    section = readme_section(row.file)
    assert f"{row.rows:,} × {row.columns}" in section
    assert f"`{row.target}`" in section
    assert row.licence in section
    for line in ("Source", "Licence", "Try", "Quirks"):
        assert f"**{line}**" in section


@each_sample
def test_readme_only_names_columns_that_exist(row: Sample, readme_section: Callable[[str], str]) -> None:
    named = {name for name in re.findall(r"`([a-z_0-9]+)`", readme_section(row.file)) if not name.startswith("load_")}
    assert named <= set(table(row.key).columns)


# --- the generators --------------------------------------------------------------------------------------------------


def test_every_csv_has_one_generator() -> None:
    made = [file for name in GENERATORS for file in generator(name).TABLES]
    assert sorted(made) == sorted(row.file for row in SAMPLES)


@pytest.mark.parametrize("name", GENERATORS)
def test_making_a_table_again_gives_the_same_bytes(name: str) -> None:
    for file, make_table in generator(name).TABLES.items():
        assert csv_bytes(make_table()) == (FOLDER / file).read_bytes(), f"{file} is not what {name}.py makes"


@pytest.mark.parametrize("name", [*GENERATORS, "writing"])
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(generator(name)).failed == 0


def test_write_puts_the_bytes_beside_the_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = generator("writing")
    monkeypatch.setattr(writing, "FOLDER", tmp_path)
    writing.write({"two.csv": lambda: pd.DataFrame({"a": [1, 2]})})
    assert (tmp_path / "two.csv").read_bytes() == b"a\n1\n2\n"


# --- scikit-learn's own ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "load"), [("breast_cancer", load_breast_cancer), ("wine", load_wine), ("digits", load_digits)]
)
def test_the_values_are_scikit_learns(key: str, load: object) -> None:
    bundled = load()  # type: ignore[operator]
    frame = table(key)
    np.testing.assert_array_equal(frame.drop(columns=sample(key).target).to_numpy(float), bundled.data)
    # same classes under other names: each name stands for one number, and the other way round
    pairs = set(zip(frame[sample(key).target], bundled.target, strict=True))
    assert len(pairs) == len(bundled.target_names)


def test_classes_carry_names_in_the_known_numbers() -> None:
    assert table("breast_cancer")["diagnosis"].value_counts().to_dict() == {"benign": 357, "malignant": 212}
    assert table("wine")["cultivar"].value_counts().to_dict() == {"Grignolino": 71, "Barolo": 59, "Barbera": 48}
    assert sorted(table("digits")["digit"].unique()) == list(range(10))


def test_three_corner_pixels_never_hold_ink() -> None:
    frame = table("digits")
    assert [name for name in frame if frame[name].nunique() == 1] == ["pixel_0_0", "pixel_4_0", "pixel_4_7"]
