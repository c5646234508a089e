"""What a parity certificate says, as plain data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from backends.errors import WorkbenchError
from backends.onnx_export.verdict import CERTIFICATE, COMPARED, FLIP, LATENCY, contradictions, sound

LAYOUT = 1  # of the certificate as JSON
MOST_FLIPS = 200  # rows at fault that are listed
SEED = 0  # of what is drawn
THREADS = 1  # that each side is given


@dataclass(frozen=True)
class Compared:
    """How the answers for one set of rows agree.

    A *flip* is a row with another label, or one that one side alone refuses. Its *margin* is how far the original's
    probability is from its decision boundary. `clear_flips` are those that no tie explains: with a margin over `TIE`,
    or none because the original refuses the row. Differences are |Δ probability|, of each row the largest over the
    classes, among rows that both sides answer; None where there is no such row.
    """

    name: str
    title: str
    about: str
    rows: int
    flips: int
    clear_flips: int
    max_difference: float | None
    p99_difference: float | None
    worst_margin: float | None  # of the flips; None without any that has one
    note: str = ""  # what was left out


@dataclass(frozen=True)
class Flip:
    """One row on which the two sides part.

    `source` names the set of rows, `row` is the row's position in the dataset, `probe` says what was changed in it
    ("" for a held-out row as it is), `values` are the columns as given. A side that refuses the row has "" as label,
    no probabilities and its reason in `refusal`.
    """

    source: str
    row: int
    probe: str
    values: Mapping[str, str | float | int | bool | None]
    original: str
    graph: str
    original_probabilities: tuple[float, ...]
    graph_probabilities: tuple[float, ...]
    margin: float | None
    refusal: str = ""


@dataclass(frozen=True)
class Latency:
    """Milliseconds for a batch of rows, a data frame given and labels and probabilities got back.

    `repeats` are how often the original and the graph were asked. With fewer than twenty, the 95th percentile is
    little more than the slowest one.
    """

    batch: int
    original_p50_ms: float
    original_p95_ms: float
    graph_p50_ms: float
    graph_p95_ms: float
    repeats: tuple[int, int]

    @property
    def speed_up(self) -> float:
        """How many times as quick the graph is, by the medians."""
        return self.original_p50_ms / self.graph_p50_ms


@dataclass(frozen=True)
class Certificate:
    """What was found when a trained model and its graph were asked the same rows.

    It is *passed* with no label flip on the held-out rows and none on probe rows with a margin over `TIE`; `reasons`
    say otherwise. `sha256` names the data, the schema (the signature as JSON) and the graph that it speaks of.
    """

    passed: bool
    held_out: Compared
    probes: tuple[Compared, ...]
    flipped: tuple[Flip, ...]  # the first `MOST_FLIPS`
    latency: tuple[Latency, ...]
    file_size: int  # bytes of the graph
    opset: Mapping[str, int]
    versions: Mapping[str, str]
    sha256: Mapping[str, str]
    reasons: tuple[str, ...] = ()
    made_at: str = ""  # ISO 8601, UTC
    model: str = ""
    dataset: str = ""
    cores: int = 0  # of the machine that measured the latency
    threads: int = THREADS  # that each side was given
    seed: int = SEED

    @property
    def rows(self) -> int:
        """Rows compared, held-out and probes."""
        return self.held_out.rows + sum(probe.rows for probe in self.probes)

    @property
    def flips(self) -> int:
        """Rows on which the two part, ties included."""
        return self.held_out.flips + sum(probe.flips for probe in self.probes)

    @property
    def max_difference(self) -> float | None:
        """The largest |Δ probability| of all rows; None where no row was answered by both sides."""
        found = [one.max_difference for one in (self.held_out, *self.probes) if one.max_difference is not None]
        return max(found, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data without NaN; `from_dict` reads it back."""
        return {"layout": LAYOUT, **asdict(self)}

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Why it cannot be right, whatever the model: see `verdict.contradictions`."""
        return contradictions(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Certificate:
        """Read back what `to_dict` gave. Raises WorkbenchError for another layout and for values of other types."""
        if data.get("layout") != LAYOUT:
            raise WorkbenchError(
                f"The certificate has the layout {data.get('layout')!r}; this workbench reads {LAYOUT}.",
                hint="Export the model again.",
            )
        rest = {name: value for name, value in sound(data, CERTIFICATE, "field").items() if name != "layout"}
        try:
            return cls(
                **{
                    **rest,
                    "held_out": Compared(**sound(data["held_out"], COMPARED, "comparison")),
                    "probes": tuple(Compared(**sound(one, COMPARED, "comparison")) for one in data["probes"]),
                    "flipped": tuple(_flip(sound(one, FLIP, "flip")) for one in data["flipped"]),
                    "latency": tuple(_latency(sound(one, LATENCY, "latency")) for one in data["latency"]),
                    "reasons": tuple(data["reasons"]),
                }
            )
        except (KeyError, TypeError) as error:
            raise WorkbenchError(f"The certificate lacks a field: {error}.", hint="Export the model again.") from error


def digest_of(schema: Mapping[str, Any]) -> str:
    """SHA-256 of a signature as plain data, in JSON with sorted keys: what a certificate names as its schema."""
    return hashlib.sha256(json.dumps(schema, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _flip(data: Mapping[str, Any]) -> Flip:
    both = ("original_probabilities", "graph_probabilities")
    return Flip(**{**data, **{name: tuple(data[name]) for name in both}})


def _latency(data: Mapping[str, Any]) -> Latency:
    return Latency(**{**data, "repeats": tuple(data["repeats"])})
