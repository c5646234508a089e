from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backends.bundle import pack
from backends.errors import WorkbenchError
from backends.serving import predictions, predictor
from backends.serving.predictor import Predictor
from backends.serving.refusals import Invalid
from tests.backends.serving.published import bundled, handmade, records, trained

GOOD = {"x": 1.0}


@pytest.fixture(scope="module")
def people() -> Predictor:
    return Predictor.load(bundled(trained()))


@pytest.fixture(scope="module")
def plain() -> Predictor:
    return Predictor.load(handmade(2.0))


@pytest.mark.parametrize("target", ["bought", "favourite"])
def test_it_answers_as_the_model_does_whichever_way_rows_come(target: str) -> None:
    model = trained(target)
    rows = records(model, 60)
    frame = model.holdout[list(model.schema.names)].iloc[:60]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    ask = Predictor.load(bundled(model))
    for payload in (rows, tuple(rows), columns, frame):
        found = ask.predict(payload, unusual="accept")
        assert found.rows == tuple(range(60))
        np.testing.assert_allclose(found.probabilities, model.probabilities(frame), atol=1e-6)
        assert list(found.labels) == [model.classes[code] for code in model.decide(frame)]


def test_it_is_the_same_from_a_zip_a_file_or_a_bundle(tmp_path: Any) -> None:
    bundle = handmade(2.0)
    (tmp_path / "bundle.zip").write_bytes(pack(bundle))
    loaded = [Predictor.load(source) for source in (bundle, pack(bundle), tmp_path / "bundle.zip")]
    assert [one.predict([GOOD]).probabilities[0, 1] for one in loaded] == pytest.approx([1 / (1 + np.exp(-2))] * 3)
    assert all(one.resident_bytes >= len(pack(bundle)) / 2 for one in loaded)
    assert all(one.bundle.model == b"" for one in loaded)  # ONNX Runtime has it


def test_predictions_become_records_and_a_table(plain: Predictor) -> None:
    found = plain.predict({"x": [0.0, -1.0]})
    no = 1 / (1 + np.exp(2.0))
    assert found.to_records()[0] == {"row": 0, "label": "yes", "probabilities": {"no": 0.5, "yes": 0.5}}
    assert found.to_records()[1]["probabilities"]["yes"] == pytest.approx(no)
    assert found.to_frame().columns.tolist() == ["row", "label", "probability of no", "probability of yes"]
    assert found.to_frame()["label"].tolist() == ["yes", "no"]


def test_a_problem_names_row_column_value_and_what_is_allowed(plain: Predictor) -> None:
    with pytest.raises(Invalid) as refused:
        plain.predict([GOOD, {"x": 99.0}, {"x": "much"}])
    first, second = (asdict(problem) for problem in refused.value.problems)
    assert (first["row"], first["column"], first["value"], first["kind"]) == (1, "x", 99.0, "range")
    assert "-10" in first["allowed"]
    assert (second["row"], second["kind"]) == (2, "type")
    assert refused.value.status == 422
    assert refused.value.message.startswith("Row 2: ")
    assert refused.value.message.endswith("There is 1 more problem.")
    assert "on_error=skip" in refused.value.hint


def test_one_bad_row_does_not_lose_the_others(plain: Predictor) -> None:
    found = plain.predict([{"x": "much"}, GOOD, {"y": 1}, {"x": -1}], on_error="skip")
    assert found.rows == (1, 3)
    assert found.labels == ("yes", "no")
    assert {problem.row for problem in found.problems} == {0, 2}
    assert (found.sent, len(found), found.problem_count) == (4, 2, len(found.problems))


def test_what_is_unusual_is_refused_or_a_warning(plain: Predictor) -> None:
    with pytest.raises(Invalid):
        plain.predict([{"x": 99.0}])
    found = plain.predict([GOOD, {"x": 99.0}], unusual="accept")
    assert found.labels == ("yes", "yes")
    assert [(warning.row, warning.kind) for warning in found.warnings] == [(1, "range")]


def test_many_rows_go_in_blocks_and_keep_their_places(plain: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[dict[str, Any]] = [{"x": number / 10} for number in range(-40, 40)]
    rows[33] = {"x": "bad"}
    rows[71] = {"x": 999}
    whole = plain.predict(rows, on_error="skip")
    monkeypatch.setattr(predictor, "BLOCK", 7)
    parts = plain.predict(rows, on_error="skip")
    assert parts.rows == whole.rows == tuple(row for row in range(80) if row not in (33, 71))
    assert parts.labels == whole.labels
    np.testing.assert_array_equal(parts.probabilities, whole.probabilities)
    assert [problem.row for problem in parts.problems] == [33, 71]
    assert (parts.sent, parts.problem_count) == (80, 2)
    with pytest.raises(Invalid, match="Row 34: "):
        plain.predict(rows)
    assert [one.row for one in plain.predict(rows, "accept", "skip").warnings] == [71]


def test_only_so_many_problems_are_kept_and_all_are_counted(plain: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictor, "MOST_SAID", 5)
    bad = {"x": "bad", "y": 1}  # two problems
    found = plain.predict([bad] * 30, on_error="skip")
    assert (found.problem_count, len(found)) == (60, 0)
    assert [one.row for one in found.problems] == [0, 0, 1, 1, *range(2, 30)], "five, and the first of each further row"
    with pytest.raises(Invalid, match="There are 29 more problems") as refused:
        plain.predict([{"x": "bad"}] * 30)
    assert (len(refused.value.problems), refused.value.count) == (5, 30)


def test_no_rows_give_no_predictions(plain: Predictor) -> None:
    for payload in ([], {}, {"x": []}, pd.DataFrame({"x": []})):
        found = plain.predict(payload)
        assert (len(found), found.sent, found.probabilities.shape) == (0, 0, (0, 2))
        assert found.to_records() == []


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (3, "'3' is no row"),
        ("x,1", "'x,1' is no row"),
        ([1.0], "'1.0' is no row"),
        ([GOOD, None], "'None' is no row"),
        ({"x": 1.0}, "Column 'x' is '1.0' rather than a list"),
        ({"x": "abc"}, "rather than a list"),
        (pd.Series([1.0]), "is no row"),
        ({"x": [1], "y": [1, 2]}, "Column 'x' has 1 values and 'y' has 2"),
    ],
)
def test_what_is_no_table_is_refused(plain: Predictor, payload: Any, said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        plain.predict(payload)


@pytest.mark.parametrize("value", [Decimal("sNaN"), [1.0], {"a": 1}, {1.0}, np.array([1.0]), object(), b"1", 1j])
def test_a_value_that_is_none_of_its_column_loses_its_row_only(plain: Predictor, value: Any) -> None:
    found = plain.predict([GOOD, {"x": value}], on_error="skip")
    assert found.rows == (0,)
    assert [(one.row, one.kind) for one in found.problems] == [(1, "type")]
    with pytest.raises(Invalid, match="Row 1: "):
        plain.explain([{"x": value}])


def test_too_many_rows_are_refused(plain: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "MOST_ROWS", 3)
    with pytest.raises(WorkbenchError, match="These are 4 rows; at most 3"):
        plain.predict([GOOD] * 4)


@pytest.mark.parametrize("options", [{"unusual": "ignore"}, {"on_error": "stop"}])
def test_an_unknown_option_is_refused(plain: Predictor, options: dict[str, Any]) -> None:
    with pytest.raises(WorkbenchError, match=f"{next(iter(options))} is '"):
        plain.predict([GOOD], **options)


def test_rows_that_were_given_are_left_alone(people: Predictor) -> None:
    rows = records(trained(), 5)
    before = [dict(row) for row in rows]
    people.predict(rows, unusual="accept")
    people.explain(rows, unusual="accept")
    assert rows == before


def test_threads_get_the_answers_to_their_own_questions(people: Predictor) -> None:
    rows = records(trained(), 64)
    expected = [people.predict([row], unusual="accept").probabilities[0] for row in rows]

    def ask(at: int) -> bool:
        found = people.predict([rows[at % 64]], unusual="accept")
        return bool(np.array_equal(found.probabilities[0], expected[at % 64]))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(800)))
