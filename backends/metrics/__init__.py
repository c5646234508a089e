"""How good a trained model is, on rows it never saw, and how sure that is.

`evaluate` gives every metric with its 95 % bootstrap interval, `curves` the frames behind every chart,
`thresholds` what each probability threshold costs, `learning` what more rows would bring.
"""

from backends.metrics.evaluation import Evaluation, evaluate, evaluate_probabilities

__all__ = ["Evaluation", "evaluate", "evaluate_probabilities"]
