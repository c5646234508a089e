"""Follow-up questions made whole: "and in winter?" is searched for together with what the conversation is about.

Deterministic, by words alone. A question is a follow-up when it opens as one ("what about …"), when it has no word of
content, or when a pronoun comes before anything that it could stand for. An "and" in front makes one of what is no
whole question ("and in winter?") or asks for one thing that must be known ("and what is the price?"). Then the content
words of the earlier questions are added, without the participle that they end with ("emptied"), and for a pronoun the
names in the answer before. Every other question stays as it is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from backends.retrieval.answering.answer import NOT_FOUND, Turn
from backends.retrieval.search.analysis import stop_terms, terms

TURNS = 5  # earlier questions that are looked at
WORDS = 12  # words that are added
NAMES = 3  # of them from the earlier answer
LONGEST = 12  # words of a question that can be a follow-up because it opens with "and" or "what about"

_OPENINGS = re.compile(
    r"\s*(?:what about|how about|what if|why not|same for|was ist mit|wie ist es mit|qu[’']en est-il|qué tal)\b", re.I
)
_AND = re.compile(
    r"\s*(?:and|or|but|also|so|und|oder|aber|et|ou|mais|y|o|pero|e|ma|en|maar|och|i)\b(?! then\b)[\s,]*", re.I
)
_BARE = re.compile(r"\s*(?:in|on|at|for|with|without|during|after|before|by|from|since|until|under|over|to)\b", re.I)
_VERBS = re.compile(
    r"\b(?:is|are|was|were|be|do|does|did|can|could|has|have|had|will|would|should|may|might|must|shall)\b", re.I
)
_ASKS = re.compile(
    r"\s*(?:what|which|who|whom|whose|when|where|why|how|was|welche[rsnm]?|wer|wen|wem|wann|wo|warum|wie|que|quel|quelle"
    r"|qui|quand|où|pourquoi|comment|qué|quién|cuándo|dónde|cómo|che|chi|quando|dove|perché|come|wat|wie|waar|hoe)\b",
    re.I,
)
_BE = re.compile(r"\b(?:is|are|was|were|be|been|has|have|had)\b", re.I)
_PARTICIPLE = re.compile(r"[a-z]+(?:ed|en|wn|ought|aught|ilt|eld|old|ound|ut|ent)|made|kept|led|paid|read|done|won|set")
_PRONOUN_WORDS = """
    it its itself they them their theirs themselves he him his himself she her hers herself this that these
    those one ones there then er ihn ihm sein seine ihr ihre dessen deren diese dieser dieses davon dafür damit
    il elle ils elles lui leur son sa ses celui celle ceux eso esa ese ello ella ellos él su sus esto questo
    quello lei esso hij zij ze hem haar hun dit dat deze die
"""
_PRONOUNS = frozenset(_PRONOUN_WORDS.split())
_ARTICLES = frozenset({"a", "an", "the", "my", "our", "your", "each", "every", "some", "any"})
_EMPTY_WORDS = """
    many much long often far fast old high big large deep wide early late soon cost happen happened happens mean
    means explain tell describe detail details example examples more please show else different
"""  # they say how is asked, not about what
_EMPTY = frozenset(_EMPTY_WORDS.split())
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def whole_question(question: str, history: Sequence[Turn] = (), language: str = "english") -> str:
    """The question to search for: itself, or itself and in brackets what it leaves out.

    >>> whole_question("And in winter?", [Turn("How often are the bins emptied?", "Every Tuesday.")])
    'And in winter? (bins)'
    >>> whole_question("Who wrote it?", [Turn("Which novel is set in Dublin?", "The novel Ulysses is set in Dublin.")])
    'Who wrote it? (novel set Dublin Ulysses)'
    >>> whole_question("When does the library open?", [Turn("How often are the bins emptied?", "Every Tuesday.")])
    'When does the library open?'
    """
    if not history or not is_follow_up(question, language):
        return question
    added = _added(question, list(history)[-TURNS:], language)
    return f"{question.strip()} ({' '.join(added)})" if added else question


def is_follow_up(question: str, language: str = "english") -> bool:
    """Whether a question cannot be understood alone.

    >>> [is_follow_up(text) for text in ("What about its cost?", "Why?", "Does the pump stop when it is cold?")]
    [True, True, False]
    """
    words = _WORD.findall(question)
    if not words:
        return False
    content = [word for word in words if _is_content(word, language)]
    if not content:
        return True
    if len(words) <= LONGEST and (_OPENINGS.match(question) or _is_continued(question, content)):
        return True
    if _BARE.match(question) and not _VERBS.search(question) and len(content) <= 3:
        return True
    return _points_back(words, language) or _is_stub(question, content)


def _is_continued(question: str, content: Sequence[str]) -> bool:
    """Whether a question opens with "and" and is no whole one without: it asks nothing, or for one known thing."""
    opening = _AND.match(question)
    if opening is None:
        return False
    rest = question[opening.end() :]
    if not (_ASKS.match(rest) or _VERBS.match(rest.lstrip())):
        return True
    words = _WORD.findall(rest)
    known = [after for word, after in itertools.pairwise(words) if word.lower() == "the"]
    return len(content) == 1 and content[0] in known


def _points_back(words: Sequence[str], language: str) -> bool:
    """Whether a pronoun comes before anything that it could stand for: a name, "the pump", or two words of content."""
    before = 0
    for at, word in enumerate(words):
        if word.lower() in _PRONOUNS and not _is_name(words, at):
            return before < 2 and not _introduces(words, at)
        if _is_content(word, language):
            article = at > 0 and words[at - 1].lower() in _ARTICLES
            before += 2 if article or _is_name(words, at) else 1
    return False


def _introduces(words: Sequence[str], at: int) -> bool:
    """Whether a pronoun only belongs to the grammar: "is there a …", "is it possible …", "which one …"."""
    small = words[at].lower()
    before = words[at - 1].lower() if at else ""
    after = words[at + 1].lower() if at + 1 < len(words) else ""
    if small == "there":
        return before in ("is", "are", "was", "were", "does", "will", "be")
    if small == "it":
        return after in ("possible", "true", "necessary", "important", "allowed", "safe", "worth")
    return small in ("one", "ones") and bool(before)


def _is_stub(question: str, content: Sequence[str]) -> bool:
    """Whether the question is one word of content and a question mark, such as "The cost?"."""
    asks = _ASKS.match(question) or _VERBS.search(question)
    return len(content) == 1 and question.rstrip().endswith("?") and not asks and not _is_name([".", content[0]], 1)


def _added(question: str, history: Sequence[Turn], language: str) -> list[str]:
    """The words that make it whole, in the order in which they were said first."""
    subject = [word for turn in _subject(history, language) for word in _contents(turn.question, language)]
    names: list[str] = []
    if _points_back(_WORD.findall(question), language) and history[-1].answer != NOT_FOUND:
        names = list(itertools.islice(_named(history[-1].answer), NAMES))
    known = {_key(word, language) for word in _WORD.findall(question)}
    added: dict[str, str] = {}
    for word in (*subject[: WORDS - len(names)], *names):
        if _key(word, language) not in known:
            added.setdefault(_key(word, language), word)
    return list(added.values())


def _subject(history: Sequence[Turn], language: str) -> list[Turn]:
    """The turns that the question goes on from: back to the last one that could be understood alone."""
    turns: list[Turn] = []
    for turn in reversed(history):
        turns.insert(0, turn)
        if not is_follow_up(turn.question, language):
            break
    return turns


def _contents(text: str, language: str) -> list[str]:
    """Its words of content, without the participle at their end: what it is about, not what happened to that."""
    found = [word for word in _WORD.findall(text) if _is_content(word, language) or word[0].isdigit()]
    if len(found) > 1 and _BE.search(text) and _PARTICIPLE.fullmatch(found[-1]):
        found.pop()
    return found


def _named(answer: str) -> Iterator[str]:
    """Capitalised words within the sentences of an answer."""
    for match in _WORD.finditer(answer):
        before = answer[max(0, match.start() - 3) : match.start()]
        if match.group()[0].isupper() and not re.search(r"(?:^|[.!?:\n]\s*)$", before):
            yield match.group()


def _is_content(word: str, language: str) -> bool:
    small = word.lower()
    return small not in _EMPTY and small not in _PRONOUNS and _key(word, language) not in stop_terms(language)


def _is_name(words: Sequence[str], at: int) -> bool:
    return at > 0 and words[at][0].isupper()


def _key(word: str, language: str) -> str:
    found = terms(word, language)
    return found[-1].stem if found else word.casefold()
