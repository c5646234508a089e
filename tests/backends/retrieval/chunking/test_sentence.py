"""Where sentences end, one awkward case a line: `|` marks each bound."""

from __future__ import annotations

import pytest

from backends.retrieval.chunking import sentences

CASES = {
    "two sentences": "It rains. |We stay.",
    "question and exclamation": "Why? |Because! |So.",
    "title": "Dr. Wu and Mrs. Lee met. |They spoke.",
    "latin short forms": "Some, e.g. Metals, melt, i.e. They flow. |Others do not.",
    "decimal": "It is 3.14 mm. |It was 2.7 mm.",
    "year": "It was so in 1999. |Then it changed.",
    "figure": "See fig. 3 and no. 12. |There is no. |Fine.",
    "et al.": "Wu et al. (2019) found it, Lee et al. [4] did not. |So it is.",
    "initials": "J. Smith and A. B. Cole of the U.S. Army wrote it. |It sold.",
    "degrees": "Ice melts at 0 °C. |Snow is white. |It boils at 212 °F. |Steam is hot.",
    "units of one capital": "It takes 12 V. |Lamps glow. |Heat is 4 W/K. |It is 273 K. |Snow falls. |At 5C. |Go.",
    "a letter that is no initial": "It is bent like an S. |Isotonic ones rise. |Eat vitamin C. |Oranges have it.",
    "initials of authors": "Found by J. Smith. |John F. Kennedy knew. |In 1932 J. S. Bach did.",
    "docket": "Docket No. FAA–2020–0001 was opened. |Nos. A320 and B7 fly. |The answer is no. |Fine.",
    "parts of a book": "See Fig. 3, Figs. 4 and Eq. (5), Sec. 2.1, Vol. IV, Fig. A, pp. 3–5 and Art. 6. |Fine.",
    "a short form at the end": "We saw modern art. |A man and I left. |It is in a vol. |It is big.",
    "a paragraph before a small letter": "MAP is its mean.\n\n|nDCG compares. |iPhones do not.",
    "initial before an opener": "They chose plan B. |The next day it failed.",
    "small letter goes on": "He left at 5 p.m. and slept. |She did not.",
    "ellipsis": "Well... perhaps. |Yes… |No.",
    "quotes and brackets": "“It is.” |He nodded. |(He had to.) |End.",
    "question in a quotation": "“Is it?” he said. |Yes.",
    "reference mark": "It is known.[12] |It is old.",
    "emphasis": "**It holds.** |_Always._ |End.",
    "words cut apart": "the flow is steady . |it is laminar .",
    "no capitals": "it rains. |we stay e.g. at home.",
    "web address and file": "Open app.py at example.org/a.b?c=d now. |Done.",
    "blank line": "A heading without a stop\n\n|The text of it\n  \n|Another",
    "wrapped line": "This sentence goes\non here. |Next.",
    "Markdown heading": "# One\n|Text of one.\n|## Two\n|Text of two.",
    "list": "Three things:\n|- red\n|- green\n|1. one\n|2. two",
    "numbered item is not cut at its number": "1. Take it.\n|2. Leave it.",
    "Chinese": "这是真的吗？|是的。|“好！”|他说。",
    "Japanese": "これは文です。|「本当？」|はい！",
    "Hindi": "यह घर है। |वह बड़ा है॥ |ठीक",
    "Arabic": "هل هذا صحيح؟ |نعم. |انتهى",
    "Urdu": "یہ گھر ہے۔ |وہ بڑا ہے۔",
    "Russian": "Идёт дождь. |Мы дома.",
    "Thai": "ภาษาไทย ไม่มีจุด",
    "German": "Das gilt z.B. Für alle. |Es ist so.",
    "leading and trailing blanks": "  \n\n One. |Two. \n",
    "a mark of its own": "e\u0301. |\u201cA\u0301.\u201d",
}


@pytest.mark.parametrize("marked", [pytest.param(marked, id=name) for name, marked in CASES.items()])
def test_sentences_end_where_a_reader_ends_them(marked: str) -> None:
    text = marked.replace("|", "")
    assert "|".join(text[start:end] for start, end in sentences(text)) == marked


def test_rows_of_a_markdown_table_are_sentences() -> None:
    text = "| a | b |\n| 1 | 2 |"
    assert sentences(text) == [(0, 10), (10, 19)]


def test_no_text_has_no_sentences_and_blanks_are_one() -> None:
    assert sentences("") == []
    assert sentences(" \n\n ") == [(0, 4)]


def test_a_flag_or_an_accent_behind_a_blank_is_not_cut_off() -> None:
    text = "Yes. \u0301No."
    assert sentences(text) == [(0, len(text))]
