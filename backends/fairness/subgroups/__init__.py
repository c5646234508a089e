"""Worst subgroups: which combination of people a model treats worst, without fooling oneself by looking often.

Groups by one column at a time can hide a subgroup that fares badly only where two or three things meet (Kearns et al.,
2018). `worst_subgroups` looks at every combination with enough rows. Looking at thousands of them always finds some
that look bad by chance, so that, where rows allow, half of them is searched and only the other half is believed.
"""

from backends.fairness.subgroups.find import Search, Subgroups, worst_subgroups

__all__ = ["Search", "Subgroups", "worst_subgroups"]
