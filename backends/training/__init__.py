"""Train classifiers on a table and compare them honestly.

Dataset + TrainingSpec ──plan──▶ Plan ──compare──▶ Comparison ──▶ TrainedModel
"""

from backends.training.comparison import compare
from backends.training.events import Event
from backends.training.plan import Plan, plan
from backends.training.results import Check, Comparison, Failure, TrainedModel
from backends.training.spec import TrainingSpec
from backends.training.targets import likely_targets

__all__ = [
    "Check",
    "Comparison",
    "Event",
    "Failure",
    "Plan",
    "TrainedModel",
    "TrainingSpec",
    "compare",
    "likely_targets",
    "plan",
]
