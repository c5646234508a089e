"""Which of a table's columns a model takes: the others are left aside, and said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from backends.errors import WorkbenchError
from backends.serving.shown import shown

IGNORED, IGNORED_TOTAL = "X-Ignored-Columns", "X-Ignored-Columns-Total"
LONGEST = 2_000  # characters of the header that names what is left aside
SAID = 10  # columns that a message names


@dataclass
class Columns:
    """The columns that a model takes, to be found in a table; `ignored` are the table's others, once it was looked at.

    A table has to name every column, also one in which values may be missing: otherwise a misspelt header would be
    left aside and its column be taken as empty. With `absent` the columns that are not there are taken as missing.
    """

    taken: tuple[str, ...]
    absent: bool = False
    ignored: tuple[str, ...] = ()

    def among(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of `names` that the model takes, in their order. Raises WorkbenchError where one is not there.

        >>> columns = Columns(("age", "city"))
        >>> columns.among(["id", "city", "age"]), columns.ignored
        (('city', 'age'), ('id',))
        """
        taken = frozenset(self.taken)
        found = tuple(name for name in names if name in taken)
        self.ignored = tuple(name for name in names if name not in taken)
        lacking = [name for name in self.taken if name not in found]
        if lacking and not (self.absent and found):
            raise self._lacks(lacking, bool(found))
        return found

    def headers(self) -> dict[str, str]:
        """The headers of an answer that say what was left aside: percent-encoded names, and how many there are.

        Names are listed as long as they fit into `LONGEST` characters.

        >>> Columns((), ignored=("id", "größe, cm")).headers()
        {'X-Ignored-Columns': 'id, gr%C3%B6%C3%9Fe%2C%20cm', 'X-Ignored-Columns-Total': '2'}
        """
        if not self.ignored:
            return {}
        names: list[str] = []
        left = LONGEST
        for name in self.ignored:
            encoded = quote(name[:LONGEST], safe="", errors="replace")
            left -= len(encoded) + 2
            if left < 0:
                break
            names.append(encoded)
        return {IGNORED: ", ".join(names), IGNORED_TOTAL: str(len(self.ignored))}

    def _lacks(self, lacking: Sequence[str], some: bool) -> WorkbenchError:
        others = f" It has {_listed(self.ignored)}, which the model does not take." if self.ignored else ""
        noun = "column" if len(lacking) == 1 else "columns"
        hint = "Name every column of the model once; leave a cell empty where a value is missing."
        accept = " With ?unusual=accept a column that is not there is taken as missing." if some else ""
        return WorkbenchError(f"The table has no {noun} {_listed(lacking)}.{others}", hint + accept)


def _listed(names: Sequence[str]) -> str:
    said = ", ".join(repr(shown(name, 80)) for name in names[:SAID])
    return f"{said} and {len(names) - SAID:,} more" if len(names) > SAID else said
