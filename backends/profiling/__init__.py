"""What is in a table, and what to do about it: `profile(dataset)` gives a `Profile`.

The parts, each a file that can be used alone on `Values` (the columns as arrays) within a `Budget` (how much
is looked at): `facts` (each column by itself), `detail` (one column, closely), `alerts` (what to look at first,
with the steps that resolve it), `relations` (pairs of columns), `missing`, `target` (each feature against the
target), `shift` (two parts of a table, or two tables), `report` (HTML, JSON, Markdown).
"""

from backends.profiling.alert import Alert
from backends.profiling.budget import Budget, Sample
from backends.profiling.profile import Profile, profile

__all__ = ["Alert", "Budget", "Profile", "Sample", "profile"]
