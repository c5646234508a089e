"""Small exported models for tests, and what both sides say of the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from backends.onnx_export.feeds import Feeds
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.runtime import Outputs, Runtime
from backends.onnx_export.signature import Signature
from backends.training.policy import Policy
from backends.training.results import TrainedModel


@dataclass(frozen=True)
class Pair:
    """A trained model and its graph."""

    model: TrainedModel
    signature: Signature
    graph: bytes

    @classmethod
    def of(cls, model: TrainedModel) -> Pair:
        graph, signature = build_graph(model)
        return cls(model, signature, graph)

    @cached_property
    def runtime(self) -> Runtime:
        return Runtime(self.graph, self.signature)

    @cached_property
    def feeds(self) -> Feeds:
        return Feeds(self.signature)

    def ask(self, frame: pd.DataFrame) -> Outputs:
        return self.runtime.run(self.feeds.of_frame(frame))

    def assert_same(self, frame: pd.DataFrame, tolerance: float = 1e-5) -> None:
        """The graph's probabilities are the model's, and so is every decision."""
        found, model = self.ask(frame), self.model
        assert np.isfinite(found.probabilities).all()
        np.testing.assert_allclose(found.probabilities, model.probabilities(frame), rtol=0, atol=tolerance)
        decided = model.decide(frame).tolist()
        assert found.codes.tolist() == decided
        assert found.labels == [model.classes[code] for code in decided]


def with_policy(model: TrainedModel, policy: Policy) -> TrainedModel:
    return replace(model, policy=policy)


def renamed(model: TrainedModel, names: dict[str, str]) -> TrainedModel:
    """The same model of a table whose columns have other names."""
    from sklearn.pipeline import Pipeline

    from backends.datasets.schema import Schema
    from backends.training.inputs import InputStep

    schema = Schema(tuple(replace(column, name=names.get(column.name, column.name)) for column in model.schema))
    pipeline = Pipeline([("inputs", InputStep(schema)), *model.pipeline.steps[1:]])
    return replace(model, schema=schema, pipeline=pipeline, holdout=model.holdout.rename(columns=names))
