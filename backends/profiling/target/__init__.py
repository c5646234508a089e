"""Each feature against the target: `target_view` ranks them all, `against_target` has the figures for one picture."""

from backends.profiling.target.against import Against, against_target
from backends.profiling.target.view import TargetView, nearly_determines, target_view

__all__ = ["Against", "TargetView", "against_target", "nearly_determines", "target_view"]
