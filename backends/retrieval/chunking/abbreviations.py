"""Words whose full stop does not end a sentence, and words that show that one has ended."""

from __future__ import annotations

ALWAYS = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "st", "messrs", "mme", "mlle", "gen", "col", "lt", "capt", "sgt", "sen", "rep",
    "gov", "rev", "hon", "e.g", "eg", "i.e", "ie", "cf", "vs", "viz", "resp", "incl", "excl", "approx", "z.b",
    "d.h", "u.a", "bzw", "bspw", "vgl", "sog", "inkl", "p.ex", "sr", "sra",
})  # fmt: skip
"""With a word to come: titles, and short forms that introduce something."""

BEFORE_NUMBERS = frozenset({
    "no", "nos", "nr", "fig", "figs", "eq", "eqs", "eqn", "ref", "refs", "sec", "sect", "ch", "chap", "vol", "vols",
    "p", "pp", "art", "tab", "app", "para", "al", "ca", "c", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec", "abb", "kap", "s", "t", "pt", "pts", "ex", "exs", "cl", "col", "cols", "div", "tbl",
    "pl", "ser", "subsec", "amdt", "bd",
})  # fmt: skip
"""With a number, a code or a bracket to come: "no. 5", "Docket No. FAA–2020", "et al. (2019)". Before anything else
they may end a sentence."""

BEFORE_LETTERS = frozenset({
    "fig", "figs", "eq", "eqs", "eqn", "sec", "sect", "ch", "chap", "vol", "vols", "app", "art", "tab", "pt", "pts",
    "abb", "kap", "ex", "cl", "ser", "bd",
})  # fmt: skip
"""With a single capital or a Roman number to come, too: "Fig. A", "Vol. IV"."""

LETTERED = frozenset({
    "a", "an", "the", "vitamin", "vitamins", "plan", "type", "class", "group", "grade", "hepatitis", "case", "option",
    "part", "step", "figure", "table", "section", "appendix", "annex", "chapter", "point", "side", "version", "model",
    "category", "zone", "schedule", "exhibit", "phase", "team", "factor", "degrees", "letter", "variant",
})  # fmt: skip
"""Words before a capital that is no initial: "like an S.", "vitamin C.", "Appendix B."."""

OPENERS = frozenset({
    "the", "this", "these", "those", "that", "it", "its", "they", "he", "she", "we", "you", "in", "on", "at", "for",
    "from", "to", "a", "an", "as", "if", "when", "while", "there", "here", "however", "but", "and", "or", "so",
    "yet", "then", "thus", "therefore", "hence", "moreover", "also", "such", "by", "with", "after", "before",
    "what", "why", "how", "who", "where", "der", "die", "das", "ein", "eine", "es", "sie", "er", "wir", "und",
    "aber", "le", "la", "les", "un", "une", "il", "elle",
})  # fmt: skip
"""Words that begin a sentence far more often than they follow a name: "plan B. The next …"."""
