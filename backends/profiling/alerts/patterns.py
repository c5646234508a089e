"""What data of persons look like: patterns, and the check digits that tell a number of a person from any number.

Each national number is described where the check is computed; sources are the issuing authorities' public rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from backends.datasets.traits import spaced


@dataclass(frozen=True)
class Pattern:
    """One kind of personal value, named by `words` in the plural.

    `regex` (RE2) fits the whole value without the blanks around it; `check` looks at the value without blanks,
    points and hyphens. At least `share` of a column's different values have to fit, and as many of these to
    pass the check; `least` different values do, 20 where the check digit is all that tells them from any number.
    Where the form says too little, `name` is what a column has to be called as well.
    """

    words: str
    regex: str
    check: Callable[[str], bool] | None = None
    share: float = 0.5
    least: int = 5
    name: re.Pattern[str] | None = None

    def suits(self, column: str) -> bool:
        """Whether a column of this name may hold the pattern.

        >>> PATTERNS[-1].suits("customerSSN"), PATTERNS[-1].suits("amount"), PATTERNS[0].suits("amount")
        (True, False, True)
        """
        return self.name is None or bool(self.name.search(spaced(column)))

    def passes(self, text: str) -> bool:
        """Whether a value that fits the pattern passes the check as well."""
        return self.check is None or self.check(bare(text))


def bare(text: str) -> str:
    """A number without what is written between its digits, in capitals.

    >>> bare(" de89 3704-0044 ")
    'DE8937040044'
    """
    return re.sub(r"[\s.\-/]", "", text).upper()


def luhn(number: str) -> bool:
    """Whether the last digit of a card's number checks (ISO/IEC 7812-1): every second digit doubled, sum ends in 0.

    >>> luhn("4111111111111111"), luhn("4111111111111112"), luhn("0000000000000000")
    (True, False, False)
    """
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return len(set(number)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def iban(number: str) -> bool:
    """Whether an IBAN checks (ISO 13616): the first four characters behind the rest, letters as 10 to 35, mod 97 = 1.

    >>> iban("DE89370400440532013000"), iban("DE88370400440532013000")
    (True, False)
    """
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def insee(number: str) -> bool:
    """Whether a French social-security number checks: 97 minus its first 13 digits mod 97 (2A and 2B are 19 and 18).

    >>> insee("255081416802538"), insee("255081416802539")
    (True, False)
    """
    digits = number.replace("2A", "19").replace("2B", "18")
    return digits.isdigit() and 97 - int(digits[:13]) % 97 == int(digits[13:])


def bsn(number: str) -> bool:
    """Whether a Dutch citizen number checks: 9·d1 + 8·d2 + … + 2·d8 - d9 is a multiple of 11.

    >>> bsn("111222333"), bsn("111222334")
    (True, False)
    """
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11 == 0


def dni(number: str) -> bool:
    """Whether the letter of a Spanish identity number checks: it is given by the digits mod 23 (X, Y, Z are 0, 1, 2).

    >>> dni("12345678Z"), dni("X1234567L"), dni("12345678A")
    (True, True, False)
    """
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def pesel(number: str) -> bool:
    """Whether a Polish PESEL checks: the digits weighted 1 3 7 9 1 3 7 9 1 3 1 sum to a multiple of 10.

    >>> pesel("44051401359"), pesel("44051401358")
    (True, False)
    """
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    dated = 1 <= int(number[2:4]) % 20 <= 12 and 1 <= int(number[4:6]) <= 31
    return dated and sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 10 == 0


def cpf(number: str) -> bool:
    """Whether both check digits of a Brazilian CPF are right (weighted sums mod 11).

    >>> cpf("52998224725"), cpf("52998224724"), cpf("11111111111")
    (True, False, False)
    """
    if len(set(number)) == 1:
        return False
    for length in (9, 10):
        total = sum((length + 1 - at) * int(digit) for at, digit in enumerate(number[:length]))
        if total * 10 % 11 % 10 != int(number[length]):
            return False
    return True


_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
EMAIL = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
PHONE = "|".join(
    (
        r"(?:\+|00)[1-9][\d\s().\-/]{6,18}\d",  # with the country
        r"(?:\+?1[ .\-])?(?:\(\d{3}\) ?|\d{3}[.\-]|[2-9]\d{2} )[2-9]\d{2}[ .\-]\d{4}",  # North America
        r"\(?0\d{2,5}\)?[ /\-]{1,3}\d{3,}(?:[ \-]?\d{2,})*",  # an area code, then the number
        r"0\d(?:[ .]\d{2}){4}",  # France
    )
)
SSN = r"(?:00[1-9]|0[1-9]\d|[1-578]\d{2}|6(?:[0-57-9]\d|6[0-57-9]))-(?:0[1-9]|[1-9]\d)-\d{4}"
_NUMBERED = r"(?:[\W_]?(?:no|nr|num|number|nummer|home|work|private|\d))*$"
PHONE_NAME = re.compile(
    r"(?i)(?:^|[\W_])(?:(?:tele|cell|smart|mobile)?[\W_]?phone|tel|telefono?|teléfono|téléphone|handy|mobile|msisdn|fax|"
    rf"whatsapp|(?:cell|contact)[\W_]?(?:no|nr|num|number)){_NUMBERED}"
)
SSN_NAME = re.compile(rf"(?i)(?:^|[\W_])(?:ssn|social[\W_]?security){_NUMBERED}")
PATTERNS: tuple[Pattern, ...] = (
    Pattern("e-mail addresses", EMAIL),
    Pattern("phone numbers", PHONE),
    Pattern("card numbers", r"[3-6]\d{3}(?:[ \-]?\d{4}){2}[ \-]?\d{1,7}|3[47]\d{2}[ \-]?\d{6}[ \-]?\d{5}", luhn, 0.8),
    Pattern("bank accounts (IBAN)", r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?", iban),
    Pattern("IP addresses", rf"(?:{_OCTET}\.){{3}}{_OCTET}|(?:[0-9a-fA-F]{{1,4}}:){{7}}[0-9a-fA-F]{{1,4}}", None, 0.8),
    Pattern("US social-security numbers", SSN),
    Pattern("UK national-insurance numbers", r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"),
    Pattern(
        "French social-security numbers", r"[1-478](?: ?\d{2}){2} ?(?:\d{2}|2[AB])(?: ?\d{3}){2} ?\d{2}", insee, 0.8
    ),
    Pattern("Spanish identity numbers", r"(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]", dni, 0.8),
    Pattern("Italian tax codes", r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"),
    Pattern("Brazilian tax numbers (CPF)", r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", cpf, 0.8, 20),
    Pattern("Polish identity numbers (PESEL)", r"\d{11}", pesel, 0.8, 20),
    Pattern("Dutch citizen numbers (BSN)", r"\d{9}", bsn, 0.95, 20),
    Pattern("phone numbers", r"[+(]{0,2}\d(?:[\s().\-/]{0,3}\d){6,14}", name=PHONE_NAME),
    Pattern("US social-security numbers", r"\d{7,9}", name=SSN_NAME),  # read as a number it has lost zeros in front
)


def named_like_personal(column: str) -> bool:
    """Whether a column is called like one of the patterns that need a name.

    >>> named_like_personal("homePhone"), named_like_personal("mobile_price")
    (True, False)
    """
    return any(pattern.name is not None and pattern.suits(column) for pattern in PATTERNS)
