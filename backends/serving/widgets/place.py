"""Which widget, and of which version: what is known before anything heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backends.registry import ModelVersion
    from backends.serving.catalogue import Served


@dataclass(frozen=True)
class Place:
    """Which widget: a model by its route (`asked` is None), or one version, as the address has it."""

    name: str
    asked: str | None = None

    @property
    def path(self) -> str:
        """The path below /widgets, without a slash at its end.

        >>> Place("iris").path, Place("iris", "2").path
        ('/iris', '/iris/2')
        """
        return f"/{self.name}" if self.asked is None else f"/{self.name}/{self.asked}"

    def shown(self, served: Served) -> ModelVersion:
        """The version whose form is shown. Raises NotFound.

        Of a route that is split it is the version in production, else the first of the split; with nothing in
        production yet it is the newest in staging, else the newest.
        """
        if self.asked is not None:
            return served.version(self.asked)
        if served.split:
            numbers = [number for number, weight in served.split if weight > 0]
            champion = served.champion
            return champion if champion and champion.number in numbers else served.numbered[numbers[0]]
        return served.numbered[served.choose().number]


@dataclass(frozen=True)
class Stamp:
    """What a widget was made of. Another one means that it has to be made again."""

    number: int
    digest: str
    stage: str

    @classmethod
    def of(cls, version: ModelVersion) -> Stamp:
        """Of a version as it is now."""
        return cls(version.number, version.digest, version.stage)
