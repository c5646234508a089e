"""`predict.py` of a bundle, run as its user runs it, against the model that was trained."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.bundle import Bundle, assemble, pack, predict
from backends.datasets import read_table
from backends.datasets.samples import sample_bytes
from backends.onnx_export.export import export
from backends.onnx_export.feeds import Feeds
from backends.training import TrainedModel, TrainingSpec, compare

# Runs predict.py where nothing can be imported but what a bundle asks for.
ALONE = """
import runpy, sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"sklearn", "pandas", "pyarrow", "scipy", "skl2onnx", "onnx", "backends", "streamlit"}:
            raise ImportError(f"{name} is not installed here")

sys.meta_path.insert(0, Refused())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def unzipped(bundle: Bundle, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(pack(bundle))) as archive:
        archive.extractall(folder)
    return folder


def run(folder: Path, rows: str | bytes, *, by_file: bool = True) -> subprocess.CompletedProcess[bytes]:
    data = rows.encode() if isinstance(rows, str) else rows
    (folder / "rows.csv").write_bytes(data)
    command = [sys.executable, "-c", ALONE, str(folder / "predict.py"), *([str(folder / "rows.csv")] * by_file)]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, cwd=folder.parent)


def answers(done: subprocess.CompletedProcess[bytes]) -> tuple[list[str], list[str], np.ndarray]:
    """The header, the labels and the probabilities that were printed."""
    assert done.returncode == 0, done.stderr.decode()
    header, *rows = list(csv.reader(io.StringIO(done.stdout.decode())))
    return header, [row[0] for row in rows], np.array([row[1:] for row in rows], dtype=float)


def check(done: subprocess.CompletedProcess[bytes], model: TrainedModel) -> None:
    header, labels, found = answers(done)
    assert header == ["label", *(f"probability of {name}" for name in model.classes)]
    assert labels == [model.classes[code] for code in model.decide(model.held_out)]
    np.testing.assert_allclose(found, model.probabilities(model.holdout), atol=1e-5)


def test_held_out_lines_of_the_file_are_predicted_as_the_model_does(made: Any, bundle: Bundle, tmp_path: Path) -> None:
    """Decimal commas, currency, percent, dates, times, words, marks of missing values, steps of the recipe."""
    lines = made.held_out_lines()
    assert all(f";{mark};" in lines.replace('"', "") for mark in ("?", "-", "n/a", "", "-999"))
    folder = unzipped(bundle, tmp_path / "bundle")
    for by_file in (True, False):
        check(run(folder, lines, by_file=by_file), made.model)


def test_thresholds_per_group_decide_in_the_graph(with_groups: Any, tmp_path: Path) -> None:
    own, bundle = with_groups
    plain = own.comparison.models[own.model.key]
    assert (own.model.decide(own.model.held_out) != plain.decide(plain.held_out)).any()
    check(run(unzipped(bundle, tmp_path / "bundle"), own.held_out_lines()), own.model)


def test_order_delimiter_encoding_and_further_columns_do_not_matter(made: Any, bundle: Bundle, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(made.held_out_lines()), delimiter=";"))
    shuffled = io.StringIO()
    out = csv.writer(shuffled, delimiter="\t")
    out.writerows([*reversed(row), "further"] for row in rows)
    folder = unzipped(bundle, tmp_path / "bundle")
    check(run(folder, b"\xef\xbb\xbf" + shuffled.getvalue().encode()), made.model)


@pytest.mark.slow
def test_several_classes_and_a_table_of_plain_numbers(tmp_path: Path) -> None:
    data = sample_bytes("wine")
    dataset = read_table(data, "wine.csv")
    comparison = compare(dataset, TrainingSpec("cultivar", models=("dummy", "random_forest"), folds=3, processes=1))
    model = comparison.models["random_forest"]
    bundle = assemble(export(model, dataset), model, comparison, dataset)
    header, *lines = data.decode().splitlines()
    rows = "\n".join([header, *(lines[row] for row in model.holdout_rows)])
    check(run(unzipped(bundle, tmp_path / "bundle"), rows), model)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("price", "dear", "Line 2, 'price': 'dear' is not a number."),
        ("price", "12.34", "is not a number"),  # the point groups thousands
        ("born", "31.02.2020", "Line 2, 'born': '31.02.2020' is not a date."),
        ("member", "perhaps", "is not true or false"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(
    made: Any, bundle: Bundle, tmp_path: Path, column: str, value: str, said: str
) -> None:
    header, first, *_ = csv.reader(io.StringIO(made.held_out_lines()), delimiter=";")
    first[header.index(column)] = value
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([header, first])
    done = run(unzipped(bundle, tmp_path / "bundle"), out.getvalue())
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize("header", ["price;share", "price;" + ";".join(["price"] * 3), "", "\n\n"])
def test_a_column_that_is_absent_or_named_twice_is_named(bundle: Bundle, tmp_path: Path, header: str) -> None:
    done = run(unzipped(bundle, tmp_path / "bundle"), header)
    assert done.returncode == 1
    assert b"The first line has to name the column" in done.stderr


def test_no_rows_give_no_predictions(made: Any, bundle: Bundle, tmp_path: Path) -> None:
    header, labels, _ = answers(run(unzipped(bundle, tmp_path / "bundle"), made.text.splitlines()[0]))
    assert (len(header), labels) == (3, [])


@pytest.mark.parametrize(
    "header",
    [",x,y", "x,x", "x,x,x_2,x", ",,column_1", "a  b, c ,\t", ",column_1,column_1", "column_2,,column_2,", "x_2,x,x,x"],
)
def test_columns_without_a_name_or_with_the_same_are_named_as_when_the_table_was_read(header: str) -> None:
    count = header.count(",") + 1
    lines = [header, *(",".join(f"{row}.{at}" for at in range(count)) for row in range(3))]
    assert predict.named(header.split(",")) == list(read_table("\n".join(lines).encode(), "t.csv").schema.names)


TEXT = "re|view</script>"
CELLS = {
    "price": st.from_regex(r"[+-]?[€ ]{0,2}\d{1,4}(\.\d{3})?(,\d{0,3})?(e[+-]?\d{1,2})?[ €]{0,2}", fullmatch=True),
    "share": st.from_regex(r"-?\d{1,3}(,\d{0,2})? ?%?", fullmatch=True),
    "born": st.dates().map(lambda day: day.strftime("%d.%m.%Y")),
    "seen": st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S")),
    "city": st.sampled_from(["Bern", "bern", "Basel", "Genf", "other", "A|B"]),
    "grade": st.sampled_from(["A", "B", "C", "other", "D"]),
    "member": st.sampled_from(["ja", "Ja", "nein", "yes", "NO", "0", "1.0", "", "null", "JA"]),
    "size": st.sampled_from(["1", "2", "-999", "-999.0", "7"]),
    # Characters that are newer than this Python's Unicode are blanks to it, and may be letters to pyarrow.
    TEXT: st.text(st.characters(exclude_categories=["Cn", "Cs"]), max_size=40),
}
WILD = st.text(alphabet="0123456789.,-+ €%()einfNaN/:jatr", max_size=12)


class Reading:
    """The two ways to read a cell: of the script, and of the workbench."""

    def __init__(self, bundle: Bundle) -> None:
        self.schema = json.loads(json.dumps({**bundle.signature.to_dict(), "file": bundle.file}))
        self.feeds = Feeds(bundle.signature)

    def by_the_script(self, column: str, text: str) -> Any:
        """The value, None where it is refused."""
        [taken] = [one for one in self.schema["inputs"] if one["name"] == column]
        try:
            return predict.Cells(self.schema, taken).value(text)
        except ValueError:
            return None

    def by_the_workbench(self, column: str, text: str) -> Any:
        """What the graph is given for a record; a mark of missing values is none to a program, so it gets null."""
        kind = "missing" if column in ("city", "grade", "size", TEXT) else "missing_among_values"
        gone = not text.strip() or text.strip() in self.schema["file"][kind]
        fed = self.feeds.of_records([{column: None if gone else text}], unusual="accept")
        return None if fed.problems else fed.feeds[column][0, 0]


@pytest.fixture(scope="module")
def reading(bundle: Bundle) -> Reading:
    return Reading(bundle)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("column", list(CELLS))
def test_a_cell_is_read_as_the_workbench_reads_it(reading: Reading, column: str, data: st.DataObject) -> None:
    text = data.draw(st.one_of(CELLS[column], WILD) if column in ("price", "share", "member") else CELLS[column])
    found, expected = reading.by_the_script(column, text), reading.by_the_workbench(column, text)
    assert found == expected or (found != found and expected != expected)
