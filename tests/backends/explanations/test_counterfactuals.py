"""Counterfactuals flip the decision, keep to every constraint and change no more than they have to."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.explanations.counterfactuals import Constraints, Counterfactuals, counterfactuals
from backends.training.policy import Policy, least
from backends.training.results import TrainedModel
from tests.backends.explanations.small_models import fitted_model, formula_model
from tests.backends.training.tables import customers, dataset

ROWS = 300
RANDOM = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, ROWS),
        "pay": RANDOM.uniform(1000, 5000, ROWS).round(2),
        "job": pd.Series(RANDOM.choice(["clerk", "smith", "baker"], ROWS), dtype="str"),
        "owner": RANDOM.random(ROWS) < 0.4,
        "since": pd.to_datetime("2020-01-01 09:30") + pd.to_timedelta(RANDOM.integers(0, 1500, ROWS), unit="D"),
        "said": pd.Series([f"word {i}" for i in range(ROWS)], dtype="str"),
    }
)
TABLE = dataset(FRAME, said="text")
ROW = pd.DataFrame(
    {
        "age": [25],
        "pay": [1500.55],
        "job": pd.Series(["clerk"], dtype="str"),
        "owner": [False],
        "since": pd.to_datetime(["2023-06-05 10:15"]),
        "said": pd.Series(["hello"], dtype="str"),
    }
)


def score(rows: pd.DataFrame) -> np.ndarray:
    """Older, richer, smiths, owners and early ones get a yes: from 0.5 on it is one."""
    years = (pd.Timestamp("2025-01-01") - rows["since"]).dt.days / 365.0
    points = rows["age"] / 100 + rows["pay"] / 10_000 + (rows["job"] == "smith") * 0.15 + rows["owner"] * 0.2
    return np.clip((points + years / 20 - 0.1).fillna(0).to_numpy(dtype=float), 0, 1)


def model() -> TrainedModel:
    return formula_model(TABLE, score)


def check(found: Counterfactuals, trained: TrainedModel, row: pd.DataFrame, wanted: Constraints) -> None:
    """Everything that holds of any counterfactual, looked at from outside."""
    names, columns = list(trained.schema.names), {column.name: column for column in trained.schema}
    assert list(found.frame[names].dtypes) == list(row[names].dtypes)
    assert found.decision == (found.target,) * len(found)
    for at in range(len(found)):
        one = found.frame.iloc[[at]]
        code = trained.classes.index(found.target)
        assert trained.decide(one).tolist() == [code]
        assert trained.probabilities(one)[0, code] == pytest.approx(found.probability[at], abs=1e-12)
        listed = found.changes[found.changes["counterfactual"] == at].set_index("column")
        for name in names:
            before, after = row[name].iloc[0], one[name].iloc[0]
            if name not in listed.index:
                assert before == after or (pd.isna(before) and pd.isna(after)), name
                continue
            assert listed.loc[name, "after"] == after != before
            _check_value(columns[name], before, after, wanted)
        for name, (low, high) in wanted.ranges.items():
            value = one[name].iloc[0]
            assert low is None or value >= low
            assert high is None or value <= high
        for name, levels in wanted.levels.items():
            assert one[name].iloc[0] in levels


def _check_value(column: Column, before: Any, after: Any, wanted: Constraints) -> None:
    assert column.name not in wanted.frozen
    assert column.kind != "text"
    assert not pd.isna(after)
    if column.name in wanted.directions:
        up = wanted.directions[column.name] == "up"
        assert after > before if up else after < before
    if column.kind == "category":
        assert after in column.categories
    if column.kind == "boolean":
        assert after in (True, False)
    if column.kind == "integer":
        assert after == int(after)
    if column.kind == "datetime":
        assert after == pd.Timestamp(after).normalize()


def test_the_nearest_change_of_one_column_comes_first() -> None:
    found = counterfactuals(model(), ROW)
    assert len(found) == 4
    assert found.changes["counterfactual"].value_counts().max() <= 2
    check(found, model(), ROW, Constraints())
    assert found.message.startswith("4 ways to 'yes', found among")
    assert found.tried > 100
    assert found.seconds < 10


def test_a_number_moves_exactly_as_far_as_it_must() -> None:
    found = counterfactuals(model(), ROW, Constraints(frozen=("pay", "job", "owner", "since")))
    assert found.changes["column"].tolist() == ["age"]
    need = 0.5 - score(ROW)[0]
    assert found.frame["age"].tolist() == [25 + int(np.ceil(need * 100))]
    assert found.changes["before"].tolist() == [25]


def test_decimals_are_those_of_the_data() -> None:
    found = counterfactuals(model(), ROW, Constraints(frozen=("age", "job", "owner", "since")))
    pay = found.frame["pay"].iloc[0]
    assert pay == round(pay, 2)
    assert pay - 0.01 < 1500.55 + (least(0.5) - score(ROW)[0]) * 10_000 <= pay + 1e-9


def test_dates_move_by_whole_days() -> None:
    found = counterfactuals(model(), ROW, Constraints(frozen=("age", "job", "owner", "pay")))
    moved = found.frame["since"].iloc[0]
    assert moved == moved.normalize()
    later = ROW.assign(since=moved + pd.Timedelta(days=1))
    assert score(ROW.assign(since=moved))[0] > 0.5 >= score(later)[0]


def test_needless_changes_are_taken_back() -> None:
    frame = pd.DataFrame(RANDOM.integers(0, 2, (400, 12)), columns=[f"x{i}" for i in range(12)])
    both = formula_model(dataset(frame), lambda rows: (rows["x3"] * rows["x8"]).to_numpy() * 0.8)
    row = pd.DataFrame(np.zeros((1, 12), dtype=int), columns=frame.columns)
    found = counterfactuals(both, row)
    assert sorted(found.changes["column"]) == ["x3", "x8"]
    assert found.distance.tolist() == pytest.approx([2 / 12])


def test_three_columns_that_only_work_together_are_found_without_a_real_row() -> None:
    frame = pd.DataFrame(np.eye(10, dtype=int), columns=[f"x{i}" for i in range(10)])
    trained = formula_model(dataset(frame), lambda rows: 0.2 * (rows["x1"] + rows["x4"] + rows["x7"]).to_numpy())
    row = pd.DataFrame(np.zeros((1, 10), dtype=int), columns=frame.columns)
    assert sorted(counterfactuals(trained, row).changes["column"]) == ["x1", "x4", "x7"]


numbers = st.one_of(st.none(), st.integers(10, 90))
money = st.one_of(st.none(), st.floats(500, 6000))


@st.composite
def constraints(draw: st.DrawFn) -> Constraints:
    names = ["age", "pay", "job", "owner", "since"]
    ends: dict[str, list[Any]] = {
        "age": sorted([draw(st.integers(10, 90)), draw(st.integers(10, 90))]),
        "pay": sorted([draw(st.floats(500, 6000)), draw(st.floats(500, 6000))]),
        "since": sorted(
            draw(st.lists(st.datetimes(pd.Timestamp("2019-06-01"), pd.Timestamp("2025-06-01")), min_size=2, max_size=2))
        ),
    }
    ranged = draw(st.lists(st.sampled_from(list(ends)), unique=True, max_size=3))
    directed = draw(st.lists(st.sampled_from(list(ends)), unique=True, max_size=3))
    return Constraints(
        frozen=tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=3))),
        ranges={name: (ends[name][0], ends[name][1]) for name in ranged},
        directions={name: draw(st.sampled_from(["up", "down"])) for name in directed},
        levels={"job": tuple(draw(st.lists(st.sampled_from(["clerk", "smith", "baker"]), unique=True, min_size=1)))}
        if draw(st.booleans())
        else {},
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(constraints(), st.integers(0, ROWS - 1), st.booleans())
def test_constraints_hold_strictly(wanted: Constraints, at: int, gaps: bool) -> None:
    row = FRAME.iloc[[at]].reset_index(drop=True)
    if gaps:
        row = row.assign(pay=np.nan)
    try:
        found = counterfactuals(model(), row, wanted, count=3, seconds=2)
    except WorkbenchError as error:
        told = error.message
    else:
        check(found, model(), row, wanted)
        told = found.message
    assert told


def test_a_row_outside_its_range_has_to_move_into_it() -> None:
    wanted = Constraints(ranges={"age": (40, 60)})
    found = counterfactuals(model(), ROW, wanted)
    assert found.frame["age"].between(40, 60).all()
    assert (found.changes[found.changes["column"] == "age"]["counterfactual"]).tolist() == list(range(len(found)))


def test_blocked_by_names_what_has_to_give() -> None:
    only_age = formula_model(TABLE, lambda rows: (rows["age"] > 50).to_numpy() * 0.9)
    found = counterfactuals(only_age, ROW, Constraints(frozen=("age", "pay")))
    assert len(found) == 0
    assert found.blocked_by == ("'age' were free",)
    assert found.message.endswith("; it would work if 'age' were free.")
    assert list(found.frame.columns) == list(FRAME.columns)
    found = counterfactuals(only_age, ROW, Constraints(directions={"age": "down"}, ranges={"pay": (0, None)}))
    assert found.blocked_by == ("'age' could also go up",)
    found = counterfactuals(only_age, ROW, Constraints(ranges={"age": (None, 45)}))
    assert found.blocked_by == ("'age' could leave its range",)


def test_two_constraints_that_block_together_are_not_blamed_alone() -> None:
    either = formula_model(TABLE, lambda rows: ((rows["age"] > 50) & (rows["pay"] > 3000)).to_numpy() * 0.9)
    found = counterfactuals(either, ROW, Constraints(frozen=("age", "pay")))
    assert found.blocked_by == ()
    assert found.message.endswith("; no constraint that is left out by itself changes that.")


def test_a_model_that_always_says_the_same_is_said_so() -> None:
    found = counterfactuals(formula_model(TABLE, lambda rows: np.full(len(rows), 0.2)), ROW, Constraints(("age",)))
    assert found.message == "The model says the same of every row, so that no change leads to 'yes'."
    assert found.blocked_by == ()


def slowly(score: Callable[[pd.DataFrame], np.ndarray], each: float = 0.002) -> TrainedModel:
    """A model that takes so many seconds for each row."""

    def slow(rows: pd.DataFrame) -> np.ndarray:
        time.sleep(each * len(rows))
        return score(rows)

    return formula_model(TABLE, slow)


@pytest.mark.parametrize("each", [0.002, 0.05])
@pytest.mark.parametrize("most", [0.4, 0.1])
def test_the_time_holds_and_running_out_is_said(most: float, each: float) -> None:
    found = counterfactuals(slowly(lambda rows: np.minimum(score(rows), most), each), ROW, seconds=0.5)
    assert found.seconds < 0.7
    assert found.message.startswith("None found in 0.5 s (")
    assert found.blocked_by == ()


def old(rows: pd.DataFrame) -> np.ndarray:
    return (rows["age"] > 50).to_numpy() * 0.9


def test_constraints_that_time_ran_out_for_are_named_as_such() -> None:
    wanted = Constraints(frozen=("pay", "job", "since", "age"))
    found = counterfactuals(slowly(old), ROW, wanted, seconds=0.6)
    assert found.blocked_by == ()
    assert found.untried == ("'pay' were free", "'job' were free", "'since' were free", "'age' were free")
    assert "time ran out before it was known whether it would work if 'pay' were free or if" in found.message
    assert found.message.endswith("or if 'since' were free (and 1 more).")
    assert "no constraint" not in found.message
    whole = counterfactuals(formula_model(TABLE, old), ROW, wanted)
    assert whole.blocked_by == ("'age' were free",)
    assert whole.untried == ()


def test_what_was_found_to_block_is_told_beside_what_time_ran_out_for() -> None:
    found = counterfactuals(slowly(old), ROW, Constraints(frozen=("age", "since", "pay", "job")), seconds=0.8)
    assert found.blocked_by == ("'age' were free",)
    assert found.untried[-1] == "'job' were free"
    assert "; it would work if 'age' were free; time ran out before it was known" in found.message


def test_a_first_call_that_takes_longer_than_all_the_time_is_told_as_long_as_it_was() -> None:
    found = counterfactuals(slowly(old, 0.4), ROW, seconds=0.1)
    assert found.seconds >= 0.4
    assert found.message == f"None found in {found.seconds:.1f} s (0 rows tried); more time may find some."


def test_what_was_found_before_the_time_ran_out_is_given() -> None:
    def slow(rows: pd.DataFrame) -> np.ndarray:
        time.sleep(0.001 * len(rows))
        return score(rows)

    trained = formula_model(TABLE, slow)
    found = counterfactuals(trained, ROW, seconds=0.8)
    assert len(found) >= 1
    check(found, trained, ROW, Constraints())


def test_the_policys_threshold_decides_unless_asked_otherwise() -> None:
    strict = replace(model(), policy=Policy(0.7))
    assert (counterfactuals(strict, ROW).probability >= least(0.7)).all()
    usual = counterfactuals(strict, ROW, policy=False)
    assert (usual.probability > 0.5).all()
    assert usual.probability.min() < 0.7


def test_groups_with_thresholds_of_their_own_need_their_column() -> None:
    policy = Policy(0.8, (Grouping("sex"),), ((("f",), 0.4),))
    fair = replace(model(), policy=policy)
    woman, man = (ROW.assign(sex=pd.Series([value], dtype="str")) for value in ("f", "m"))
    assert counterfactuals(fair, woman).probability.min() < 0.8
    assert counterfactuals(fair, man).probability.min() >= least(0.8)
    assert counterfactuals(fair, man).frame["sex"].unique().tolist() == ["m"]
    with pytest.raises(WorkbenchError, match="The row has no column 'sex'"):
        counterfactuals(fair, ROW)


def test_of_many_classes_the_second_most_probable_is_reached_unless_one_is_chosen() -> None:
    def three(rows: pd.DataFrame) -> np.ndarray:
        young = np.clip(1 - rows["age"].to_numpy() / 100, 0, 1)
        middle = np.clip(0.3 + rows["pay"].to_numpy() / 10_000, 0, 1)
        old = np.where(rows["owner"], 0.9, 0.1)
        return np.column_stack([young, middle, old]) / (young + middle + old)[:, None]

    trained = formula_model(TABLE, three, classes=("young", "middle", "old"))
    first = counterfactuals(trained, ROW)
    assert first.target == "middle"
    check(first, trained, ROW, Constraints())
    chosen = counterfactuals(trained, ROW, target_class="old")
    assert chosen.changes["column"].tolist()[:1] == ["owner"]
    check(chosen, trained, ROW, Constraints())
    with pytest.raises(WorkbenchError, match="already decided as 'young'"):
        counterfactuals(trained, ROW, target_class="young")
    with pytest.raises(WorkbenchError, match="There is no class 'ancient'"):
        counterfactuals(trained, ROW, target_class="ancient")


@pytest.mark.parametrize("key", ["logistic_regression", "random_forest", "hist_gradient_boosting"])
def test_real_pipelines_with_gaps_are_answered(key: str) -> None:
    table = customers()
    table = replace(table, schema=table.schema.without(("id",)))
    with threadpool_limits(1):  # threads on two cores wait for each other longer than the work takes
        _answered(fitted_model(table, "churn", key), int(np.flatnonzero(table.frame["pay"].isna())[0]))


def _answered(trained: TrainedModel, gap: int) -> None:
    for at in (0, 1, gap):
        row = trained.holdout.iloc[[at]]
        wanted = Constraints(frozen=("plan",), directions={"months": "up"})
        found = counterfactuals(trained, row, wanted)
        check(found, trained, row.reset_index(drop=True), wanted)
        assert len(found) or found.blocked_by


def test_the_same_question_has_the_same_answer_and_nothing_is_written_to() -> None:
    before, rows = ROW.copy(), FRAME.copy()
    first, again = (counterfactuals(model(), ROW, training_frame=FRAME, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first.frame, again.frame)
    pd.testing.assert_frame_equal(ROW, before)
    pd.testing.assert_frame_equal(FRAME, rows)


def test_ways_are_different_ways() -> None:
    found = counterfactuals(model(), ROW, count=4)
    sets = found.changes.groupby("counterfactual")["column"].agg(frozenset)
    assert sets.nunique() == len(found)


def test_a_large_table_is_sampled_and_that_is_said() -> None:
    many = pd.concat([FRAME] * 20, ignore_index=True)
    assert counterfactuals(model(), ROW, training_frame=many).sample == "from a random sample of 5,000 of 6,000 rows"


def test_a_column_without_values_and_a_missing_row_value_are_no_obstacle() -> None:
    frame = FRAME.assign(nothing=np.nan)[["age", "pay", "nothing"]]
    trained = formula_model(dataset(frame), lambda rows: rows["age"].to_numpy() / 100)
    row = pd.DataFrame({"age": [20], "pay": [np.nan], "nothing": [np.nan]})
    found = counterfactuals(trained, row)
    assert found.changes["column"].tolist() == ["age"]
    assert found.frame["age"].tolist() == [51]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Constraints(frozen=("size",)), "There is no column 'size' to constrain"),
        (Constraints(ranges={"job": (1, 2)}), "'job' is of kind category, which can have no range"),
        (Constraints(directions={"owner": "up"}), "'owner' is of kind boolean"),
        (Constraints(directions={"age": "sideways"}), "'age' has the direction 'sideways'"),  # type: ignore[dict-item]
        (Constraints(levels={"age": (1,)}), "'age' is of kind integer, which can have no levels"),
        (Constraints(levels={"job": ("king",)}), "'job' has no value 'king'"),
        (Constraints(levels={"said": ("word 1",)}), "'said' is of kind text, which is never changed"),
        (Constraints(levels={"job": ()}), "'job' is left without a value"),
        (Constraints(ranges={"age": (60, 20)}), "The range of 'age' goes from 60 down to 20"),
        (Constraints(ranges={"age": ("old", None)}), "has the end 'old', which is no number"),
        (Constraints(ranges={"since": ("soon", None)}), "has the end 'soon', which is no date"),
        (Constraints(ranges={"age": (40.2, 40.8)}), "No value of 'age' keeps to its range"),
        (Constraints(ranges={"age": (40, None)}, directions={"age": "down"}), "No value of 'age' keeps to its range"),
        (Constraints(ranges={"age": (40, None)}, frozen=("age",)), "'age' is frozen at a value"),
    ],
)
def test_constraints_that_cannot_be_are_said(wanted: Constraints, told: str) -> None:
    with pytest.raises(WorkbenchError, match=told):
        counterfactuals(model(), ROW, wanted)


def test_questions_that_cannot_be_are_said() -> None:
    with pytest.raises(WorkbenchError, match="2 rows were given"):
        counterfactuals(model(), FRAME.iloc[:2])
    with pytest.raises(WorkbenchError, match="The row has no column 'age'"):
        counterfactuals(model(), ROW.drop(columns="age"))
    with pytest.raises(WorkbenchError, match="0 counterfactuals in 10 s"):
        counterfactuals(model(), ROW, count=0)


@pytest.mark.slow
def test_wide_tables_are_answered() -> None:
    wide = pd.DataFrame(RANDOM.normal(size=(60, 3000)), columns=[f"x{i}" for i in range(3000)])
    schema = Schema(tuple(Column(name, "number") for name in wide.columns))
    trained = formula_model(replace(dataset(wide.iloc[:, :1]), frame=wide, schema=schema), lambda rows: _half(rows))
    found = counterfactuals(trained, wide.iloc[[int(wide["x7"].argmin())]], seconds=30)
    assert found.changes["column"].tolist()[:1] == ["x7"]


def _half(rows: pd.DataFrame) -> np.ndarray:
    return 1 / (1 + np.exp(-rows["x7"].to_numpy()))
