"""Two models side by side: on which held-out rows they decide differently, who is right there, and why.

Both models have to speak of the same rows of the same table: `disagreement` checks that first.
"""

from backends.explanations.disagreement.compare import Disagreement, disagreement
from backends.explanations.disagreement.drivers import drivers
from backends.explanations.disagreement.shared import Shared, shared_explanations

__all__ = ["Disagreement", "Shared", "disagreement", "drivers", "shared_explanations"]
