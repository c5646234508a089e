"""Pairs of columns: how strongly they go together, which say the same, and what one pair looks like.

`associations` gives a matrix over columns of all kinds, `near_duplicates` the columns that repeat another one,
`pair` the data of a picture of two columns by a third.
"""

from backends.profiling.relations.association import MOST, Associations, associations
from backends.profiling.relations.axes import Axis
from backends.profiling.relations.duplicates import near_duplicates
from backends.profiling.relations.pairs import Pair, pair

__all__ = ["MOST", "Associations", "Axis", "Pair", "associations", "near_duplicates", "pair"]
