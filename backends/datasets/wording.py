"""Numbers and nouns in sentences for people: `1 row was`, `1,200 rows were`."""

from __future__ import annotations


def number_of(number: int, noun: str) -> str:
    """A number and its noun.

    >>> number_of(1, "row"), number_of(1_200, "blank line")
    ('1 row', '1,200 blank lines')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)


def agreeing(number: int, one: str, more: str) -> str:
    """The form of a word that agrees with a number.

    >>> agreeing(1, "has", "have"), agreeing(0, "has", "have")
    ('has', 'have')
    """
    return one if number == 1 else more


def were(number: int, noun: str) -> str:
    """A number, its noun and the verb.

    >>> were(1, "blank line"), were(2, "blank line")
    ('1 blank line was', '2 blank lines were')
    """
    return f"{number_of(number, noun)} {agreeing(number, 'was', 'were')}"


def per_cent(share: float, digits: int = 0) -> str:
    r"""A share (0 to 1) in per cent; the space before the sign breaks no line.

    >>> per_cent(0.305, 1), per_cent(0.3)
    ('30.5\xa0%', '30\xa0%')
    """
    return f"{100 * share:.{digits}f}\xa0%"
