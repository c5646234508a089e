"""Charts of an export: how long the model and its ONNX graph take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from backends.charts.template import figure, palette

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from backends.onnx_export.certificate import Certificate

ORIGINAL, GRAPH = "scikit-learn", "ONNX"


def latency_frame(certificate: Certificate) -> pd.DataFrame:
    """One row per batch and side: columns rows, side, p50_ms, p95_ms and repeats."""
    sides = [(ORIGINAL, "original", 0), (GRAPH, "graph", 1)]
    return pd.DataFrame(
        [
            {
                "rows": one.batch,
                "side": name,
                "p50_ms": getattr(one, f"{side}_p50_ms"),
                "p95_ms": getattr(one, f"{side}_p95_ms"),
                "repeats": one.repeats[at],
            }
            for one in certificate.latency
            for name, side, at in sides
        ]
    )


def latency(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """The median of each batch and side of `latency_frame`, with a line to the 95th percentile."""
    colours = palette(dark)
    drawn = figure(
        dark,
        x="milliseconds for the batch (median, and the line up to the 95th percentile; log scale)",
        y="",
        height=300,
        xaxis={"type": "log"},
        yaxis={"autorange": "reversed", "type": "category"},
    )
    for side, colour in ((ORIGINAL, colours.muted), (GRAPH, colours.accent)):
        rows = frame[frame["side"] == side]
        drawn.add_scatter(
            x=rows["p50_ms"],
            y=[f"{count:,} {'row' if count == 1 else 'rows'}" for count in rows["rows"]],
            mode="markers",
            name=side,
            marker={"size": 11, "color": colour},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows["p95_ms"] - rows["p50_ms"],
                "arrayminus": [0.0] * len(rows),
                "color": colour,
                "thickness": 2,
                "width": 0,
            },
            customdata=[
                f"{side}, {row.rows:,} rows: {row.p50_ms:.3g} ms, 95 % below {row.p95_ms:.3g} ms ({row.repeats} times)"
                for row in rows.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    return drawn
