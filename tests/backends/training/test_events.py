from __future__ import annotations

import json
import math

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.training.events import (
    EVENTS,
    Event,
    FoldDone,
    ModelDone,
    ModelFailed,
    PhaseStarted,
    PlanReady,
    TuningBest,
)

EXAMPLES = [
    PhaseStarted(done=1, total=8, phase="folds", text="Training 4 models"),
    PlanReady(total=8, plan={"target": "churn", "classes": ["no", "yes"]}),
    FoldDone(done=2, total=8, model="dummy", title="Baseline", fold=1, seconds=0.5, scores={"f1": 0.25}),
    ModelDone(done=4, total=8, model="dummy", title="Baseline", row={"f1": 0.25, "folds_done": 3}),
    ModelFailed(done=8, total=8, model="svm", title="SVM", kind="timed out", reason="Too slow."),
    TuningBest(model="svm", title="SVM", metric="f1", value=0.5, rows=300, parameters={"C": 0.1}),
]


def test_there_is_an_example_of_every_event():
    assert {type(event) for event in EXAMPLES} == set(EVENTS)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.event)
def test_an_event_survives_the_way_through_json(event):
    assert Event.from_dict(json.loads(json.dumps(event.to_dict()))) == event


def test_what_json_cannot_say_becomes_none_or_a_plain_number():
    row = {"auc": math.nan, "worst": -math.inf, "ms": np.float64(1.5), "n": np.int64(2)}
    event = ModelDone(model="m", title="M", row=row)
    assert event.to_dict()["row"] == {"auc": None, "worst": None, "ms": 1.5, "n": 2}


def test_an_unknown_event_is_refused():
    with pytest.raises(WorkbenchError, match="'telegram'"):
        Event.from_dict({"event": "telegram"})
