"""Keys cannot be tried out, and an old key in a forgotten program shuts nobody out."""

from __future__ import annotations

import pytest

from backends.serving.guesses import Guesses
from backends.serving.refusals import TooMany

ADDRESS = "203.0.113.9"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_many_different_wrong_keys_shut_their_address_and_no_other() -> None:
    guesses = Guesses(20, Clock())
    for number in range(20):
        guesses.check(ADDRESS)
        guesses.wrong(ADDRESS, f"guess {number}")
    with pytest.raises(TooMany, match="wrong keys") as refused:
        guesses.check(ADDRESS)
    assert (refused.value.status, refused.value.retry_after) == (429, 3)
    guesses.check("198.51.100.7")


def test_refusals_do_not_prolong_the_wait() -> None:
    clock = Clock()
    guesses = Guesses(20, clock)
    for number in range(20):
        guesses.wrong(ADDRESS, f"guess {number}")
    for clock.now in (0.5, 1.0, 2.9):
        with pytest.raises(TooMany):
            guesses.check(ADDRESS)
    clock.now = 3.1
    guesses.check(ADDRESS)


def test_the_same_wrong_key_counts_once_for_each_address() -> None:
    guesses = Guesses(2, Clock())
    for _ in range(100):
        guesses.wrong(ADDRESS, "last year's")
        guesses.check(ADDRESS)
    guesses.wrong(ADDRESS, "another")
    with pytest.raises(TooMany):
        guesses.check(ADDRESS)
    guesses.wrong("198.51.100.7", "last year's")
    guesses.check("198.51.100.7")


def test_nothing_of_a_key_is_kept_in_words() -> None:
    guesses = Guesses()
    guesses.wrong(ADDRESS, "s3cret")
    assert "s3cret" not in repr(vars(guesses))
