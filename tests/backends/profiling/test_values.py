"""The columns as arrays: codes and numbers say what the frame says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.backends.profiling.tables import dates, integers, text, values

COLUMNS = {
    "word": text("b", None, "a", "b"),
    "key": integers(7, None, 5, 7),
    "when": dates("2020-01-02", None, "1970-01-01", "2020-01-02"),
    "answer": pd.Series([True, None, False, True], dtype="boolean"),
    "number": [0.5, np.nan, -1.0, 0.5],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_codes_lead_back_to_the_values_in_the_order_of_the_file(name):
    table = values(COLUMNS)
    coded = table.coded(name)
    assert coded.codes.tolist() == [0, -1, 1, 0]
    assert coded.counts.tolist() == [2, 1]
    assert list(coded.levels) == list(table.dataset.frame[name].dropna().drop_duplicates().to_numpy())
    assert table.missing(name).tolist() == [False, True, False, False]


def test_texts_are_the_codes_with_their_levels_in_arrow():
    table = values(COLUMNS)
    texts, coded = table.texts("word"), table.coded("word")
    assert texts.codes is coded.codes
    assert texts.levels.to_pylist() == ["b", "a"] == coded.levels.tolist()


def test_dates_are_seconds_and_answers_are_0_and_1():
    table = values(COLUMNS)
    assert table.numbers("when").tolist()[2:] == [0.0, 1_577_923_200.0]
    assert table.numbers("answer")[[0, 2, 3]].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(table.numbers("key")[1])
    with pytest.raises(TypeError, match="'word' is text"):
        table.numbers("word")
