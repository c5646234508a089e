"""A model's entry in MLflow: what is read from it, how a change is written, and the copy of it that MLflow shows.

What counts are the publication (tags that are written with the version, in one call) and the events. MLflow's own
alias, description and tags repeat the outcome for those who look at it there: `mirror` sets them right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backends.errors import WorkbenchError
from backends.registry.connection import Client
from backends.registry.events import Event, after, from_tags, moment, to_tag
from backends.registry.names import shown
from backends.registry.state import State, folded
from backends.registry.versions import CHAMPION, ModelSummary, ModelVersion

OURS = "workbench.registry"  # the tag of models and versions that the workbench made; its value is the layout
LAYOUT = "1"
STAGE = "stage"  # the version's tag that shows its stage in MLflow
_MINE = f"tags.`{OURS}` = '{LAYOUT}'"


@dataclass(frozen=True)
class Entry:
    """One model: its state, and MLflow's records of it and of its versions by number."""

    name: str
    model: Any  # mlflow.entities.model_registry.RegisteredModel
    records: Mapping[int, Any]  # mlflow.entities.model_registry.ModelVersion
    events: tuple[Event, ...]
    state: State

    @property
    def summary(self) -> ModelSummary:
        """Its line in the list of models."""
        last = max(event.at for event in self.state.history)
        return ModelSummary(self.name, len(self.state.stages), self.state.champion, moment(last))

    @property
    def next_moment(self) -> int:
        """The time that the next event gets."""
        return after(self.state.history)

    def version(self, number: int) -> ModelVersion:
        """One of the versions that are there. Raises WorkbenchError for another number."""
        if not isinstance(number, int) or number not in self.state.stages:
            there = ", ".join(map(str, sorted(self.state.stages))) or "none"
            raise WorkbenchError(
                f"{self.name} has no version {shown(number)}.", hint=f"Versions that are there: {there}."
            )
        record, state = self.records[number], self.state
        return ModelVersion(
            name=self.name,
            number=number,
            stage=state.stages[number],
            created=moment(int(record.tags["workbench.at"])),
            by=record.tags["workbench.by"],
            digest=record.tags["workbench.digest"],
            size=int(record.tags["workbench.size"]),
            run=record.tags["workbench.run"],
            notes=state.notes.get(number, ""),
            tags=dict(sorted(state.tags.get(number, {}).items())),
            facts=json.loads(record.tags["workbench.facts"]),
        )


def publication(version: ModelVersion, at: int) -> dict[str, str]:
    """The tags that make an MLflow version one of ours; written by the call that makes it."""
    return {
        OURS: LAYOUT,
        STAGE: version.stage,
        "workbench.at": str(at),
        "workbench.by": version.by,
        "workbench.notes": version.notes,
        "workbench.digest": version.digest,
        "workbench.size": str(version.size),
        "workbench.run": version.run,
        "workbench.facts": json.dumps(dict(version.facts), ensure_ascii=False),
    }


def entry(client: Client, name: str) -> Entry | None:
    """The model's entry; None where nothing was ever published under this name."""
    from mlflow.exceptions import MlflowException

    try:
        model = client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
    if model.tags.get(OURS) != LAYOUT:
        raise WorkbenchError(
            f"The model {name!r} in this MLflow registry was not made by the workbench.", hint="Take another name."
        )
    return _entry(model, client.all("search_model_versions", filter_string=f"name = '{name}' AND {_MINE}"))


def entries(client: Client) -> Iterator[Entry]:
    """Every model of the workbench, by name."""
    versions: dict[str, list[Any]] = {}
    for record in client.all("search_model_versions", filter_string=_MINE):
        versions.setdefault(record.name, []).append(record)
    for model in client.all("search_registered_models", filter_string=_MINE):
        yield _entry(model, versions.get(model.name, ()))


def _entry(model: Any, records: Iterable[Any]) -> Entry:
    by_number = {int(record.version): record for record in records}
    published = [
        Event(int(record.tags["workbench.at"]), record.tags["workbench.by"], "published", number,
              after="candidate", reason=record.tags["workbench.notes"])
        for number, record in by_number.items()
    ]  # fmt: skip
    events = from_tags(model.tags)
    return Entry(model.name, model, by_number, events, folded(published, events))


def append(client: Client, name: str, event: Event) -> None:
    """Write an event: one call, after which the change is made."""
    key, value = to_tag(event)
    client.set_registered_model_tag(name, key, value)


def mirror(client: Client, entry: Entry) -> tuple[str, ...]:
    """Make MLflow show what the events say; the runs of versions that had still to be deleted."""
    from mlflow.exceptions import MlflowException

    state, aliases = entry.state, dict(entry.model.aliases)
    gone = [number for number in entry.records if number in state.deleted]
    for number, stage in state.stages.items():
        record = entry.records[number]
        if record.tags.get(STAGE) != stage:
            client.set_model_version_tag(entry.name, str(number), STAGE, stage)
        if (record.description or "") != state.notes[number]:
            client.update_model_version(entry.name, str(number), state.notes[number])
    if state.champion is None and CHAMPION in aliases:
        client.delete_registered_model_alias(entry.name, CHAMPION)
    elif state.champion is not None and aliases.get(CHAMPION) not in (state.champion, str(state.champion)):
        client.set_registered_model_alias(entry.name, CHAMPION, str(state.champion))
    for number in gone:
        try:
            client.delete_model_version(entry.name, str(number))
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
    return tuple(entry.records[number].tags["workbench.run"] for number in gone)
