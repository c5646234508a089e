"""Why a model says what it says: in the columns that were uploaded, and checked against the model itself.

An explanation starts at a base, what the model says on average, and gives each column of a row the share that it moved
the prediction by (its SHAP value): base + sum of the values = prediction. That this holds is checked on every row.

TrainedModel + rows ──explain──▶ Explanation ──global_importance, beeswarm, dependence, waterfall──▶ frames
TrainedModel ──permutation_importance──▶ what shuffling a column costs on the held-out rows ──agreement──▶ a sentence
"""

from backends.explanations.agreement import Agreement, agreement
from backends.explanations.budget import ExplainBudget
from backends.explanations.explain import explain
from backends.explanations.explanation import Explanation
from backends.explanations.importance import global_importance, part_importance
from backends.explanations.interactions import dependence, interactions
from backends.explanations.shuffling import PermutationImportance, permutation_importance
from backends.explanations.views import beeswarm, waterfall

__all__ = [
    "Agreement",
    "ExplainBudget",
    "Explanation",
    "PermutationImportance",
    "agreement",
    "beeswarm",
    "dependence",
    "explain",
    "global_importance",
    "interactions",
    "part_importance",
    "permutation_importance",
    "waterfall",
]
