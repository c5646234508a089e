from __future__ import annotations

import json
import time

import numpy as np
import pytest

from backends.training import TrainingSpec, compare
from backends.training.candidates import Candidate
from backends.training.events import TuningBest
from backends.training.fitting import Learner
from backends.training.guard import Limits
from backends.training.models import Range, model_row
from backends.training.plan import prepare
from backends.training.shared import InlineTable
from backends.training.tuning import tune
from backends.training.workers import Crew
from tests.backends.training.tables import customers, row

TREE = model_row("decision_tree")


@pytest.fixture
def one_bracket(monkeypatch):
    """The search ends after one bracket, long before its time is over, however slow the machine."""
    monkeypatch.setattr("backends.training.tuning.BRACKETS", 1)


def searched(seconds=60.0, rows=600, memory=None, table=(TREE,), cancelled=lambda: False, told=None):
    data = customers(rows)
    spec = TrainingSpec(target="churn", folds=3, processes=2, tune_seconds=seconds, models=tuple(r.key for r in table))
    problem = prepare(data, spec, table)
    events = [] if told is None else told
    crew = Crew(2, Limits(seconds=60), cancelled)
    return tune(problem, InlineTable(problem.frame), crew, lambda kind, **facts: events.append(kind(**facts)), memory)


def test_candidates_follow_from_the_seed_and_lie_in_the_space():
    first, again = ([Candidate(TREE, n, seed=3).parameters for n in range(1, 30)] for _ in range(2))
    assert first == again
    assert first != [Candidate(TREE, n, seed=4).parameters for n in range(1, 30)]
    for found in first:
        assert all(TREE.space[name].low <= value <= TREE.space[name].high for name, value in found.items())


def test_the_first_candidate_is_the_defaults():
    assert Candidate(TREE, 0, seed=3).parameters == {}


def test_rounds_judge_fewer_candidates_on_more_rows(one_bracket):
    found = searched(rows=6_000).candidates
    assert set(found["candidate"][found["rows"] == found["rows"].max()]) <= set(found["candidate"])
    per_round = found[found["candidate"] < 18].groupby("rows")["candidate"].nunique()
    assert per_round.index.is_monotonic_increasing
    assert len(per_round) == 3
    assert per_round.is_monotonic_decreasing
    assert (found.groupby("rows")["candidate"].min() == 0).all(), "the defaults go through all rounds"


def test_a_bad_default_is_replaced_by_something_better(one_bracket):
    from sklearn.tree import DecisionTreeClassifier

    stump = row(
        "stump",
        lambda seed: DecisionTreeClassifier(max_depth=1, random_state=seed),
        space={"max_depth": Range(1, 6, "int")},
    )
    told = []
    found = searched(table=(stump,), told=told)
    assert found.parameters["stump"]["max_depth"] > 1
    best = [event for event in told if isinstance(event, TuningBest)]
    assert best[-1].parameters == found.parameters["stump"]
    assert best[-1].value > best[0].value
    assert "slightly optimistic" in found.notes[0]


def test_the_time_budget_is_kept():
    start = time.monotonic()
    searched(seconds=2.0, rows=3_000, table=(TREE, model_row("hist_gradient_boosting")))
    assert time.monotonic() - start < 20.0, "what runs is ended when the time is over, give or take a slow machine"


def test_a_cancelled_search_goes_on_where_it_stopped(tmp_path, monkeypatch):
    memory = tmp_path / "tuning.jsonl"

    def soon():
        return memory.exists() and len(memory.read_text().splitlines()) >= 10

    first = searched(seconds=30.0, memory=memory, cancelled=soon)
    known = {json.loads(line)["task"] for line in memory.read_text().splitlines()}
    assert len(first.candidates) > 0
    made = []
    monkeypatch.setattr(
        "backends.training.tuning.Crew.run",
        lambda self, tasks, skip: (made.append((t.id, t)) or (t, 0.5) for t in tasks),
    )
    second = searched(seconds=1.0, memory=memory)
    assert known
    assert not known & {name for name, _ in made}, "nothing that was judged is judged again"
    merged = first.candidates.merge(second.candidates, on=["model", "candidate", "rows"], suffixes=("", "_again"))
    complete = merged.dropna(subset=["value"])
    assert complete["value"].tolist() == complete["value_again"].tolist()


def test_the_memory_of_another_table_or_a_broken_line_does_no_harm(tmp_path, one_bracket):
    memory = tmp_path / "tuning.jsonl"
    memory.write_text(
        'not json\n{"about": 1}\n[]\n{"about": {"format": 1}, "task": "x", "parameters": 3, "value": "y"}\n'
    )
    found = searched(memory=memory)
    assert len(found.candidates)


def test_tuned_parameters_go_into_the_fits_and_onto_the_board(one_bracket):
    from sklearn.tree import DecisionTreeClassifier

    stump = row(
        "stump",
        lambda seed: DecisionTreeClassifier(max_depth=1, random_state=seed),
        space={"max_depth": Range(3, 6, "int")},
    )
    found = compare(
        customers(600),
        TrainingSpec(target="churn", folds=3, processes=2, tune_seconds=60.0),
        table=(model_row("dummy"), stump),
    )
    depth = found.models["stump"].parameters["max_depth"]
    assert depth >= 3
    assert found.models["stump"].pipeline.named_steps["model"].max_depth == depth
    assert found.leaderboard.set_index("model").loc["stump", "parameters"] == f"max_depth={depth}"
    assert any(note.startswith("Tuning judged") for note in found.notes)


def test_tuning_never_sees_the_hold_out(monkeypatch):
    data = customers(300)
    spec = TrainingSpec(target="churn", folds=3, processes=1, tune_seconds=1.0, models=("decision_tree",))
    problem = prepare(data, spec, (TREE,))
    seen: set[int] = set()

    def run(self, tasks, skip):
        for task in tasks:
            seen.update(task.train, task.test)
            yield task, 0.5

    monkeypatch.setattr(Crew, "run", run)
    tune(problem, InlineTable(problem.frame), Crew(1), lambda kind, **facts: None)
    assert seen
    assert not seen & set(problem.split.holdout_rows)


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc"])
def test_losses_are_made_small_and_scores_large(metric, one_bracket):
    told = []
    data = customers(600)
    spec = TrainingSpec(target="churn", metric=metric, folds=3, processes=2, tune_seconds=60.0)
    problem = prepare(data, spec, (TREE,))
    tune(problem, InlineTable(problem.frame), Crew(2), lambda kind, **facts: told.append(kind(**facts)))
    values = [event.value for event in told if isinstance(event, TuningBest)]
    assert len(values) > 1
    sign = -1 if metric == "log_loss" else 1
    assert (np.diff(values) * sign >= 0).all()
    assert all(value > 0 for value in values)


def test_a_learner_takes_the_parameters_it_is_given():
    learner = Learner(TREE, customers().schema.select(("pay",)), 0, 2, {"max_depth": 2})
    assert learner.pipeline().named_steps["model"].max_depth == 2
