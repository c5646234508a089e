"""A plain pandas and scikit-learn script that repeats a model's cross-validation, alone, from the same CSV."""

from backends.training.script.reading import Reading
from backends.training.script.writing import script

__all__ = ["Reading", "script"]
