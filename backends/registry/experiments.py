"""The runs that MLflow shows: one experiment for trainings, one for the files of published models."""

from __future__ import annotations

from dataclasses import dataclass

from backends.registry.connection import Client
from backends.registry.places import Place

ACTIVE = 1  # mlflow.entities.ViewType.ACTIVE_ONLY


@dataclass(frozen=True)
class Experiment:
    """A group of runs: its name in MLflow, and the folder of its files below the registry's."""

    title: str
    folder: str


TRAININGS = Experiment("Demo Workbench trainings", "trainings")
PUBLISHED = Experiment("Demo Workbench published models", "published")


def found(client: Client, place: Place, experiment: Experiment) -> str:
    """The experiment's id in MLflow, made on first use.

    MLflow fixes where an experiment's files go when it is made. Where the home folder has been moved since, the old
    experiment is given another name and a new one takes its place.
    """
    location, known = place.location(experiment.folder), client.get_experiment_by_name(experiment.title)
    if known is not None:
        if known.lifecycle_stage == "active" and location in (None, known.artifact_location):
            return str(known.experiment_id)
        client.rename_experiment(known.experiment_id, f"{experiment.title} (until {known.experiment_id})")
    return str(_made(client, experiment, location))


def _made(client: Client, experiment: Experiment, location: str | None) -> str:
    from mlflow.exceptions import MlflowException

    try:
        return str(client.create_experiment(experiment.title, artifact_location=location))
    except MlflowException as error:
        # Two workbenches may begin on one server at the same time.
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return str(client.get_experiment_by_name(experiment.title).experiment_id)
