"""Publishing a bundle: all its files first, then the version, in one call that makes it count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from backends.errors import WorkbenchError
from backends.registry import experiments
from backends.registry.connection import Client
from backends.registry.entries import LAYOUT, OURS, Entry, entry, publication
from backends.registry.events import after, moment
from backends.registry.facts import of_bundle
from backends.registry.files import laid_out, synced
from backends.registry.names import model_name, written
from backends.registry.places import Place
from backends.registry.proof import demand_proof
from backends.registry.trial import tried
from backends.registry.versions import ModelVersion

_RUN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Publication:
    """What somebody wants to publish, checked: nothing in it can be refused later on. `facts` are `of_bundle`'s."""

    name: str
    who: str
    notes: str
    data: bytes
    facts: Mapping[str, Any]
    training: str | None = None  # the run of the training, from `Registry.track`

    @classmethod
    def of(cls, data: bytes, name: str, who: str, notes: str = "", training: str | None = None) -> Publication:
        """Read and check it.

        Raises WorkbenchError for a bad name, a damaged bundle, a certificate that failed, contradicts itself or is of
        something else, figures that are none, and a graph that does not answer the bundle's own rows as declared.

        What is promised: the verdict follows from the certificate's figures, these speak of the graph, the schema and
        the table that the bundle names, and the graph answers. What is not: digests are no signature, and the model
        that the graph was made of is not here to be asked again. Who makes up a whole bundle, figures and all, is
        not found out; the history says who published it.
        """
        from backends.bundle import unpack

        name, who, notes = model_name(name), written("who", who), written("notes", notes)
        if training is not None and not _RUN.fullmatch(training):
            raise WorkbenchError(f"{training[:80]!r} is no run of MLflow.", hint="Give what `track` returned.")
        bundle = unpack(data)
        demand_proof(bundle)
        facts = of_bundle(bundle)
        tried(bundle)
        return cls(name, who, notes, data, facts, training)

    def version(self, number: int, run: str, at: int) -> ModelVersion:
        """The version that it becomes."""
        return ModelVersion(
            name=self.name,
            number=number,
            stage="candidate",
            created=moment(at),
            by=self.who,
            digest=sha256(self.data).hexdigest(),
            size=len(self.data),
            run=run,
            notes=self.notes,
            facts=self.facts,
        )


def publish(client: Client, place: Place, made: Publication) -> int:
    """Send the files and make the version; its number. To be called as the only writer of the place.

    Killed before the last call, it leaves a run without a version, which the next opening clears away.
    """
    version = made.version(0, "", 0)
    known = _registered(client, made.name)
    run = client.create_run(
        experiments.found(client, place, experiments.PUBLISHED),
        tags={"mlflow.user": made.who, "mlflow.source.name": "Demo Workbench", "workbench.model": made.name}
        | ({"workbench.training": made.training} if made.training else {}),
        run_name=f"{made.name} {version.digest[:12]}",
    ).info.run_id
    with laid_out(made.data) as folder:
        client.log_artifacts(run, folder)
    if (kept := place.files(experiments.PUBLISHED.folder, run)) is not None:
        synced(kept)
    at = after(known.state.history) if known else after(())
    tags = publication(replace(version, run=run), at)
    record = client.create_model_version(
        made.name, f"runs:/{run}", run, tags=tags, description=made.notes, await_creation_for=0
    )
    client.set_terminated(run, "FINISHED")
    return int(record.version)


def _registered(client: Client, name: str) -> Entry | None:
    """The model's entry, made when the name is new (then None: it has no history)."""
    from mlflow.exceptions import MlflowException

    known = entry(client, name)
    if known is None:
        try:
            client.create_registered_model(name, tags={OURS: LAYOUT})
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return entry(client, name)
    return known
