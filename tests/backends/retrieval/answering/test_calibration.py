"""The threshold of "Not in your documents" and what is said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.retrieval.answering.calibration import (
    MOST_LOST,
    Share,
    calibrate,
    calibrate_on,
    unanswerable_questions,
)
from backends.retrieval.answering.confidence import confidence
from backends.retrieval.search.hit import Found
from tests.backends.retrieval.answering.findings import ICE, found_of
from tests.backends.retrieval.fakes import HashEmbedder


def sure(cosine: float) -> Found:
    return replace(found_of(ICE), features={"dense": 1.0, "lexical": 0.0, "top_cosine": cosine})


def founds(cosines: Sequence[float]) -> list[Found]:
    return [sure(cosine) for cosine in cosines]


def test_what_can_be_separated_is_separated_in_the_middle() -> None:
    made = calibrate(founds([0.6] * 20), founds([0.2] * 20))
    assert made.threshold == pytest.approx((confidence(sure(0.6)) + confidence(sure(0.2))) / 2, abs=1e-4)
    assert (made.kept.value, made.refused.value, made.holds) == (1.0, 1.0, True)


def test_shares_are_of_questions_that_did_not_choose_the_threshold() -> None:
    kept, refused = [0.6, 0.3] * 10, [0.2, 0.25] * 10
    made = calibrate(founds(kept), founds(refused))
    # The first half alone is cut midway between 0.2 and 0.6, which loses every 0.3 of the other half.
    assert (made.kept, made.refused) == (Share(10, 20), Share(20, 20))
    assert [confidence(sure(cosine)) >= made.threshold for cosine in (0.25, 0.3)] == [False, True]


def test_with_an_embedder_its_confidence_is_what_is_calibrated() -> None:
    embedder = HashEmbedder(384)
    kept = [found_of(f"The pump number {at} weighs 30 kg.", question=f"What weighs pump {at}?") for at in range(6)]
    refused = [found_of("Snow is white.", question=f"Who flew to Oslo in {at}?") for at in range(6)]
    made = calibrate(kept, refused, embedder)
    assert max(confidence(found, embedder) for found in refused) < made.threshold
    assert made.threshold < min(confidence(found, embedder) for found in kept)


def test_not_more_are_lost_than_may_be() -> None:
    rng = np.random.default_rng(0)
    kept, refused = rng.normal(0.45, 0.1, 200), rng.normal(0.4, 0.1, 200)
    made = calibrate(founds(kept), founds(refused))
    lost = np.mean([confidence(sure(cosine)) < made.threshold for cosine in kept])
    assert lost <= MOST_LOST
    assert not made.holds


def test_what_cannot_be_told_apart_is_said() -> None:
    assert "no threshold can tell them apart" in " ".join(calibrate(founds([0.2] * 6), founds([0.6] * 6)).notes)


def test_few_questions_are_said() -> None:
    notes = calibrate(founds([0.6] * 6), founds([0.2] * 40)).notes
    assert notes == ("6 answerable questions: the interval is wide.",)


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(WorkbenchError, match=r"There are 4 questions that the documents do not answer"):
        calibrate(founds([0.6] * 6), founds([0.2] * 4))


def test_without_unanswerable_questions_the_built_in_ones_serve() -> None:
    def search(question: str) -> Found:
        return sure(0.1 if question in unanswerable_questions() else 0.7)

    made = calibrate_on(search, [f"question {number}" for number in range(40)])
    assert made.refused.of == len(unanswerable_questions())
    assert "cannot be checked" in made.notes[0]
    assert calibrate_on(search, ["a"] * 40, ["b"] * 40).notes == (
        "Answerable questions are no surer than unanswerable ones: no threshold can tell them apart.",
    )


def test_the_built_in_questions_are_many_and_different() -> None:
    questions = unanswerable_questions()
    assert len(questions) == len(set(questions)) >= 150
    assert all(question.endswith("?") for question in questions)
    words = " ".join(questions).lower()
    assert not [word for word in ("aircraft", "wing", "aerodynamic", "supersonic", "boundary layer") if word in words]


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_interval_holds_the_share(count: int, more: int) -> None:
    share = Share(count, count + more)
    assert 0.0 <= share.low <= share.value <= share.high <= 1.0


def test_no_question_has_no_share() -> None:
    assert np.isnan([Share(0, 0).value, Share(0, 0).low, Share(0, 0).high]).all()
