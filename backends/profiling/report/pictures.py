"""Small pictures as inline SVG. Colours are classes of the page's style sheet, so that they follow the theme."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from markupsafe import Markup

WIDTH, HEIGHT = 120, 26  # of a picture in a table row, in CSS pixels
SHADES = 10  # steps of the colour scale of a heat map
MARGIN = 190  # left of a heat map, for the names of its rows
Grid = Sequence[Sequence[float | None]]
Interval = tuple[float | None, float | None]


def bars(counts: Sequence[int | None], say: str, apart: bool = False) -> Markup:
    """Bars side by side as one path, the highest as high as the picture; `say` is read aloud and shown on hover.

    A count that is not zero is at least a line, so that what is rare does not look absent. Bars of a histogram touch,
    those of levels stand `apart`.
    """
    most = max((count or 0 for count in counts), default=0)
    if not most:
        return Markup()
    tops = [HEIGHT - max(1, round(count * HEIGHT / most)) if count else HEIGHT for count in counts]
    if apart:
        path = "".join(f"V{top}h.85V{HEIGHT}h.15" for top in tops)
    else:
        path = "".join(f"V{top}h{len(list(equal))}" for top, equal in groupby(tops))
    box = f'viewBox="0 0 {len(counts)} {HEIGHT}" preserveAspectRatio=none role=img'
    drawing = f'<title>{escape(say)}</title><path d="M0 {HEIGHT}{path}V{HEIGHT}z"/>'
    return Markup(f"<svg class=bars {box}>{drawing}</svg>")  # noqa: S704 - escaped


def share_bar(share: float | None) -> Markup:
    """One bar from 0 to 1; the figure stands beside it."""
    if share is None:
        return Markup()
    path = f"M0 0h{_between(share, 0, 1) * 100:.3g}v8H0z"
    box = 'viewBox="0 0 100 8" aria-hidden=true'
    return Markup(f'<svg class=share {box}><path d="{path}"/></svg>')  # noqa: S704 - numbers only


def dot(value: float | None, interval: Interval, scale: tuple[float, float]) -> Markup:
    """A value with its interval as a dot on a line, on a scale of its own; the figures stand beside it."""
    if value is None:
        return Markup()
    start, end = scale
    edges = (value, *(value if edge is None else edge for edge in interval))
    at, left, right = (4 + 112 * _between((edge - start) / (end - start), 0, 1) for edge in edges)
    lines = f'<path d="M4 7h112"/><path d="M{left:.3g} 7H{right:.3g}"/><circle cx={at:.3g} cy=7 r=4 />'
    box = f'viewBox="0 0 {WIDTH} 14" aria-hidden=true'
    return Markup(f"<svg class=dot {box}>{lines}</svg>")  # noqa: S704 - numbers only


def lying_bars(counts: Sequence[int], line: int) -> Markup:
    """Bars one below the other, `line` pixels each, as one path; a list beside them says what they are."""
    most = max(counts, default=0) or 1
    path = "".join(f"M0 {at}.2h{100 * count / most:.0f}v.6H0z" for at, count in enumerate(counts))
    box = f'viewBox="0 0 100 {len(counts)}" width=100 height={line * len(counts)} preserveAspectRatio=none'
    return Markup(f'<svg {box} aria-hidden=true><path d="{path}"/></svg>')  # noqa: S704 - numbers only


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def heat_map(grid: Grid, down: Sequence[str], across: Sequence[str], heads: Sequence[str], title: str) -> Markup:
    """A map of shares, 0 to 1: a rectangle per cell that says its row, its column and its value on hover.

    `down` names the rows (written beside them), `across` the columns (said on hover), `heads` is written above
    them where it is not empty. What is not measurable (None) stays empty.
    """
    if not grid or not across:
        return Markup()
    side = 24 if len(across) <= 30 else 14
    wide, high = MARGIN + side * len(across) + 1, side * (len(grid) + 1) + 1
    drawn = [_label(name, (MARGIN - 8, side * (y + 1.5) + 4), "row") for y, name in enumerate(down)]
    drawn += [_label(head, (MARGIN + side * (x + 0.5), side * 0.5 + 4), "head") for x, head in enumerate(heads) if head]
    for y, row in enumerate(grid):
        drawn += [_cell(value, (x, y), side, f"{down[y]} · {across[x]}") for x, value in enumerate(row)]
    said = f"<title>{escape(title)}</title><desc>The tables beside it have the figures.</desc>"
    box = f'viewBox="0 0 {wide} {high}" width={wide} height={high} role=img'
    return Markup(f"<svg class=heat {box}>{said}{''.join(drawn)}</svg>")  # noqa: S704 - escaped piece by piece


def scale() -> Markup:
    """The colours of a heat map from 0 to 1."""
    steps = "".join(f"<rect class=h{at} x={at} width=1 height=1 />" for at in range(SHADES + 1))
    box = f'viewBox="0 0 {SHADES + 1} 1" preserveAspectRatio=none aria-hidden=true'
    return Markup(f"0 <svg class=key {box}>{steps}</svg> 1")  # noqa: S704 - numbers only


def _label(text: str, at: tuple[float, float], name: str) -> str:
    return f"<text class={name} x={at[0]:g} y={at[1]:g}>{escape(text)}</text>"


def _cell(value: float | None, at: tuple[int, int], side: int, say: str) -> str:
    if value is None:
        return ""
    shade = round(_between(abs(value), 0, 1) * SHADES)
    place = f"x={MARGIN + side * at[0]} y={side * (at[1] + 1)} width={side - 1} height={side - 1}"
    return f"<rect class=h{shade} {place}><title>{escape(say)}: {value:.2f}</title></rect>"
