"""The Markdown report: tables that GitHub draws, with no markup out of the table."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from backends.profiling import profile
from backends.profiling.report import to_markdown
from backends.profiling.report.markdown import MOST
from tests.backends.profiling.report.tables import (
    AWKWARD,
    NOW,
    STEP,
    an_alert,
    awkward_profile,
    dataset,
    people_profile,
    with_alerts,
)

EVIL = "a|b\n`c` <img src=x> **d** [e](http://f) $g$"


def cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line)) - 1


@pytest.mark.parametrize("name", AWKWARD)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(name: str) -> None:
    for table in re.findall(r"(?:^\|.*\n?)+", to_markdown(awkward_profile(name)), re.M):
        assert len({cells(line) for line in table.splitlines()}) == 1


def test_texts_of_the_table_are_no_markup() -> None:
    frame = pd.DataFrame({EVIL: [EVIL] * 20 + ["other"] * 10})
    known = with_alerts(profile(dataset(frame)), an_alert(EVIL, found=EVIL))
    text = to_markdown(known)
    assert "<img" not in re.sub(r"\\<", "", text)
    assert not re.search(r"(?<!\\)`", text)
    assert r"a\|b␊\`c\`" in text


def test_it_has_every_part() -> None:
    text = to_markdown(with_alerts(people_profile(), an_alert(steps=(STEP,))), now=NOW)
    headings = re.findall(r"^#+ (.*)", text, re.M)
    assert headings == [
        "table.csv", "What to look at", "Columns", "Features against left", "Relations", "Missing values"
    ]  # fmt: skip
    assert "**high: Odd values.** Two of 9 are odd. Look at them. → treat 999.0 in 'age' as missing" in text
    assert "Made 2026-03-04T05:06:07+00:00" in text


def test_a_cut_table_says_so() -> None:
    frame = pd.DataFrame({f"c{at}": [1, 2] for at in range(MOST + 1)})
    text = to_markdown(with_alerts(profile(dataset(frame))))
    assert f"{MOST} of {MOST + 1} rows; the JSON report has all." in text
