"""How long a sign-in lasts, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from backends.serving.sign_ins import MOST, SignIns


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sign_ins(clock: Clock) -> SignIns:
    return SignIns(60, clock)


def test_it_lasts_its_time_and_no_longer(sign_ins: SignIns, clock: Clock) -> None:
    sign_ins.begin("ana")
    clock.now += 59
    assert sign_ins.holds("ana")
    clock.now += 1
    assert not sign_ins.holds("ana")


def test_it_is_one_visitors_and_ends_when_they_say_so(sign_ins: SignIns) -> None:
    sign_ins.begin("ana")
    sign_ins.begin("ben")
    sign_ins.end("ana")
    sign_ins.end("nobody")
    assert not sign_ins.holds("ana")
    assert sign_ins.holds("ben")


def test_a_clock_that_was_just_started_lets_nobody_in() -> None:
    assert not SignIns(60, lambda: 0.0).holds("ana")


def test_the_earliest_goes_when_there_are_too_many(sign_ins: SignIns) -> None:
    for number in range(MOST):
        sign_ins.begin(str(number))
    sign_ins.begin("0")  # once more
    sign_ins.begin("ana")
    assert not sign_ins.holds("1")
    assert sign_ins.holds("0")
    assert sign_ins.holds("ana")
