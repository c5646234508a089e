from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.profiling.alerts.patterns import PATTERNS, bsn, cpf, dni, iban, insee, luhn, pesel

BY_WORDS = {pattern.words: pattern for pattern in PATTERNS if pattern.name is None}
BY_NAME = {pattern.words: pattern for pattern in PATTERNS if pattern.name is not None}
# Published examples of the authorities and of the standards; none belongs to a person.
VALID = {
    "e-mail addresses": ["a@b.co", "first.last+tag@sub.example.org"],
    "phone numbers": [
        "+44 20 7946 0958", "0049 30 1234567", "(212) 555-0123", "212-555-0123", "030 1234567", "01 23 45 67 89",
        "1-212-555-0123", "212 555 0123", "+14155550123",
    ],
    "card numbers": ["4111 1111 1111 1111", "5555555555554444", "378282246310005", "3782 822463 10005"],
    "bank accounts (IBAN)": ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO9386011117947"],
    "IP addresses": ["192.168.0.1", "255.255.255.255", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"],
    "US social-security numbers": ["078-05-1120", "665-12-3456", "667-12-3456"],
    "UK national-insurance numbers": ["AB123456C", "AB 12 34 56 C"],
    "French social-security numbers": ["2 55 08 14 168 025 38", "255081416802538"],
    "Spanish identity numbers": ["12345678Z", "X1234567L"],
    "Italian tax codes": ["RSSMRA85T10A562S"],
    "Brazilian tax numbers (CPF)": ["529.982.247-25", "52998224725"],
    "Polish identity numbers (PESEL)": ["44051401359"],
    "Dutch citizen numbers (BSN)": ["111222333", "123456782"],
}  # fmt: skip
INVALID = {
    "e-mail addresses": ["a@b", "a b@c.de", "@home.org"],
    "phone numbers": ["2020-01-02", "01/02/2020", "12345678", "3.14159", "1,200.50", "A/5 21171"],
    "card numbers": ["4111 1111 1111 1112", "1234 5678 9012 3452", "4111"],
    "bank accounts (IBAN)": ["DE88 3704 0044 0532 0130 00", "DE89"],
    "IP addresses": ["1.2.3", "256.1.1.1", "12:30:15"],
    "US social-security numbers": ["666-12-3456", "000-12-3456", "078-00-1120", "900-12-3456"],
    "UK national-insurance numbers": ["DA123456C", "AB123456E"],
    "French social-security numbers": ["255081416802539"],
    "Spanish identity numbers": ["12345678A", "1234567Z"],
    "Italian tax codes": ["RSSMRA85T10A562"],
    "Brazilian tax numbers (CPF)": ["529.982.247-24", "111.111.111-11"],
    "Polish identity numbers (PESEL)": ["44051401358", "44991401359"],
    "Dutch citizen numbers (BSN)": ["111222334"],
}


def fits(words: str, text: str) -> bool:
    pattern = BY_WORDS[words]
    return re.fullmatch(pattern.regex, text) is not None and pattern.passes(text)


def test_every_pattern_is_tried() -> None:
    assert set(VALID) == set(INVALID) == set(BY_WORDS)


@pytest.mark.parametrize(("words", "text"), [(words, text) for words, texts in VALID.items() for text in texts])
def test_a_personal_value_is_recognised(words: str, text: str) -> None:
    assert fits(words, text)


@pytest.mark.parametrize(("words", "text"), [(words, text) for words, texts in INVALID.items() for text in texts])
def test_what_only_looks_similar_is_not(words: str, text: str) -> None:
    assert not fits(words, text)


@pytest.mark.parametrize("name", ["phone", "Home Phone", "customerPhone", "phone_number", "phone2", "mobile", "Fax No"])
@pytest.mark.parametrize("text", ["14155550123", "07700900123", "+49 (0)30 1234567", "5550123"])
def test_digits_are_a_phone_number_in_a_column_named_like_one(name: str, text: str) -> None:
    assert BY_NAME["phone numbers"].suits(name)
    assert re.fullmatch(BY_NAME["phone numbers"].regex, text)


@pytest.mark.parametrize("name", ["microphone_price", "mobile_data", "telemetry", "hotel", "phones", "amount"])
def test_other_names_are_not_those_of_phone_numbers(name: str) -> None:
    assert not BY_NAME["phone numbers"].suits(name)


@pytest.mark.parametrize("text", ["555", "1234567890123456", "2020-01-02T", "12.5 kg"])
def test_other_texts_are_no_phone_numbers_whatever_the_name(text: str) -> None:
    assert not re.fullmatch(BY_NAME["phone numbers"].regex, text)


@pytest.mark.parametrize(
    ("check", "number", "places"),
    [
        (luhn, "4111111111111111", range(16)),
        (bsn, "123456782", range(9)),
        (cpf, "52998224725", range(11)),
        (insee, "255081416802538", range(13)),
        (dni, "12345678Z", range(8)),
        (iban, "GB29NWBK60161331926819", range(8, 22)),
    ],
)
def test_no_wrong_digit_passes_a_check(check, number: str, places: range) -> None:
    assert check(number)
    for at in places:
        for digit in "0123456789":
            assert check(number[:at] + digit + number[at + 1 :]) is (digit == number[at])


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 28), st.integers(0, 9999))
def test_one_last_digit_of_ten_passes_for_a_pesel(year: int, month: int, day: int, serial: int) -> None:
    start = f"{year:02}{month:02}{day:02}{serial:04}"
    assert sum(pesel(f"{start}{digit}") for digit in range(10)) == 1
