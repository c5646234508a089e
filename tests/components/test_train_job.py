from __future__ import annotations

from types import SimpleNamespace

import pytest

from backends.training.spec import TrainingSpec
from components import cached, state, train_job
from components.train_job import board_so_far
from tests.backends.training.tables import customers


def done(title: str, score: float | None) -> dict[str, object]:
    return {"event": "model", "title": title, "row": {"log_loss": score, "log_loss_std": 0.01, "fit_seconds": 1.0}}


def test_the_board_so_far_is_ranked_and_keeps_failures_with_their_reason() -> None:
    failed = {"event": "failed", "title": "MLP", "kind": "timed out", "reason": "It took more than 5 s."}
    board = board_so_far((done("A", 0.7), failed, {"event": "fold"}, done("B", 0.4)), "log_loss")
    assert board["model"].tolist() == ["B", "A", "MLP"]
    assert board["state"].iloc[-1] == "timed out: It took more than 5 s."


def test_a_score_that_could_not_be_measured_comes_last() -> None:
    assert board_so_far((done("A", None), done("B", 0.4)), "log_loss")["model"].tolist() == ["B", "A"]


def test_there_is_no_board_before_the_first_model() -> None:
    assert board_so_far(({"event": "fold"},), "roc_auc").empty


def test_the_server_gets_ready_to_explain_while_a_model_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    jobs = SimpleNamespace(start=lambda *_: SimpleNamespace(id="7"))
    monkeypatch.setattr(cached, "jobs", lambda: jobs)
    monkeypatch.setattr(train_job.training_job, "prepare", lambda *_: None)
    monkeypatch.setattr(train_job, "warm_up", lambda: done.append("warm"))
    monkeypatch.setattr(state, "work", lambda: SimpleNamespace(tuning=""))
    monkeypatch.setattr(state, "owner", lambda: "me")
    monkeypatch.setattr(state, "update", lambda **new: done.append(str(new["job"])))
    train_job.start(customers(), TrainingSpec(target="churn"))
    assert done == ["7", "warm"]
