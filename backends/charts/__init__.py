"""Frames as Plotly figures, in one look for light and dark pages, shared by pages, widgets and reports.

Every function takes the frame that it draws and `dark`, computes nothing and returns a figure, so that what is
seen can be tested and downloaded. Show a figure with `theme=None` and `config=plotly_config(name)`.
"""

from backends.charts.cohorts import cohort_errors, disagreement_points, error_tree
from backends.charts.columns import calendar, histogram, lengths, levels, words
from backends.charts.effects import effect
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
from backends.charts.explaining import beeswarm, dependence, importance, waterfall
from backends.charts.export import latency, latency_frame
from backends.charts.fairness import calibration_by_group, disparities, group_rates
from backends.charts.missing import missing_against_target, missing_bars, missing_matrix, missing_together
from backends.charts.mitigation import before_after, cost_by_threshold, pareto, subgroups
from backends.charts.relations import association_matrix, pair_plot
from backends.charts.retrieval import (
    abstention,
    first_relevant,
    first_relevant_frame,
    question_differences,
    question_differences_frame,
    retrieval_measures,
    retrieval_measures_frame,
)
from backends.charts.shift import shift_of_column, shift_ranking
from backends.charts.target import against_target, target_ranking
from backends.charts.template import PLOTLY_CONFIG, figure, palette, plotly_config, template
from backends.charts.training import fold_scores, leaderboard, leaderboard_frame, learning_curve

__all__ = [
    "PLOTLY_CONFIG",
    "abstention",
    "against_target",
    "association_matrix",
    "beeswarm",
    "before_after",
    "calendar",
    "calibration",
    "calibration_by_group",
    "cohort_errors",
    "confusion",
    "cost_by_threshold",
    "dependence",
    "disagreement_points",
    "disparities",
    "effect",
    "error_tree",
    "figure",
    "first_relevant",
    "first_relevant_frame",
    "fold_scores",
    "gain",
    "group_rates",
    "histogram",
    "importance",
    "latency",
    "latency_frame",
    "leaderboard",
    "leaderboard_frame",
    "learning_curve",
    "lengths",
    "levels",
    "lift",
    "missing_against_target",
    "missing_bars",
    "missing_matrix",
    "missing_together",
    "pair_plot",
    "palette",
    "pareto",
    "plotly_config",
    "precision_recall",
    "question_differences",
    "question_differences_frame",
    "retrieval_measures",
    "retrieval_measures_frame",
    "roc",
    "score_histogram",
    "shift_of_column",
    "shift_ranking",
    "subgroups",
    "target_ranking",
    "template",
    "threshold_costs",
    "waterfall",
    "words",
]
