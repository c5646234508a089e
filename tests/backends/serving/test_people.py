"""What the claims of an ID token say about somebody, and what they do not."""

from __future__ import annotations

from typing import Any

import pytest

from backends.serving.people import LONGEST, Person

NOW = 1_800_000_000.0
ANA = {
    "is_logged_in": True,
    "iat": NOW - 60,
    "name": "Ana Ruiz",
    "email": "ana@example.org",
    "email_verified": True,
}


def test_claims_become_a_person() -> None:
    person = Person.from_claims(ANA, NOW)
    assert person is not None
    assert (person.name, person.email, person.verified) == ("Ana Ruiz", "ana@example.org", True)


def test_people_are_told_apart_by_provider_and_subject_whatever_they_are_called() -> None:
    identities = [
        {"iss": "a", "sub": "1"},
        {"iss": "a", "sub": "2"},
        {"iss": "b", "sub": "1"},
        {"iss": "a'", "sub": "1"},
    ]
    people = [Person.from_claims({**ANA, **identity}, NOW) for identity in identities]
    assert len({person.subject for person in people if person}) == 4
    again = Person.from_claims({**ANA, **identities[0], "name": "Ana R.", "iat": NOW}, NOW)
    assert again is not None
    assert people[0] is not None
    assert again.subject == people[0].subject


@pytest.mark.parametrize("claim", [True, "true"])
def test_a_provider_can_say_verified_in_a_text(claim: object) -> None:
    person = Person.from_claims({**ANA, "email_verified": claim}, NOW)
    assert person is not None
    assert person.verified


@pytest.mark.parametrize("claim", [False, None, "", "false", "True ", "yes", 0, [True]])
def test_anything_else_is_not_verified(claim: object) -> None:
    person = Person.from_claims({**ANA, "email_verified": claim}, NOW)
    assert person is not None
    assert not person.verified


@pytest.mark.parametrize(
    "change",
    [
        {"is_logged_in": False},
        {"is_logged_in": "True"},
        {"iat": NOW - 8 * 3_600 - 1},  # the working day is over
        {"iat": None},
        {"iat": "1800000000"},
        {"iat": True},
        {"iat": float("nan")},
    ],
)
def test_nobody_has_signed_in(change: dict[str, Any]) -> None:
    assert Person.from_claims({**ANA, **change}, NOW) is None
    assert Person.from_claims({}, NOW) is None


@pytest.mark.parametrize(
    ("person", "known_as", "shown"),
    [
        (Person("Ana", "ana@example.org", True), "ana@example.org", "Ana"),
        (Person("Ana", "ana@example.org", False), "Ana", "Ana (email address not verified)"),
        (Person("ana@example.org", "ana@example.org", False), "", "ana@example.org (email address not verified)"),
        (Person("", "ana@example.org", True), "ana@example.org", "ana@example.org"),
        (Person("", "", False), "", "somebody without a name"),
        (Person("x" * 200, "", False), "x" * LONGEST, "x" * LONGEST),
    ],
)
def test_the_history_keeps_no_address_that_nobody_verified(person: Person, known_as: str, shown: str) -> None:
    assert (person.known_as, person.shown) == (known_as, shown)
