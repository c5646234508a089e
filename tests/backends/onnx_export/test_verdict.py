"""A certificate that was tampered with is told from one that was made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.onnx_export.parity import Certificate, Compared, Flip, Latency

HELD_OUT = Compared("held-out", "Held-out rows", "", 20, 0, 0, 1e-8, 1e-9, None)
PROBES = Compared("missing", "A missing value", "", 30, 2, 0, 1e-7, 1e-8, 3e-7)
TIE = Flip("missing", 3, "x = no value", {"x": None}, "no", "yes", (0.5, 0.5), (0.5, 0.5), 3e-7)
SOUND = Certificate(
    passed=True,
    held_out=HELD_OUT,
    probes=(PROBES,),
    flipped=(TIE, TIE),
    latency=(Latency(1, 2.0, 3.0, 0.1, 0.2, (40, 40)),),
    file_size=100,
    opset={"ai.onnx": 20},
    versions={"onnx": "1"},
    sha256={"data": "d", "schema": "s", "graph": "g"},
)
FAILED = replace(SOUND, passed=False, held_out=replace(HELD_OUT, flips=1, clear_flips=1), reasons=("1 of 20 rows.",))


def test_what_was_made_does_not_contradict_itself() -> None:
    assert SOUND.contradictions == FAILED.contradictions == ()
    assert Certificate.from_dict(SOUND.to_dict()) == SOUND


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_out": replace(HELD_OUT, flips=5)}, "its figures say that it did not"),
        ({"held_out": replace(HELD_OUT, rows=0)}, "its figures say that it did not"),
        ({"probes": (replace(PROBES, clear_flips=2),)}, "its figures say that it did not"),
        ({"probes": (replace(PROBES, clear_flips=9),)}, "9 clear flips among 2"),
        ({"probes": (replace(PROBES, rows=1),)}, "2 flips among 1 rows"),
        ({"probes": (replace(PROBES, worst_margin=0.2),)}, "margin 0.2 and none is counted as clear"),
        ({"reasons": ("bad",)}, "its figures say that it did not"),
        ({"flipped": (replace(TIE, margin=0.3),)}, "1 clear flips are listed and 0 counted"),
        ({"flipped": (replace(TIE, margin=None),)}, "1 clear flips are listed and 0 counted"),
        ({"flipped": (TIE, TIE, TIE)}, "3 flips are listed and 2 counted"),
        ({"flipped": (replace(TIE, source="held-out"),)}, "1 flips are listed and 0 counted"),
        ({"passed": False}, "its figures say that it did."),
    ],
)
def test_figures_that_cannot_be_are_told(changes: dict[str, Any], words: str) -> None:
    assert words in " ".join(replace(SOUND, **changes).contradictions)


@pytest.mark.parametrize("passed", ["false", "no", 0, 1, None, [1], {}, 1.0])
def test_a_verdict_that_is_no_truth_is_refused(passed: object) -> None:
    with pytest.raises(WorkbenchError, match="'passed'"):
        Certificate.from_dict({**SOUND.to_dict(), "passed": passed})


@pytest.mark.parametrize("sha256", [[], "x", None, {"graph": 3}, {"graph": ["g"]}])
def test_digests_that_are_no_texts_are_refused(sha256: object) -> None:
    with pytest.raises(WorkbenchError, match="'sha256'"):
        Certificate.from_dict({**SOUND.to_dict(), "sha256": sha256})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@given(place=st.sampled_from(("", "held_out", "probes", "flipped", "latency")), value=VALUES, data=st.data())
def test_any_other_value_anywhere_is_read_or_refused(place: str, value: object, data: st.DataObject) -> None:
    made = SOUND.to_dict()
    inside: Any = made[place] if place else made
    inside = inside[0] if isinstance(inside, list | tuple) else inside
    name = data.draw(st.sampled_from(sorted(inside)))
    inside[name] = value
    try:
        read = Certificate.from_dict(made)
    except WorkbenchError:
        return
    assert isinstance(read.contradictions, tuple)
    assert read.rows >= 0


@pytest.mark.parametrize("name", ["passed", "held_out", "probes", "sha256", "flipped"])
def test_a_field_that_is_missing_is_named(name: str) -> None:
    made = SOUND.to_dict()
    del made[name]
    with pytest.raises(WorkbenchError, match=name):
        Certificate.from_dict(made)
