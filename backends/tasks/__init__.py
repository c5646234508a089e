"""Background jobs: long work in a child process, so that a crash there is one red line and never a dead server.

A job is a function ``run(folder, report, cancelled)`` somewhere in `backends`, named by its address
(``"backends.training.job:run"``). It finds its input in `folder`, tells how far it is with `report`, asks
`cancelled()` now and then, and leaves its output in `folder`. `JobRunner` starts it, listens, cancels it
and queues what does not fit.
"""

from backends.tasks.job import ENDED, Job, JobError, State
from backends.tasks.runner import JobRunner

__all__ = ["ENDED", "Job", "JobError", "JobRunner", "State"]
