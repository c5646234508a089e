"""What an opening sets right: the remains of a writer that was killed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from backends.registry import experiments
from backends.registry.connection import Client
from backends.registry.entries import Entry, entries, mirror
from backends.registry.files import discarded
from backends.registry.places import Place


def clean(client: Client, place: Place) -> None:
    """Finish or take back what was begun. To be called as the only writer of the place.

    A run that still counts as running has lost its writer: with a version it is done, without one its files go.
    A deletion whose event was written is carried out. MLflow's alias, tags and descriptions are made to agree.
    """
    known = tuple(entries(client))
    for one in known:
        for run in mirror(client, one):
            discarded(client, place, run)
        _deleted_files(client, place, one)
    _unfinished_publications(client, place, known)
    for run in _running(client, place, experiments.TRAININGS):
        client.set_terminated(run.info.run_id, "KILLED")


def _unfinished_publications(client: Client, place: Place, known: Iterable[Entry]) -> None:
    listed = {record.run_id for one in known for record in one.records.values()}
    for run in _running(client, place, experiments.PUBLISHED):
        if run.info.run_id in listed:
            client.set_terminated(run.info.run_id, "FINISHED")
        else:
            discarded(client, place, run.info.run_id)


def _deleted_files(client: Client, place: Place, one: Entry) -> None:
    for event in one.events:
        if event.what == "deleted":
            folder = place.files(experiments.PUBLISHED.folder, str(event.details["run"]))
            if folder is not None and folder.exists():
                discarded(client, place, str(event.details["run"]))


def _running(client: Client, place: Place, experiment: experiments.Experiment) -> list[Any]:
    """The experiment's runs that nobody works on any more but that were never finished."""
    known = client.get_experiment_by_name(experiment.title)
    if known is None:
        return []
    before = round((time.time() - 3600 * place.abandoned_hours) * 1000)
    asked = f"attributes.status = 'RUNNING' AND attributes.start_time <= {before}"
    found = client.all("search_runs", experiment_ids=[known.experiment_id], filter_string=asked)
    return list(found)
