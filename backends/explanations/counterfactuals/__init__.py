"""What would have to be different for another decision: the nearest changes of one row that flip it.

A *counterfactual* of a row is a row that differs in as few columns as possible, by as little as possible, and that
the model decides otherwise (Wachter, Mittelstadt & Russell, 2017). It keeps to the user's `Constraints` strictly and
has only values that occur: known levels, whole numbers where the column has them, the decimals of the data, whole
days. Free text and identifiers never change, and nothing becomes missing.

The search starts from single changes, from real rows of the other decision and from combinations of promising
changes, takes back what is not needed and then makes every change as small as its steps allow. It says nothing
about causes: it is the model that would answer differently, not the world.
"""

from backends.explanations.counterfactuals.constraints import Constraints
from backends.explanations.counterfactuals.find import counterfactuals
from backends.explanations.counterfactuals.result import Counterfactuals

__all__ = ["Constraints", "Counterfactuals", "counterfactuals"]
