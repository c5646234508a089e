"""The methods of mitigation: one row of a table each. Adding one is adding a row."""

from __future__ import annotations

from dataclasses import dataclass

from backends.errors import WorkbenchError
from backends.fairness.tallies import CRITERIA

PARITIES = ("demographic_parity", "equalised_odds", "equal_opportunity")


@dataclass(frozen=True)
class Method:
    """A way to mitigate: `when` it acts, what it does in words, and the criteria it can aim at."""

    key: str
    title: str
    when: str
    words: str
    constraints: tuple[str, ...]
    source: str
    random: bool = False  # whether its decisions are drawn by lot


METHODS: dict[str, Method] = {
    row.key: row
    for row in (
        Method(
            "reweighing",
            "Reweighing",
            "before training",
            "The same pipeline, fitted with weights that make group and outcome independent in the training rows.",
            ("demographic_parity",),
            "Kamiran & Calders, 2012",
        ),
        Method(
            "exponentiated_gradient",
            "Exponentiated gradient",
            "while training",
            "The model, fitted many times under a fairness constraint; a lottery among the fits decides.",
            PARITIES,
            "Agarwal et al., 2018",
            random=True,
        ),
        Method(
            "grid_search",
            "Grid search",
            "while training",
            "The model, fitted under a grid of weights on the constraint; the best compromise is kept.",
            PARITIES,
            "Agarwal et al., 2018",
        ),
        Method(
            "threshold_optimizer",
            "Threshold optimiser",
            "after training",
            "The model as it is; per group the answer is drawn between two thresholds so that the criterion holds.",
            PARITIES,
            "Hardt, Price & Srebro, 2016",
            random=True,
        ),
    )
}


def method(key: str, constraint: str) -> Method:
    """The row with this key. Raises WorkbenchError when there is none, or it cannot aim at `constraint`."""
    if key not in METHODS:
        raise WorkbenchError(f"There is no mitigation {key!r}.", hint=f"They are {', '.join(METHODS)}.")
    found = METHODS[key]
    if constraint not in found.constraints:
        words = CRITERIA[constraint].title.lower() if constraint in CRITERIA else repr(constraint)
        raise WorkbenchError(
            f"{found.title} cannot aim at {words}.",
            hint=f"It can aim at {', '.join(CRITERIA[key].title.lower() for key in found.constraints)}.",
        )
    return found
