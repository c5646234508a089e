"""Asking one side rows of which it may refuse some, and laying two sides' answers side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.onnx_export import answers as module
from backends.onnx_export.answers import Answers, answers
from backends.onnx_export.sides import Sides, plain


def refusing(wrong: set[int]) -> module.Ask:
    """Class 1 for odd numbers; a frame with any of these numbers is refused as a whole."""

    def ask(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        found = wrong.intersection(frame["x"])
        if found:
            raise WorkbenchError(f"{min(found)} is refused.")
        codes = frame["x"].to_numpy() % 2
        return codes, np.eye(2)[codes]

    return ask


@settings(deadline=None)
@given(st.sets(st.integers(0, 39)))
def test_rows_that_are_refused_do_not_lose_the_others(wrong: set[int]) -> None:
    found = answers(refusing(wrong), pd.DataFrame({"x": range(40)}), 2)
    assert found.refused == {row: f"{row} is refused." for row in sorted(wrong)}
    assert found.codes.tolist() == [-1 if row in wrong else row % 2 for row in range(40)]
    assert np.isnan(found.probabilities).all(axis=1).tolist() == [row in wrong for row in range(40)]


def test_a_side_that_refuses_everything_is_not_asked_row_by_row_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REFUSED", 5)
    asked = []

    def ask(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        asked.append(len(frame))
        raise WorkbenchError("No.")

    found = answers(ask, pd.DataFrame({"x": range(3_000)}), 2)
    assert len(found.refused) == 3_000
    assert len(asked) < 60


def answered(codes: list[int], first: list[float]) -> Answers:
    one = np.array(first)
    return Answers(np.array(codes), np.stack([one, 1 - one], axis=1))


def test_figures_of_two_sides() -> None:
    original = answered([0, 1, 1, 0], [0.9, 0.2, 0.4, 0.5000001])
    graph = answered([0, 1, 0, 1], [0.8, 0.2, 0.6, 0.4999999])
    margins = np.array([0.4, 0.3, 0.1, 1e-7])
    found = Sides(original, graph, margins).compared("rows", "Rows", "")
    assert (found.rows, found.flips, found.clear_flips) == (4, 2, 1), "the last one is a tie"
    assert found.max_difference == pytest.approx(0.2)
    assert found.p99_difference == pytest.approx(0.1 + 0.97 * 0.1)  # 0.97 of the way from the second largest
    assert found.worst_margin == pytest.approx(0.1)


def test_both_refusing_is_agreement_and_one_refusing_is_a_flip() -> None:
    original = answered([-1, -1, 1], [np.nan, np.nan, 0.2])
    graph = answered([-1, 0, -1], [np.nan, 0.9, np.nan])
    found = Sides(original, graph, np.array([np.nan, np.nan, 0.3])).compared("rows", "Rows", "")
    assert (found.rows, found.flips, found.clear_flips) == (3, 2, 2)
    assert found.max_difference is found.p99_difference is None
    assert found.worst_margin == 0.3


def test_values_of_a_row_are_plain_data() -> None:
    assert plain(pd.NA) is plain(pd.NaT) is plain(np.nan) is plain(None) is None
    assert plain(np.float64("inf")) == "inf"
    assert plain("x" * 200_000) == "x" * 80 + "… (200,000 characters)"
    assert plain(np.True_) is True
