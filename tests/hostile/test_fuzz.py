"""A short run of the fuzzer; `make fuzz` is the long one."""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.runs import Tally
from tests.fuzz.targets import TARGETS, outcome

CASES = {"read": 60, "documents": 40, "query": 40, "predict": 40}


@pytest.mark.parametrize("name", TARGETS)
def test_wild_input_has_a_result_or_one_sentence(name: str) -> None:
    ended = [outcome(TARGETS[name], TARGETS[name].make(Random(f"7:{name}:{at}"))) for at in range(CASES[name])]
    assert set(ended) == {"result", "refused"}, "the cases are neither all sound nor all broken"


@pytest.mark.parametrize("name", TARGETS)
def test_a_case_is_the_same_each_time(name: str) -> None:
    assert repr(TARGETS[name].make(Random("1:x:2"))) == repr(TARGETS[name].make(Random("1:x:2")))


def test_a_case_that_ends_its_process_is_a_finding_that_can_be_repeated() -> None:
    tally = Tally("read").with_loss(seed=3, number=41, code=-11)
    [found] = tally.findings
    assert (tally.cases, found.trouble) == (1, "ended its process (SIGSEGV)")
    assert found.repeat == "python -m tests.fuzz --seed 3 --only read:41"
