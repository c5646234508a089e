"""A prediction and its reasons as sentences and figures, before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backends.profiling.report.texts import NOTHING, amount, percent, shown
from backends.training.policy import HALF, Policy

if TYPE_CHECKING:
    from backends.onnx_export.signature import Signature
    from backends.serving.explaining import Contributions
    from backends.serving.predictions import Predictions

CLASSES = 8  # bars of probabilities
REASONS = 8  # bars of contributions
DECIMALS = 6  # of a percentage at most, to tell a probability from its threshold


@dataclass(frozen=True)
class Bar:
    """A line of a bar chart. `share` is its length, -1 to 1; `text` the figure as people read it."""

    label: str
    share: float
    text: str
    strong: bool = False
    value: str = ""


@dataclass(frozen=True)
class Decision:
    """What was decided, why so in a sentence, and the probabilities."""

    label: str
    sentence: str
    bars: tuple[Bar, ...]
    more: str = ""


@dataclass(frozen=True)
class Reasons:
    """What each column added, from the mean to this prediction."""

    sentence: str
    bars: tuple[Bar, ...]
    method: str


def decision(signature: Signature, predictions: Predictions, row: Mapping[str, Any]) -> Decision:
    """The first prediction in words."""
    label, chances = predictions.labels[0], predictions.probabilities[0].tolist()
    ranked = sorted(zip(signature.classes, chances, strict=True), key=lambda pair: -pair[1])
    bars = tuple(
        Bar(shown(name), max(0.0, min(chance, 1.0)), _percent(chance), name == label)
        for name, chance in ranked[:CLASSES]
    )
    hidden = len(ranked) - len(bars)
    more = f"{hidden:,} less probable classes are not shown." if hidden else ""
    if not signature.binary:
        chance = dict(ranked)[label]
        return Decision(shown(label), f"The most probable of {len(ranked):,} classes, {_percent(chance)}.", bars, more)
    return Decision(shown(label), _between_two(signature, chances[1], row), bars, more)


def _between_two(signature: Signature, chance: float, row: Mapping[str, Any]) -> str:
    """The probability of the positive class beside the threshold that it is measured against."""
    negative, positive = map(shown, signature.classes)
    threshold, group = threshold_of(signature.policy, row)
    shown_chance, limit = _apart(chance, threshold)
    said = f"The probability of {positive} is {shown_chance}"
    if threshold == HALF and not group:
        return f"{said}; above {limit} the decision is {positive}."
    whom = f" for this row's group ({group})" if group else ""
    return f"{said}. The decision is {positive} from {limit} on{whom}, {negative} below."


def threshold_of(policy: Policy, row: Mapping[str, Any]) -> tuple[float, str]:
    """The threshold of a row, and in words the group that has it; "" where it is everybody's.

    >>> from backends.datasets.grouping import Grouping
    >>> policy = Policy(0.5, (Grouping("sex"),), ((("f",), 0.3),))
    >>> threshold_of(policy, {"sex": "f"}), threshold_of(policy, {"sex": "m"})
    ((0.3, 'sex: f'), (0.5, ''))
    """
    if not policy.thresholds:
        return policy.threshold, ""
    import pandas as pd

    frame = pd.DataFrame({name: [row.get(name)] for name in policy.columns})
    threshold = float(policy.thresholds_of(frame)[0])
    labels = tuple(str(one.labels(frame[one.column])[0]) for one in policy.by)
    named = any(group == labels for group, _ in policy.thresholds)
    words = ", ".join(f"{shown(one.column)}: {shown(label)}" for one, label in zip(policy.by, labels, strict=True))
    return threshold, words if named else ""


def reasons(found: Contributions) -> Reasons:
    """The contributions to the first row's prediction, the largest first; small ones are put together."""
    ranked = found.ranked()
    rest = ranked[REASONS:] if len(ranked) > REASONS + 1 else []
    named = [(shown(name, 40), _value(value), change) for name, value, change in ranked[: len(ranked) - len(rest)]]
    if rest:
        named.append((f"{len(rest):,} other columns", "", sum(change for _, _, change in rest)))
    largest = max((abs(change) for _, _, change in named), default=0.0) or 1.0
    bars = tuple(Bar(name, change / largest, points(change), value=value) for name, value, change in named)
    base, output = float(found.bases[0]), float(found.outputs[0])
    sentence = (
        f"On average {shown(found.explained[0])} has a probability of {_percent(base)}; this row's values bring it to "
        f"{_percent(output)}."
    )
    return Reasons(sentence, bars, f"{found.method[0].upper()}{found.method[1:]}.")


def _percent(share: float) -> str:
    return percent(share).replace(" ", "\N{NO-BREAK SPACE}")


def _apart(chance: float, threshold: float) -> tuple[str, str]:
    """A probability and its threshold in per cent: with one decimal, or as many as tell them apart.

    >>> [text.replace(chr(160), " ") for text in _apart(0.436, 0.534398)]
    ['43.6 %', '53.4 %']
    >>> [text.replace(chr(160), " ") for text in _apart(0.53441, 0.534398)]
    ['53.441 %', '53.440 %']
    """
    for decimals in range(1, DECIMALS + 1):
        texts = [f"{share * 100:.{decimals}f}" for share in (chance, threshold)]
        if texts[0] != texts[1]:
            break
    said = [f"{text}\N{NO-BREAK SPACE}%" for text in texts]
    whole = f"{threshold * 100:.10g}"
    limit = said[1] if "." in whole else f"{whole}\N{NO-BREAK SPACE}%"
    return (_percent(chance) if decimals == 1 else said[0]), limit


def points(change: float) -> str:
    """A change of a probability in percentage points.

    >>> points(0.123), points(-0.00001), points(0.0)
    ('+12.3', '−0.0', '0')
    """
    if not change:
        return "0"
    return f"{'+' if change > 0 else '−'}{abs(change) * 100:.1f}"


def _value(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    return amount(value) if isinstance(value, int | float) else shown(str(value), 30)
