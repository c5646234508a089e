"""Where a model fails: the cohorts on which it is worse than on the rest, found among thousands and then checked.

A *slice* is a cohort that a search came up with. The worst of many slices looks bad by chance alone. So the search
runs on one half of the held-out rows, and what is reported is measured on the other half, with p-values corrected for
the number of slices that were judged (Benjamini–Hochberg). With too few rows for two halves, the same rows serve for
both, and the correction is for every slice that was looked at.
"""

from backends.explanations.slices.tree import ErrorTree, error_tree
from backends.explanations.slices.worst import WorstCohorts, find_cohorts, worst_cohorts

__all__ = ["ErrorTree", "WorstCohorts", "error_tree", "find_cohorts", "worst_cohorts"]
