"""The registry: versions of published models, their stages and their history, in MLflow.

Embedded by default (SQLite and a folder below WORKBENCH_HOME, nothing to start); `MLFLOW_TRACKING_URI` moves it to an
MLflow server. Either way through MLflow's public client only, so `mlflow ui` shows the same runs and versions.

A version is a bundle (`backends.bundle`) that counts from one single call on: its files are there before it. What
happens to it later is a list of events, each written by one call. So a process can be killed at any moment: the next
opening finds what had happened until then, and clears away what had not.

bundle ──publish──▶ candidate ──move──▶ staging ──gates──▶ production ("champion") ──▶ archived
"""

from backends.registry.events import Event
from backends.registry.gates import Gate, Limits
from backends.registry.registry import Registry
from backends.registry.routes import Route
from backends.registry.versions import CHAMPION, MOVES, STAGES, ModelSummary, ModelVersion, Stage

__all__ = [
    "CHAMPION",
    "MOVES",
    "STAGES",
    "Event",
    "Gate",
    "Limits",
    "ModelSummary",
    "ModelVersion",
    "Registry",
    "Route",
    "Stage",
]
