"""Cohorts: rows of a table that one to three conditions single out, and how well a model does on them.

A `Condition` is about one column of the table as it was uploaded, a `Cohort` is all rows that meet its conditions.
Both are plain data: they can be kept, sent as JSON and used in every view. `cohort_scores` judges a model on the
cohort and on the rest of the held-out rows.
"""

from backends.explanations.cohorts.cohort import Cohort
from backends.explanations.cohorts.condition import Condition
from backends.explanations.cohorts.scores import CohortScores, cohort_scores

__all__ = ["Cohort", "CohortScores", "Condition", "cohort_scores"]
