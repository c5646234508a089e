"""Whether a certificate is one: its values have the types they should, and its verdict follows from its figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError
from backends.training.policy import TIE

if TYPE_CHECKING:
    from backends.onnx_export.parity import Certificate, Compared, Flip

Sound = Callable[[Any], bool]
DIGESTS = ("data", "schema", "graph")


def text(value: Any) -> bool:
    """A text."""
    return isinstance(value, str)


def count(value: Any) -> bool:
    """A whole number from zero on; a truth is none."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def size(value: Any) -> bool:
    """A finite number from zero on."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def size_or_none(value: Any) -> bool:
    """The same, or what could not be measured."""
    return value is None or size(value)


def listed(sound: Sound) -> Sound:
    """A list of such values."""
    return lambda value: isinstance(value, list | tuple) and all(map(sound, value))


def named(sound: Sound) -> Sound:
    """An object whose values are such."""
    return lambda value: isinstance(value, Mapping) and all(text(key) and sound(one) for key, one in value.items())


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


COMPARED: Mapping[str, Sound] = {
    **dict.fromkeys(("name", "title", "about", "note"), text),
    **dict.fromkeys(("rows", "flips", "clear_flips"), count),
    **dict.fromkeys(("max_difference", "p99_difference", "worst_margin"), size_or_none),
}
FLIP: Mapping[str, Sound] = {
    **dict.fromkeys(("source", "probe", "original", "graph", "refusal"), text),
    **dict.fromkeys(("original_probabilities", "graph_probabilities"), listed(size)),
    **{"row": count, "values": named(_plain), "margin": size_or_none},
}
LATENCY: Mapping[str, Sound] = {
    **dict.fromkeys(("original_p50_ms", "original_p95_ms", "graph_p50_ms", "graph_p95_ms"), size),
    **{"batch": count, "repeats": lambda value: listed(count)(value) and len(value) == 2},
}
CERTIFICATE: Mapping[str, Sound] = {
    "passed": lambda value: isinstance(value, bool),
    **dict.fromkeys(("held_out", "layout"), lambda value: True),  # the reader looks at these
    **dict.fromkeys(("probes", "flipped", "latency"), listed(lambda value: isinstance(value, Mapping))),
    **dict.fromkeys(("file_size", "cores", "threads", "seed"), count),
    **dict.fromkeys(("versions", "sha256"), named(text)),
    **dict.fromkeys(("made_at", "model", "dataset"), text),
    **{"opset": named(count), "reasons": listed(text)},
}


def sound(data: Any, fields: Mapping[str, Sound], what: str) -> dict[str, Any]:
    """`data`, when it is an object of these fields alone, each of its type; fields may be left out.

    >>> sound({"row": "many"}, FLIP, "flip")
    Traceback (most recent call last):
    backends.errors.WorkbenchError: The certificate has a flip with 'row' = 'many'. ...
    """
    if not isinstance(data, Mapping):
        raise WorkbenchError(f"The certificate has {data!r:.80} as {what}.", hint="Export the model again.")
    for name, value in data.items():
        if name not in fields or not fields[name](value):
            raise WorkbenchError(
                f"The certificate has a {what} with {name!r:.40} = {value!r:.80}.", hint="Export the model again."
            )
    return dict(data)


def contradictions(certificate: Certificate) -> tuple[str, ...]:
    """What a certificate says of itself that cannot be: a sentence each, none for one that is consistent.

    The verdict is derived from the figures: no flip on at least one held-out row, no clear flip on probe rows, and no
    reason against. A certificate can still be made up whole: figures are not asked again here.
    """
    sets = (certificate.held_out, *certificate.probes)
    wrong = [f"{one.title}: {words}." for one in sets for so, words in _impossible(one, certificate.flipped) if so]
    fine = _proven(certificate)
    if certificate.passed and not fine:
        wrong.append("It says that it passed, and its figures say that it did not.")
    if not certificate.passed and fine:
        wrong.append("It says that it did not pass, and its figures say that it did.")
    return tuple(wrong)


def _proven(certificate: Certificate) -> bool:
    flips = certificate.held_out.flips + sum(one.clear_flips for one in certificate.probes)
    return bool(certificate.held_out.rows) and not flips and not certificate.reasons


def _impossible(one: Compared, flipped: tuple[Flip, ...]) -> tuple[tuple[bool, str], ...]:
    own = [flip for flip in flipped if flip.source == one.name]
    clear = [flip for flip in own if flip.margin is None or flip.margin > TIE]
    return (
        (one.flips > one.rows, f"{one.flips:,} flips among {one.rows:,} rows"),
        (one.clear_flips > one.flips, f"{one.clear_flips:,} clear flips among {one.flips:,}"),
        (len(own) > one.flips, f"{len(own):,} flips are listed and {one.flips:,} counted"),
        (len(clear) > one.clear_flips, f"{len(clear):,} clear flips are listed and {one.clear_flips:,} counted"),
        (
            one.worst_margin is not None and one.worst_margin > TIE and not one.clear_flips,
            f"a flip has the margin {one.worst_margin or 0:.2g} and none is counted as clear",
        ),
    )
