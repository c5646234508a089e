from __future__ import annotations

import pytest

from backends.datasets.traits import looks_sensitive, names_a_group


@pytest.mark.parametrize(
    "name",
    [
        "sex",
        "Age",
        "AgeGroup",
        "age_of_driver",
        "native-country",
        "personal_status_sex",
        "race",
        "ethnicity",
        "marital_status",
        "foreign_worker",
        "SeniorCitizen",
        "date_of_birth",
        "religion",
        "zip",
        "ZIP code",
        "zip_code",
        "PostCode",
        "post_code",
        "postal_code",
        "Veteran status",
    ],
)
def test_names_of_protected_traits_are_recognised(name: str) -> None:
    assert looks_sensitive(name)


@pytest.mark.parametrize(
    "name",
    [
        "wage",
        "page",
        "message",
        "sextant",
        "average",
        "trace",
        "unzip",
        "zipper",
        "postpone",
        "housing_median_age",
        "account age",
        "vehicle_age",
        "",
        "🙂",
    ],
)
def test_names_that_only_contain_such_a_word_are_not(name: str) -> None:
    assert not looks_sensitive(name)


@pytest.mark.parametrize(
    "name", ["customer_id", "customerId", "Patient", "subject-no", "user key", "id", "employee number"]
)
def test_names_of_what_rows_belong_to_are_recognised(name: str) -> None:
    assert names_a_group(name)


@pytest.mark.parametrize("name", ["paid", "acid", "customers", "identity", "user_agent", "keyboard"])
def test_names_that_only_look_like_it_are_not(name: str) -> None:
    assert not names_a_group(name)
