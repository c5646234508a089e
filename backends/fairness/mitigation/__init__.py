"""Ways to make a model treat groups more alike, each judged before and after on the same held-out rows.

Before training (*reweighing*: rows count so that group and outcome are independent), while training (*reductions*: the
model is fitted again and again under a fairness constraint) and after training (*threshold optimiser*: the answer is
drawn with a chance that depends on probability and group). `METHODS` is the table of them, `mitigate` carries one
out, `pareto` puts all models and mitigations into one picture of accuracy against disparity.
"""

from backends.fairness.mitigation.mitigate import Mitigated, MitigationPlan, mitigate
from backends.fairness.mitigation.pareto import Standing, pareto, standings
from backends.fairness.mitigation.table import METHODS, Method, method
from backends.fairness.mitigation.taken import NOT_RANKED, with_model

__all__ = [
    "METHODS",
    "NOT_RANKED",
    "Method",
    "Mitigated",
    "MitigationPlan",
    "Standing",
    "method",
    "mitigate",
    "pareto",
    "standings",
    "with_model",
]
