"""Small pictures as inline SVG, drawn from rows of the report's data. Colours are classes of the style beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

SIDE = 200  # pixels of the square that is drawn in
LEFT, TOP = 40, 8
Data = dict[str, Any]
Range = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """A square with two axes, from data to pixels."""

    x: Range
    y: Range

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The place of a point."""
        along, up = (x - self.x[0]) / (self.x[1] - self.x[0]), (y - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + SIDE * along, TOP + SIDE * (1 - up)

    def drawn(self, inside: Sequence[str], names: tuple[str, str], say: str) -> Markup:
        """The axes with their ends and names, and what is inside."""
        foot = TOP + SIDE
        parts = [
            f"<title>{escape(say)}</title>",
            f'<polyline class=axis points="{LEFT},{TOP} {LEFT},{foot} {LEFT + SIDE},{foot}"/>',
            *inside,
            *(_text(*place, anchor, words) for place, anchor, words in self._labels(names, foot)),
        ]
        box = f'viewBox="0 0 {LEFT + SIDE + 20} {foot + 32}" role=img'
        return Markup(f"<svg class=plot {box}>{''.join(parts)}</svg>")  # noqa: S704 - escaped piece by piece

    def _labels(self, names: tuple[str, str], foot: int) -> list[tuple[tuple[int, int], str, str]]:
        return [
            ((LEFT, foot + 14), "middle", f"{self.x[0]:.0%}"),
            ((LEFT + SIDE, foot + 14), "middle", f"{self.x[1]:.0%}"),
            ((LEFT - 6, foot), "end", f"{self.y[0]:.0%}"),
            ((LEFT - 6, TOP + 8), "end", f"{self.y[1]:.0%}"),
            ((LEFT + SIDE // 2, foot + 28), "middle", names[0]),
            ((LEFT + 4, TOP + 8), "start", names[1]),
        ]


def calibration(bins: Sequence[Data], group: str) -> Markup:
    """One group's curve with the interval of each bin; on the dashed diagonal the probabilities are right."""
    frame = Frame((0.0, 1.0), (0.0, 1.0))
    points = [frame.at(one["predicted"], one["observed"]) for one in bins]
    inside = [
        _line(frame.at(0, 0), frame.at(1, 1), "even"),
        *(_line(frame.at(one["predicted"], one["low"]), frame.at(one["predicted"], one["high"])) for one in bins),
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>',
        *(_dot(*place, 3, "", _bin_words(one)) for place, one in zip(points, bins, strict=True)),
    ]
    return frame.drawn(inside, ("predicted", "observed"), f"Calibration of {group}")


def pareto(rows: Sequence[Data], criterion: str) -> Markup:
    """Accuracy against disparity; filled where none beats it in both. Nothing where nothing can be measured."""
    known = [row for row in rows if row["accuracy"] is not None and row["disparity"] is not None]
    if not known:
        return Markup()
    highest = max(row["disparity"] for row in known)
    ends = [row["accuracy"] for row in known]
    frame = Frame((0.0, 1.1 * highest or 0.1), (min(ends) - 0.02, max(ends) + 0.02))
    inside = [
        _dot(*frame.at(row["disparity"], row["accuracy"]), 5, "" if row["best"] else "beaten", _standing_words(row))
        for row in known
    ]
    return frame.drawn(inside, (f"difference in {criterion.lower()}", "accuracy"), f"Accuracy against {criterion}")


def _line(start: tuple[float, float], end: tuple[float, float], name: str = "interval") -> str:
    return f'<line class={name} x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'


def _dot(x: float, y: float, radius: int, name: str, say: str) -> str:
    kind = f" class={name}" if name else ""
    return f'<circle{kind} cx="{x:.1f}" cy="{y:.1f}" r="{radius}"><title>{escape(say)}</title></circle>'


def _text(x: int, y: int, anchor: str, words: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _bin_words(one: Data) -> str:
    return f"{one['count']:,} rows given {one['predicted']:.0%}, {one['observed']:.0%} of them have it"


def _standing_words(row: Data) -> str:
    return f"{row['title']}: accuracy {row['accuracy']:.3f}, difference {row['disparity']:.3f}"
