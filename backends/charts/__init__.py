"""Frames as Plotly figures, in one look for light and dark pages, shared by pages, widgets and reports.

Every function takes the frame that it draws and `dark`, computes nothing and returns a figure, so that what is
seen can be tested and downloaded. Show a figure with `theme=None` and `config=plotly_config(name)`.
"""

from backends.charts.evaluation import (
    calibration,
    confusion,
    gain,
    lift,
    precision_recall,
    roc,
    score_histogram,
    threshold_costs,
)
from backends.charts.template import PLOTLY_CONFIG, figure, palette, plotly_config, template
from backends.charts.training import fold_scores, leaderboard, leaderboard_frame, learning_curve

__all__ = [
    "PLOTLY_CONFIG",
    "calibration",
    "confusion",
    "figure",
    "fold_scores",
    "gain",
    "leaderboard",
    "leaderboard_frame",
    "learning_curve",
    "lift",
    "palette",
    "plotly_config",
    "precision_recall",
    "roc",
    "score_histogram",
    "template",
    "threshold_costs",
]
