"""Which kind of fact an English question asks for, and whether a sentence has one: money, a date, a person, a place.

This judges whether there is an answer at all, so it is stricter than `asks.looks_asked_for`, which only orders
sentences. What the question itself names is no answer to it: "Lion Air" does not tell who flew for Lion Air.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|dozens?"
)
_FIGURE = rf"(?:\d[\d.,]*|(?:{_WORDS}|half|several|few|an?))"
_TIME = r"(?:seconds?|sec|minutes?|min|hours?|days?|weeks?|fortnights?|months?|years?|decades?|centur(?:y|ies))"
_LENGTH = (
    r"(?:mm|cm|m|km|(?:centi|kilo|milli)?met(?:re|er)s?|miles?|feet|ft|inch(?:es)?|yards?"
    r"|pages?|lines?|sentences?|words?|characters|tokens?)"
)
_MONTHS = r"january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_MONEY = re.compile(
    r"[€$£¥]|\b(?:euros?|dollars?|pounds?|francs?|crowns?|yen|cents?|pence|eur|usd|gbp|chf|free|nothing)\b"
    rf"|%|\bper ?cent\b|\b(?:{_FIGURE}) (?:tenth|third|quarter)\b|\bhalf\b",
    re.I,
)
_NUMBER = re.compile(rf"\d|\b(?:{_WORDS}|half|once|twice|tenth|daily|weekly|monthly|yearly|every|none|no)\b", re.I)
_SPAN = re.compile(
    rf"\b{_FIGURE}[\s-]+(?:and a half[\s-]+|quarters? of an? |more )?{_TIME}\b|\b{_FIGURE}[\s-]?{_LENGTH}\b"
    rf"|\b(?:until|till|overnight|forever)\b|\bquarter of an hour\b",
    re.I,
)
_PAST = re.compile(rf"\b1\d\d\d\b|\b20\d\d\b|\b(?:{_MONTHS}|yesterday|ago)\b|\b\d+(?:st|nd|rd|th)\b|\b{_DAYS}\b", re.I)
_TIMES = re.compile(
    rf"{_PAST.pattern}|\b(?:noon|midnight|today|tomorrow|winter|summer|spring|autumn|weekdays?|weekends?)\b"
    rf"|\b\d{{1,2}}(?:[:.]\d\d)?\s*(?:am|pm|o['’]clock)\b|\b\d{{1,2}}:\d\d\b|\b{_FIGURE}[\s-]+{_TIME}\b"
    r"|\b(?:when|before|after|within|until|above|below|under|exceeds?|next day)\b",
    re.I,
)
_DEGREES = re.compile(r"°|\b(?:degrees?|kelvin|celsius|fahrenheit)\b", re.I)
_ROLE = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof|professor|director|manager|chief|president|chair(?:man|woman)?|mayor|minister|secretary"
    r"|officer|lead(?:er)?|head|boss|supervisor|approver|owner|engineer|doctor|nurse|teacher|painter|author|editor|team"
    r"|staff|board|committee|council|company|department|desk|office|agency|members?|adults?|employees?|visitors?"
    r"|students?|children|parents?|aunt|uncle|everyone|everybody|nobody|whoever|those who|people|persons?)\b",
    re.I,
)
_NAME = re.compile(
    r"(?<=[\w,;:(“\"’'&] )(?!(?:I|The|A|An)\b)[A-ZÀ-Þ][\w’'-]+"  # within a sentence
    r"|^\W*(?!(?:It|This|That|There|These|Those|They|He|She|We|You|The|All|Each|What|One|Its|Nothing)\b)"
    r"[A-ZÀ-Þ][\w’'-]+(?= (?:[A-ZÀ-Þ]|is|was|has|had|will|can|\w+ed\b|\w+[^s]s\b))",  # or as its subject
)
_PLACE = re.compile(
    r"\b(?:in|at|to|from|near|behind|under|above|on|outside|inside|next to|into|via|left|right|street|road|square)\b"
    r"(?!\s+(?:\d|least|most|once|all\b))",
    re.I,
)
_NOT_NAMES = re.compile(rf"\b(?:{_MONTHS}|{_DAYS})\b", re.I)
_MONEY_ASKED = (
    r"\b(?:costs?|prices?|fees?|fares?|salary|wages?|revenue|profit|turnover|expensive|charged?|budget|dividend"
    r"|toll|rent|subscription|gratuity)\b"
)


@dataclass(frozen=True)
class Kind:
    """A kind of fact: how it is asked for and how it looks."""

    name: str
    asks: re.Pattern[str]
    looks: tuple[re.Pattern[str], ...]  # any of them


_HOW_NUMBER = "many|much|old|far|often|frequently|high|tall|large|big|deep|fast|heavy|wide|loud|soon|quickly|strong"
KINDS = (  # the first that is asked for counts
    Kind("money", re.compile(rf"^(?!\W*(?:why|how do|who|whose)\b).*{_MONEY_ASKED}", re.I | re.S), (_MONEY,)),
    Kind("temperature", re.compile(r"\b(?:temperature|how (?:hot|warm|cold))\b", re.I), (_DEGREES,)),
    Kind("duration or length", re.compile(r"\bhow long\b", re.I), (_SPAN,)),
    Kind("date", re.compile(r"\bwhen (?:was|were|did|has|had)\b|\b(?:what|which) (?:year|date)\b", re.I), (_PAST,)),
    Kind("time", re.compile(r"\bwhen\b|\b(?:what|which) (?:time|day|month)\b", re.I), (_TIMES,)),
    Kind(
        "number",
        re.compile(rf"\bhow (?:{_HOW_NUMBER})\b|\b(?:population|percentage|phone number|how much)\b", re.I),
        (_NUMBER,),
    ),
    Kind("person", re.compile(r"\b(?:who|whose|whom)\b", re.I), (_NAME, _ROLE)),
    Kind(
        "place", re.compile(r"^\W*(?:and |but )?where\b|\bin (?:which|what) (?:city|country|town)\b", re.I), (_PLACE,)
    ),
)
_SPECIFIC = re.compile(r"(?<=[\w,;:(“\"’'&/] )[A-ZÀ-Þ][\w’'-]*|[\w.,/-]*\d[\w.,/%-]*")


def asked_kind(question: str) -> Kind | None:
    """The kind of fact that is asked for; None where any sentence may answer.

    >>> [kind and kind.name for kind in map(asked_kind, ("What does it cost?", "Who led it?", "Why?"))]
    ['money', 'person', None]
    """
    return next((kind for kind in KINDS if kind.asks.search(question)), None)


def holds(kind: Kind | None, question: str, text: str) -> bool:
    """Whether a text has a fact of the kind that the question does not name itself.

    >>> question = "What does the X200 cost?"
    >>> holds(asked_kind(question), question, "The X200 heats to 250 °C in 9 minutes.")
    False
    >>> holds(asked_kind(question), question, "It is sold for 49 euros.")
    True
    """
    if kind is None:
        return True
    for named in {match.group().rstrip(".,") for match in _SPECIFIC.finditer(question)}:
        text = re.sub(rf"(?<!\w){re.escape(named)}(?!\w)", "…", text)
    if kind.name == "person":
        text = _NOT_NAMES.sub("…", text)
    return any(look.search(text) for look in kind.looks)
