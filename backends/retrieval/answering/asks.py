"""What a question asks for, and how a sentence that says it looks: a number, a name, a definition."""

from __future__ import annotations

import re

from backends.retrieval.search.analysis import stop_terms, terms

LONGEST_SUBJECT = 4  # words of what is to be defined

_NAME = re.compile(r"(?<=[\w,;] )[A-ZÀ-Þ][\w’'-]+")
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?|once|twice"
    r"|daily|weekly|monthly|yearly|every|zwei|drei|vier|fünf|zehn|deux|trois|quatre|cinq|dix|dos|tres|due|tre|twee|drie)\b",
    re.I,
)
_KINDS = (
    (re.compile(r"\b(when|how (many|much|long|old|far|often|high|large|deep)|what (year|date|time))\b", re.I), _NUMBER),
    (re.compile(r"\b(wann|wie ?(viele?|lange|alt|weit|oft|hoch|groß|tief)|welches jahr)\b", re.I), _NUMBER),
    (re.compile(r"\b(quand|combien|cuándo|cuánt[oa]s?|quando|quant[oiae]|wanneer|hoeveel)\b", re.I), _NUMBER),
    (re.compile(r"\b(who|whose|whom)\b|^\W*(wer|wen|wem|wessen|qui|quién(es)?|chi|quem)\b", re.I), _NAME),
)
_ARTICLE = r"(?:an?|the|eine?|der|die|das|une?|l[ae]|un[ao]?|el|il|een|de|het)"
_SUBJECT = re.compile(
    r"^\W*(?:(?:and|but|so|und|et|y)\s+)?"
    r"(?:what(?: (?:is|are|was|were|do|does)|['’]s)(?: meant by)?|define|how (?:is|are)(?=.*defined)"
    r"|was (?:ist|sind|bedeutet)|qu['’]est[- ]ce (?:que?\s|qu['’])|que signifie|qué (?:es|son|significa)"
    r"|(?:che )?cos['’]è|wat (?:is|zijn|betekent))"
    rf"\s*(?:\b{_ARTICLE}\s+)?(?P<subject>.+?)(?:\s+(?:mean|stand for|defined))?[\s?.!]*$",
    re.I,
)
_OPENS = re.compile(rf"(?:\s*\d+[.)])?\W*(?:{_ARTICLE}\W+)?", re.I)  # what may stand before the subject
_TELLS = re.compile(  # what follows the subject where it is defined; "s" ends a verb of one subject: "compares"
    r"[*_\"'”’»)\]]*\s*(?:[:(–—|]|(?:[^\W\d_]+s|are|were|mean|ist|sind|bedeutet|est|sont|son|è|zijn)\b)"
)
_VALUE = re.compile(r"(?:^|[;|\n\t])\s*(?:[^:;|\n\t]{1,60}:\s*)?([^:;|\n\t]{1,80}?)\s*(?=[;|\n\t])")


def looks_asked_for(question: str, text: str) -> bool:
    """Whether a text has the kind of fact that a question asks for.

    >>> looks_asked_for("When was it opened?", "In 1932."), looks_asked_for("Why?", "In 1932.")
    (True, False)
    """
    return any(look.search(text) for asks, look in _KINDS if asks.search(question))


def subject_of(question: str, language: str = "english") -> tuple[str, ...]:
    """The stems of what is to be defined; () where a question asks for something else.

    >>> subject_of("What is a cross-encoder?"), subject_of("What is the boiling point of ethanol?")
    (('cross', 'encod'), ())
    """
    match = _SUBJECT.match(question)
    stems = tuple(term.stem for term in terms(match["subject"], language)) if match else ()
    return stems if len(stems) <= LONGEST_SUBJECT and not stop_terms(language) & set(stems) else ()


def defines(subject: tuple[str, ...], text: str, language: str = "english") -> bool:
    """Whether a sentence begins with the subject and goes on to tell what it is, or a row has it as a value.

    >>> defines(("fold",), "A **fold** is one part of the rows."), defines(("fold",), "Each fold is scored once.")
    (True, False)
    >>> defines(("fold",), "term: fold; definition: One part of the rows.")
    True
    """
    if not subject:
        return False
    values = ([term.stem for term in terms(match[1], language)] for match in _VALUE.finditer(text))
    if any(tuple(value) == subject for value in values):
        return True
    found = terms(text, language)
    first = next((at for at, term in enumerate(found) if term.stem == subject[0]), len(found))
    here = found[first : first + len(subject)]
    if tuple(term.stem for term in here) != subject or not _OPENS.fullmatch(text, 0, here[0].start):
        return False
    return bool(_TELLS.match(text, here[-1].end))
