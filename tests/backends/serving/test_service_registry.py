"""The service over the real registry: what is published there answers here, without a restart."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from backends.bundle import assemble, pack
from backends.datasets import read_table
from backends.onnx_export.export import export
from backends.registry import Registry, Route
from backends.serving.refusals import NotFound
from backends.serving.service import Service
from backends.settings import Settings
from backends.training import TrainingSpec, compare
from tests.backends.serving.published import MIXED, records, table


def test_from_training_to_an_answer_and_away_again(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    table()[[*MIXED, "bought"]].to_csv(buffer, index=False)
    dataset = read_table(buffer.getvalue(), "people.csv")
    comparison = compare(dataset, TrainingSpec("bought", models=("dummy", "logistic_regression"), processes=1))
    model = comparison.models["logistic_regression"]
    bundle = pack(assemble(export(model, dataset), model, comparison, dataset))
    settings = Settings(home=str(tmp_path))
    rows = records(model, 10)
    with closing(Service(settings)) as serving:
        with pytest.raises(NotFound, match="Nothing is published yet"):
            serving.predict("people", None, rows)
        registry = Registry.open(settings)  # another object, as another process would have
        for _ in range(2):
            version = registry.publish(bundle, "people", "ann")
        registry.move("people", 1, "staging", "ann", "try it")
        registry.move("people", 1, "production", "ann", "it is better than the baseline")
        vars(serving.catalogue)["_looked"] = -1e9  # a second has passed
        answer = serving.predict("people", None, rows, key="shop")
        assert (answer.version, answer.way) == (1, "champion")
        expected = model.probabilities(model.holdout.iloc[:10])
        np.testing.assert_allclose(answer.predictions.probabilities, expected, atol=1e-5)
        assert serving.explain("people", 2, rows[:1]).residuals.max() < 1e-9
        own = serving.catalogue.registry
        assert isinstance(own, Registry)
        own.set_route("people", Route(((version.number, 1.0),)), "ann", "all to the new one")
        assert serving.predict("people", None, rows).version == 2
        own.set_route("people", Route(), "ann", "back")
        own.move("people", 2, "archived", "ann", "not needed")
        with pytest.raises(NotFound, match="has no version"):
            serving.predict("people", 2, rows)
        assert serving.log.counts()["predictions"].tolist() == [10, 10]
