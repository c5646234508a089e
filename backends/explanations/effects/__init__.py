"""How a model's answer changes with one column.

- *Partial dependence* (Friedman, 2001): the mean probability when every row is given the same value of the column,
  everything else staying as it is. *Individual conditional expectation* (ICE; Goldstein et al., 2015) is the same for
  single rows. Where the column goes together with others, some of these rows are unlike any real one.
- *Accumulated local effects* (ALE; Apley & Zhu, 2020): the mean change of the probability over short steps of the
  column, each from the rows that lie there, added up. It asks nothing of rows that could not be.
- *What if*: one row with some values changed, before and after.
"""

from backends.explanations.effects.accumulated import accumulated_local_effects, accumulated_possible
from backends.explanations.effects.dependence import partial_dependence, row_effect
from backends.explanations.effects.effect import Effect, RowEffect
from backends.explanations.effects.partners import Partner, correlated
from backends.explanations.effects.what_if import WhatIf, what_if

__all__ = [
    "Effect",
    "Partner",
    "RowEffect",
    "WhatIf",
    "accumulated_local_effects",
    "accumulated_possible",
    "correlated",
    "partial_dependence",
    "row_effect",
    "what_if",
]
