"""What a bundle holds, whether it was just assembled or read from a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from backends.onnx_export.signature import Signature

if TYPE_CHECKING:
    from backends.onnx_export.certificate import Certificate

LAYOUT = 1  # raised when a reader of the former layout would be wrong
Record = dict[str, Any]  # one row: a JSON value per column, None where it is missing


@dataclass(frozen=True)
class Gates:
    """The facts of a bundle that a promotion is decided on, and that lists of versions show.

    `value`, `low` and `high` are the ranking metric's on the held-out rows with its 95 % interval, `baseline` is the
    baseline's value there; None where it could not be measured. `disparities` are the largest gaps between groups
    (see `fairness.FairnessReport`), None where fairness was not assessed.
    """

    model: str
    dataset: str
    target: str
    classes: tuple[str, ...]
    certificate_passed: bool
    rows_compared: int  # held-out and probe rows of the certificate
    rows: int  # held-out rows that were scored
    metric: str  # its key
    metric_title: str
    greater_is_better: bool
    value: float | None
    low: float | None
    high: float | None
    baseline: float | None
    disparities: tuple[dict[str, Any], ...] | None = None

    @property
    def advantage(self) -> float | None:
        """How far the model is above the baseline, positive when it is better; None if not measurable."""
        if self.value is None or self.baseline is None:
            return None
        return self.value - self.baseline if self.greater_is_better else self.baseline - self.value

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data."""
        return asdict(self) | {"classes": list(self.classes), "advantage": self.advantage}


@dataclass(frozen=True)
class Bundle:
    """A model that can be published: the graph, its proof, and what people and programs have to know.

    `card` is the model card (`README.md`); `examples` are held-out rows to try, `background` the rows that
    explanations compare with, both as records of the signature's columns. `file` says how the table that was trained
    on was written: "encoding", "delimiter", "quoting" (arguments of `csv.reader`), "missing" and
    "missing_among_values" (texts that mean no value; the latter in columns of numbers, dates, and yes and no).
    """

    model: bytes = field(repr=False)
    signature: Signature = field(repr=False)
    certificate: Certificate = field(repr=False)
    metrics: dict[str, Any] = field(repr=False)
    fairness: dict[str, Any] | None = field(repr=False)
    file: dict[str, Any] = field(repr=False)
    examples: tuple[Record, ...] = field(default=(), repr=False)
    background: tuple[Record, ...] = field(default=(), repr=False)
    title: str = ""
    created: str = ""  # ISO 8601
    workbench: str = ""  # the version that made it
    intended_use: str = ""
    private: bool = False
    card: str = field(default="", repr=False)
    train_script: str = field(default="", repr=False)
    predict_script: str = field(default="", repr=False)
    requirements: str = ""

    def gates(self) -> Gates:
        """The facts that decide whether it may be promoted."""
        signature, metrics = self.signature, self.metrics
        ranking, baseline = metrics["metric"], metrics["baseline"] or {"hold_out": ()}
        scores = {row["metric"]: row for row in metrics["hold_out"]}[ranking["key"]]
        guess = next((row["value"] for row in baseline["hold_out"] if row["metric"] == ranking["key"]), None)
        compared = (self.certificate.held_out, *self.certificate.probes)
        return Gates(
            model=signature.model,
            dataset=signature.dataset,
            target=signature.target.name,
            classes=signature.classes,
            certificate_passed=self.certificate.passed,
            rows_compared=sum(one.rows for one in compared),
            rows=metrics["rows"]["held_out"],
            metric=ranking["key"],
            metric_title=ranking["title"],
            greater_is_better=ranking["greater_is_better"],
            value=scores["value"],
            low=scores["low"],
            high=scores["high"],
            baseline=guess,
            disparities=None if self.fairness is None else tuple(self.fairness["assessment"]["disparities"]),
        )
