"""Texts of the table are shown on one line, and never longer than they are said to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.profiling.report.texts import amount, measured, percent, shown


@given(st.text(max_size=200))
def test_a_text_has_no_control_character_and_no_change_of_direction(text: str) -> None:
    said = shown(text)
    assert not [char for char in said if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000]
    assert not set(said) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
    said.encode()


def test_a_lone_surrogate_can_be_written_to_a_file() -> None:
    assert shown("a\ud800b") == "a\ufffdb"


def test_right_to_left_text_and_emoji_stay() -> None:
    assert shown("שלום 👩‍👧") == "שלום 👩‍👧"


def test_a_long_cell_is_cut_and_its_length_is_said() -> None:
    assert shown("x" * 200_000) == "x" * 60 + "… (200,000 characters)"
    assert shown(" " * 100) == "(starts blank, 100 characters)"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 %"), (1e-9, "under 0.1 %"), (0.5, "50.0 %"), (1 - 1e-9, "over 99.9 %"), (1.0, "100 %")],
)
def test_a_share_is_nothing_or_all_only_when_it_is(share: float, words: str) -> None:
    assert percent(share) == words


def test_what_cannot_be_measured_is_a_dash() -> None:
    assert amount(None) == percent(None) == measured(None) == "–"
