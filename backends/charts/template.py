"""One look for every chart: colours, fonts and grid, for a light and for a dark page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, sans-serif'
CLEAR = "rgba(0,0,0,0)"
SERIES_SHOWN = 20  # more curves in one picture cannot be told apart
DASHES = ("solid", "dash", "dot", "dashdot")


@dataclass(frozen=True)
class Palette:
    """The colours of a theme. `accent` carries the meaning, `muted` is everything else."""

    text: str
    grid: str
    muted: str
    accent: str
    warning: str
    surface: str  # behind labels: the page's own background
    series: tuple[str, ...]
    scale: tuple[str, ...]  # from nothing to everything


LIGHT = Palette(
    text="#1C2524",
    grid="#DDE3E2",
    muted="#78716C",
    accent="#0F766E",
    warning="#B45309",
    surface="#FFFFFF",
    series=("#0F766E", "#D97706", "#4F46E5", "#BE185D", "#0284C7", "#65A30D", "#7C3AED", "#78716C"),
    scale=("#F0FDFA", "#99F6E4", "#2DD4BF", "#0D9488", "#115E59"),
)
DARK = Palette(
    text="#E6ECEB",
    grid="#2A3534",
    muted="#A8A29E",
    accent="#2DD4BF",
    warning="#FBBF24",
    surface="#101615",
    series=("#2DD4BF", "#FBBF24", "#A5B4FC", "#F472B6", "#38BDF8", "#A3E635", "#C4B5FD", "#A8A29E"),
    scale=("#18201F", "#134E4A", "#0F766E", "#2DD4BF", "#99F6E4"),
)

PLOTLY_CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
    "responsive": True,
}


def plotly_config(name: str, picture: str = "png") -> dict[str, Any]:
    """What `st.plotly_chart` and `Figure.to_html` take as `config`: one button that saves "png" or "svg".

    >>> plotly_config("roc", "svg")["toImageButtonOptions"]
    {'format': 'svg', 'scale': 2, 'filename': 'roc'}
    """
    options = {**PLOTLY_CONFIG["toImageButtonOptions"], "format": picture, "filename": name}
    return {**PLOTLY_CONFIG, "toImageButtonOptions": options}


def palette(dark: bool = False) -> Palette:
    """The colours of the dark or of the light theme."""
    return DARK if dark else LIGHT


def template(dark: bool = False) -> go.layout.Template:
    """The Plotly template: transparent, so that the page's own background shows."""
    import plotly.graph_objects as go

    colours = palette(dark)
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zerolinecolor": colours.grid,
        "ticks": "",
        "automargin": True,
        "title": {"standoff": 12, "font": {"size": 13}},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 14, "color": colours.text},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "colorway": list(colours.series),
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {
                "bgcolor": colours.surface,
                "bordercolor": colours.muted,
                "font": {"color": colours.text, "family": FONT},
            },
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
            "margin": {"l": 8, "r": 16, "t": 40, "b": 8},
            "modebar": {"bgcolor": CLEAR, "color": colours.muted, "activecolor": colours.accent},
        }
    )


def figure(dark: bool, x: str, y: str, height: int = 380, **layout: Any) -> go.Figure:
    """An empty figure in this look, with the titles of its two axes."""
    import plotly.graph_objects as go

    made = go.Figure()
    made.update_layout(template=template(dark), height=height, xaxis_title=x, yaxis_title=y, **layout)
    return made


def plain(text: object, length: int = 60) -> str:
    """Text from a table as a label: shown as it is, never read as markup, cut when long.

    >>> plain("<b>yes</b>")
    '&lt;b&gt;yes&lt;/b&gt;'
    """
    words = str(text)
    return escape(words if len(words) <= length else f"{words[: length - 1]}…", quote=False)


def distinct(names: Iterable[object], length: int = 30) -> list[str]:
    """Labels of a category axis, where two that were cut to the same words would become one category.

    >>> distinct(["no", "yes yes yes", "yes yes no"], length=6)
    ['no', 'yes y…', 'yes y… (2)']
    """
    labels: list[str] = []
    for name in names:
        label, number = plain(name, length), 2
        while label in labels:
            label, number = f"{plain(name, length)} ({number})", number + 1
        labels.append(label)
    return labels


def translucent(colour: str, share: float) -> str:
    """A colour that lets the background through.

    >>> translucent("#0F766E", 0.2)
    'rgba(15,118,110,0.2)'
    """
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
