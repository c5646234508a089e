"""The tables that come with the workbench. A new one is a file in `sample_data/` and a row here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backends.errors import WorkbenchError

FOLDER = Path(__file__).resolve().parents[2] / "sample_data"


@dataclass(frozen=True)
class Sample:
    """One shipped table. `rows` counts without the header; `target` is the column one would predict.

    Where it comes from and what is odd about it is told in `sample_data/README.md`.
    """

    key: str
    title: str
    file: str  # name inside sample_data/
    target: str
    description: str  # one sentence for the person who chooses
    rows: int
    columns: int
    licence: str


SAMPLES: tuple[Sample, ...] = (
    Sample(
        key="churn",
        title="Customer churn",
        file="customer_churn.csv",
        target="churned",
        description="Which customers leave? Numbers, categories, a date and notes, with realistic gaps (synthetic).",
        rows=5_000,
        columns=14,
        licence="CC0 1.0",
    ),
    Sample(
        key="loans",
        title="Loan approval",
        file="loan_approval.csv",
        target="approved",
        description="Who gets the loan? Decisions with a known bias against one group, to be found (synthetic).",
        rows=4_000,
        columns=17,
        licence="CC0 1.0",
    ),
    Sample(
        key="breast_cancer",
        title="Breast cancer",
        file="breast_cancer.csv",
        target="diagnosis",
        description="Malignant or benign? 30 measurements of cell nuclei, many of them nearly the same.",
        rows=569,
        columns=31,
        licence="CC BY 4.0",
    ),
    Sample(
        key="wine",
        title="Wine",
        file="wine.csv",
        target="cultivar",
        description="Which of three Piedmont cultivars? 13 chemical measurements on very different scales.",
        rows=178,
        columns=14,
        licence="CC BY 4.0",
    ),
    Sample(
        key="digits",
        title="Handwritten digits",
        file="digits.csv",
        target="digit",
        description="Which digit was written? Ten classes from the 64 pixels of a small picture.",
        rows=1_797,
        columns=65,
        licence="CC BY 4.0",
    ),
)


def sample(key: str) -> Sample:
    """The row of `SAMPLES` with this key. Raises WorkbenchError, naming the known keys, when there is none.

    >>> sample("wine").target
    'cultivar'
    """
    for row in SAMPLES:
        if row.key == key:
            return row
    known = ", ".join(row.key for row in SAMPLES)
    raise WorkbenchError(f"There is no sample {key!r}.", hint=f"The samples are {known}.")


def sample_path(key: str) -> Path:
    """Where the sample's CSV lies. Raises WorkbenchError for an unknown key."""
    return FOLDER / sample(key).file


def sample_bytes(key: str) -> bytes:
    """The sample's CSV, as if it had been uploaded. Raises WorkbenchError for an unknown key.

    >>> sample_bytes("wine")[:18]
    b'alcohol,malic_acid'
    """
    return sample_path(key).read_bytes()
