"""Whom a model treats differently, and how sure that is.

A *sensitive column* says who a row is about (sex, age, region); it need not be a feature. Its values, or the ranges
of a number, are *groups*; several columns together make *intersections*. For one outcome of the model, each
group has a *selection rate* (how often the model says yes), error rates and more. A fairness *criterion* asks
that a rate be the same for every group; how far it is from that is a *disparity*, a difference or a ratio. No
criterion is the right one everywhere, and some exclude each other: the choice belongs to people.

Measured on held-out rows only. Every figure has a 95 % bootstrap interval, every comparison a q-value that accounts
for how many were made, and a group that is too small is called "not measurable (n = 3)".

TrainedModel + columns ──assess──▶ FairnessReport
"""

from backends.fairness.assess import assess, assess_decisions, assess_each
from backends.fairness.result import FairnessReport
from backends.fairness.sampled import Options

__all__ = ["FairnessReport", "Options", "assess", "assess_decisions", "assess_each"]
