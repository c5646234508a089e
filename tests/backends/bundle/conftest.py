from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

import pytest

from backends.bundle import Bundle, assemble
from backends.datasets import Dataset, Recipe, Step, prepare, read_table
from backends.datasets.grouping import Grouping
from backends.onnx_export.certificate import Certificate, schema_digest
from backends.onnx_export.export import OnnxArtifact, export
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.signature import Signature
from backends.training import Comparison, TrainedModel, TrainingSpec, compare
from backends.training.policy import Policy

HEADER = "ref;price;share;amount;born;seen;city;grade;member;size;re|view</script>;churned"
CITIES = ("Bern", "bern ", "Basel", "Zürich", "?", "a|b`c`", '</script> "x"')
WORDS = ("Sehr", "gut", "SCHLECHT", "Très", "l'été", "naïve", "ok_1", "100%", "—", "größe", "İstanbul", "日本")
RECIPE = Recipe(
    (
        Step("merge_levels", ("city",), renames=(("bern", "Bern"),)),
        Step("keep_levels", ("grade",), values=("A", "B")),
        Step("treat_as_missing", ("size",), values=(-999.0,)),
        Step("treat_as", ("size",), kind="category"),
        Step("treat_as_missing", ("seen",), values=("2024-06-01T00:00:00",)),
    )
)
POLICY = Policy(
    0.4,
    (Grouping("city"), Grouping("price", (1000.0, 3000.0))),
    ((("Bern", "below 1,000"), 0.05), (("missing", "from 3,000"), 0.95)),
    "fewer |missed|",
)


def table(rows: int = 400) -> str:
    """Customers as a German spreadsheet writes them: decimal commas, signs behind numbers, marks, odd spellings."""
    chance = random.Random(7)
    return "\n".join([HEADER, *(_line(number, chance) for number in range(rows))]) + "\n"


def _line(number: int, chance: random.Random) -> str:
    price, city, member = chance.uniform(0, 5000), chance.choice(CITIES), chance.choice(["ja", "nein", "Ja", ""])
    review = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(9)))
    thousands = f"{int(price):,}".replace(",", ".")
    date = f"{chance.randrange(1, 29):02d}.{chance.randrange(1, 13):02d}.{chance.randrange(1950, 2005)}"
    seen = f"2024-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d} {chance.randrange(24):02d}:30:00"
    likes = price / 2500 + (city.strip().lower() == "bern") + ("gut" in review) - (member == "ja")
    cells = [
        f"K{number:05d}",
        f"{thousands},{chance.randrange(100):02d} €",
        "n/a" if chance.random() < 0.1 else f"{chance.uniform(0, 100):.1f} %".replace(".", ","),
        "-" if chance.random() < 0.02 else f"{chance.gauss(0, 50):.2f}".replace(".", ","),
        "" if chance.random() < 0.1 else date,
        "2024-06-01 00:00:00" if chance.random() < 0.1 else seen,
        '"' + city.replace('"', '""') + '"',
        chance.choice("ABC"),
        member,
        chance.choice(["1", "2", "3", "-999", ""]),
        f'"{review}"',
        "Ja" if likes + chance.gauss(0, 0.6) > 1.2 else "Nein",
    ]
    return ";".join(cells)


@dataclass(frozen=True)
class Made:
    """A table as its file had it, what was trained on it, and one of the models."""

    text: str
    dataset: Dataset
    comparison: Comparison
    model: TrainedModel

    def held_out_lines(self) -> str:
        """The held-out rows as they stood in the file, under its header."""
        header, *lines = self.text.splitlines()
        return "\n".join([header, *(lines[row] for row in self.model.holdout_rows)]) + "\n"

    def with_policy(self, policy: Policy) -> Made:
        return replace(self, model=replace(self.model, policy=policy))


@lru_cache(maxsize=1)
def _compared() -> tuple[str, Dataset, Comparison]:
    text = table()
    dataset = prepare(read_table(text.encode(), "Kunden | 2024.csv"), RECIPE)
    models = ("dummy", "logistic_regression")
    comparison = compare(dataset, TrainingSpec("churned", models=models, folds=3, processes=1))
    return text, dataset, comparison


@pytest.fixture(scope="session")
def made() -> Made:
    text, dataset, comparison = _compared()
    return Made(text, dataset, comparison, comparison.models["logistic_regression"])


@pytest.fixture(scope="session")
def artifact(made: Made) -> OnnxArtifact:
    return export(made.model, made.dataset)


@pytest.fixture(scope="session")
def bundle(made: Made, artifact: OnnxArtifact) -> Bundle:
    return assemble(artifact, made.model, made.comparison, made.dataset, intended_use="Win back.\n\n<b>Not</b> | fire.")


def about(certificate: Certificate, graph: bytes, signature: Signature) -> Certificate:
    """A certificate that says the same of another graph and schema."""
    named = {"graph": sha256(graph).hexdigest(), "schema": schema_digest(signature)}
    return replace(certificate, sha256={**certificate.sha256, **named})


@pytest.fixture(scope="session")
def with_groups(made: Made, artifact: OnnxArtifact) -> tuple[Made, Bundle]:
    """The same model with thresholds per group, under what was certified of the graph without them."""
    own = made.with_policy(POLICY)
    graph, signature = build_graph(own.model)
    exported = OnnxArtifact(graph, signature, about(artifact.certificate, graph, signature))
    return own, assemble(exported, own.model, own.comparison, own.dataset)
