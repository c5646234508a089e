"""What a widget shows of the model behind it, gathered once when it is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from backends.bundle import Bundle
from backends.profiling.report.texts import shown
from backends.serving.widgets.fields import Field, fields_of

if TYPE_CHECKING:
    from backends.registry import ModelVersion
    from backends.serving.widgets.place import Place

Tone = Literal["good", "plain", "warning"]
LONGEST_GROUPS = 60  # characters that name the groups of a gap
FIRST = 12  # columns that are shown at once; further ones are folded away
LONGEST_USE = 400  # characters of the intended use above the form; the card has all


@dataclass(frozen=True)
class Badge:
    """A fact in two or three words; `more` says the rest."""

    label: str
    value: str
    tone: Tone = "plain"
    more: str = ""


@dataclass(frozen=True)
class View:
    """A widget's content. `order` are the model's columns, first those to show first.

    `answers` are the labels that the model gives the bundle's examples, "" for one that it does not answer.
    """

    place: Place
    version: ModelVersion
    bundle: Bundle
    order: tuple[str, ...]
    answers: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The form's fields in the order of the columns, which is the order of the API's parameters."""
        return fields_of(self.bundle)

    @property
    def leading(self) -> tuple[Field, ...]:
        """The fields to show at once: all of them in the table's order, or the first of the order."""
        if len(self.fields) <= FIRST:
            return self.fields
        named = {field.column.name: field for field in self.fields}
        return tuple(named[name] for name in self.order[:FIRST])

    @property
    def folded(self) -> tuple[Field, ...]:
        """The other fields, in the table's order."""
        leading = {field.parameter for field in self.leading}
        return tuple(field for field in self.fields if field.parameter not in leading)

    @property
    def title(self) -> str:
        """The widget's title: what is predicted."""
        return f"Predict {shown(self.bundle.signature.target.name, 80)}"

    @property
    def use(self) -> str:
        """What the model is for, "" where nobody has said."""
        return "" if not self.bundle.intended_use else shown(self.bundle.intended_use, LONGEST_USE)

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Version, proof of the graph, quality, fairness, use."""
        return (self._version(), self._parity(), self._score(), self._fairness(), self._use())

    def _version(self) -> Badge:
        version = self.version
        return Badge("Version", f"{version.number} · {version.stage}", more=f"Published {version.created:%d %B %Y}.")

    def _parity(self) -> Badge:
        gates = self.bundle.gates()
        rows = f"{gates.rows_compared:,} rows compared with the trained pipeline"
        if gates.certificate_passed:
            return Badge("Parity", "proven", "good", f"{rows}; the ONNX graph decides alike.")
        return Badge("Parity", "not proven", "warning", f"{rows}; see the card.")

    def _score(self) -> Badge:
        gates = self.bundle.gates()
        if gates.value is None:
            return Badge(gates.metric_title, "not measurable", "warning")
        ends = "" if gates.low is None or gates.high is None else f" ({gates.low:.3f}–{gates.high:.3f})"
        return Badge(
            gates.metric_title,
            f"{gates.value:.3f}{ends}",
            more=f"On {gates.rows:,} rows that the model never saw, with its 95 % interval.",
        )

    def _fairness(self) -> Badge:
        from backends.registry.facts import gathered

        gaps = self.bundle.gates().disparities
        if gaps is None:
            return Badge("Fairness", "not assessed", "warning", "Nobody has looked whom it treats differently.")
        largest = gathered(gaps)["largest_difference"]
        if largest is None:
            return Badge("Fairness", "not measurable", "warning")
        criterion, _, groups = largest["what"].partition(", ")
        interval, chance = _certainty(gaps, largest["value"])
        value = f"{criterion} gap {largest['value']:.2f} ({shown(groups, LONGEST_GROUPS)}){', may be chance' * chance}"
        unsure = " It may be chance: among so many gaps one as wide is not rare." * chance
        more = f"The largest gap that was found: {largest['what']}{interval}; see the card.{unsure}"
        return Badge("Fairness", value, more=more)

    def _use(self) -> Badge:
        if self.bundle.intended_use:
            return Badge("Intended use", "stated", more=self.use)
        return Badge("Intended use", "not stated", "warning", "Whoever exported the model has not said what it is for.")


def _certainty(gaps: Sequence[Mapping[str, Any]], largest: float) -> tuple[str, bool]:
    """The interval of the largest difference in words, and whether it may be chance; ("", False) if not known."""
    from backends.fairness.significance import SIGNIFICANT

    gap = next(one for one in gaps if one["kind"] == "difference" and abs(one["value"] or 0.0) == largest)
    low, high, q = (gap.get(name) for name in ("low", "high", "q"))
    interval = "" if low is None or high is None else f", 95 % interval {low:.2f} to {high:.2f}"
    return interval, q is not None and q > SIGNIFICANT


def example_labels(count: int, answers: Sequence[str]) -> list[str]:
    """What is on the buttons of so many examples: a number, and what the model says of it where that is known.

    >>> example_labels(2, ("yes", ""))
    ['Example 1 (yes)', 'Example 2']
    """
    said = (*answers, *[""] * count)[:count]
    return [f"Example {at} ({shown(label, 24)})" if label else f"Example {at}" for at, label in enumerate(said, 1)]
