"""Cohorts select the rows their words name, and the search for bad ones finds what is there and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact, ttest_ind

from backends.datasets.schema import Column, Dataset, Schema, ValueFormat
from backends.errors import WorkbenchError
from backends.explanations.cohorts import Cohort, Condition, cohort_scores
from backends.explanations.cohorts.comparing import Moments, means_against, rates_against
from backends.explanations.held_out import part_of
from backends.explanations.slices import error_tree, find_cohorts, worst_cohorts
from backends.explanations.slices.bins import binned
from backends.explanations.slices.lattice import search
from backends.explanations.slices.literals import gain
from backends.explanations.slices.plan import Halves, Plan
from backends.profiling.values import Values
from backends.training.policy import Policy
from backends.training.results import TrainedModel
from backends.training.spec import TrainingSpec
from tests.backends.training.tables import dataset

PEOPLE = pd.DataFrame(
    {
        "age": [25.0, 30.0, 39.0, 40.0, np.nan],
        "job": pd.Series(["clerk", "cook", None, "smith", "clerk"], dtype="str"),
        "owner": pd.array([True, False, None, True, False], dtype="boolean"),
        "since": pd.to_datetime(["2020-01-01", "2020-06-01", None, "2021-01-01", "2022-01-01"]),
        "id": [1, 2, 3, 4, 5],
    }
)


class Says:
    """A pipeline that says what a column says: the probability of class 1, or class codes with certainty."""

    def __init__(self, column: str, classes: int = 2) -> None:
        self.column, self.classes_ = column, np.arange(classes)

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        said = frame[self.column].to_numpy(dtype=float)
        if len(self.classes_) == 2:
            return np.column_stack([1 - said, said])
        return np.eye(len(self.classes_))[said.astype(int)] * 0.98 + 0.02 / len(self.classes_)


def model_of(frame: pd.DataFrame, codes: np.ndarray, classes: int = 2, **more: Any) -> TrainedModel:
    """A model that says what the column `said` says, held out on all rows of `frame`."""
    table = dataset(frame, **more.pop("kinds", {}))
    aside = more.pop("aside", ())
    names = tuple(f"class {code}" for code in range(classes))
    return TrainedModel(
        key="says", title="Says", pipeline=Says("said", classes), schema=table.schema.without(aside),  # type: ignore[arg-type]
        target=Column("y", "category", categories=names), classes=names, spec=more.pop("spec", TrainingSpec("y")),
        train_rows=np.arange(0), holdout_rows=np.arange(len(frame)), holdout=frame.drop(columns=list(aside)),
        holdout_codes=codes, aside=frame[list(aside)], aside_schema=table.schema.select(aside), **more,
    )  # fmt: skip


def people(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": random.integers(18, 80, rows),
            "income": np.where(random.random(rows) < 0.1, np.nan, random.normal(50_000, 15_000, rows)),
            "city": pd.Series(random.choice(list("XYZW"), rows), dtype="str"),
            "owner": random.random(rows) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, rows), "D"),
        }
    )


def planted(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """People of whom 15 % are mistaken, but 85 % of those who are 30 to 39 and live in X."""
    frame, random = people(rows, seed), np.random.default_rng(seed + 1)
    wrong = random.random(rows) < 0.15
    bad = (frame["age"] >= 30) & (frame["age"] < 40) & (frame["city"] == "X")
    return frame, np.where(bad, ~wrong, wrong).astype(float)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (Condition("age", "between", (30, 40)), [1, 2]),
        (Condition("age", "between", (None, 30)), [0]),
        (Condition("age", "between", (40, None), or_missing=True), [3, 4]),
        (Condition("job", "is", ("clerk",)), [0, 4]),
        (Condition("job", "is", ("cook", "smith"), or_missing=True), [1, 2, 3]),
        (Condition("job", "is not", ("clerk",)), [1, 3]),
        (Condition("owner", "is", (True,)), [0, 3]),
        (Condition("owner", "is not", (True,), or_missing=True), [1, 2, 4]),
        (Condition("since", "between", ("2020-06-01", "2022-01-01")), [1, 3]),
        (Condition("since", "is", ("2021-01-01",)), [3]),
        (Condition("job", "missing"), [2]),
        (Condition("age", "known"), [0, 1, 2, 3]),
        (Condition("id", "is", (2, 5)), [1, 4]),
    ],
    ids=lambda value: value.words if isinstance(value, Condition) else None,
)
def test_a_condition_selects_the_rows_its_words_name_and_survives_json(condition: Condition, rows: list[int]) -> None:
    assert np.flatnonzero(condition.mask(PEOPLE)).tolist() == rows
    assert Condition.from_dict(json.loads(json.dumps(condition.to_dict()))) == condition


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("age", "between", (40, 60)), "age from 40 to below 60"),
        (Condition("pay", "between", (1500.5, None)), "pay from 1500.5"),
        (Condition("pay", "between", (None, 25_000)), "pay below 25,000"),
        (Condition("year", "is", (2014,)), "year is 2014"),
        (Condition("since", "between", ("2020-01-01T00:00:00", None)), "since from 2020-01-01"),
        (Condition("owner", "is", (True,), format=ValueFormat(true_values=("Yes",))), "owner is Yes"),
        (Condition("job", "is not", ("a", "b", "c")), "job is not 'a', 'b' or 'c'"),
        (Condition("job", "is", tuple("abcdefgh")), "job is 'a', 'b', 'c', 'd', 'e' or one of 3 more"),
        (Condition("job", "missing"), "job is missing"),
    ],
)
def test_a_condition_is_said_in_words(condition: Condition, words: str) -> None:
    assert condition.words == words


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Condition("age", "over", (3,)), "'over'"),  # type: ignore[arg-type]
        (lambda: Condition("age", "between", (None, None)), "low or a high end"),
        (lambda: Condition("age", "between", (5, 5)), "from 5 to 5"),
        (lambda: Condition("age", "between", (5, "x")), "two kinds"),
        (lambda: Condition("job", "is"), "no level"),
        (lambda: Condition("job", "is", (None,)), "missing value"),
        (lambda: Condition("job", "missing", ("x",)), "takes no values"),
        (lambda: Condition("pet", "missing").mask(PEOPLE), "'pet'"),
        (lambda: Condition("job", "between", (1, 2)).mask(PEOPLE), "is text"),
        (lambda: Condition("age", "is", ("abc",)).mask(PEOPLE), "'abc'"),
        (lambda: Condition("age", "between", ("abc", None)).mask(PEOPLE), "'abc'"),
        (lambda: Condition("since", "between", ("soon", None)).mask(PEOPLE), "'soon'"),
        (lambda: Condition("job", "is", (3,)).mask(PEOPLE), "asks for 3"),
        (lambda: Cohort("nobody", ()), "0 conditions"),
        (lambda: Cohort.from_dict({"name": "x"}), "no cohort"),
        (lambda: Cohort.from_dict({"conditions": [{"column": "x"}]}), "no condition"),
        (lambda: Cohort.from_dict({"conditions": ["x"]}), "no condition"),
    ],
)
def test_what_means_nothing_is_refused_in_a_sentence(make: Callable[[], object], said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        make()


def test_a_cohort_meets_all_conditions_and_merges_two_on_one_column() -> None:
    cohort = Cohort.of(
        Condition("age", "between", (30, None)), Condition("job", "known"), Condition("age", "between", (None, 40))
    )
    assert cohort.words == "age from 30 to below 40 and job is known"
    assert cohort.columns == ("age", "job")
    assert np.flatnonzero(cohort.mask(PEOPLE)).tolist() == [1]
    assert Cohort.from_dict(json.loads(json.dumps(cohort.to_dict()))) == cohort


@given(st.integers(1, 30), st.integers(1, 30), st.data())
@settings(max_examples=40, deadline=None)
def test_rates_are_judged_by_fishers_exact_test(rows: int, rest: int, data: st.DataObject) -> None:
    hits, others = data.draw(st.integers(0, rows)), data.draw(st.integers(0, rest))
    part, other = (Moments(*(np.array([float(x)]) for x in of)) for of in ((rows, hits, hits), (rest, others, others)))
    found = rates_against(part, other)
    expected = fisher_exact([[hits, rows - hits], [others, rest - others]], alternative="greater").pvalue
    assert found.p[0] == pytest.approx(expected, rel=1e-9)
    assert -1 <= found.difference_low[0] <= found.difference[0] <= found.difference_high[0] <= 1


def test_means_are_judged_by_welchs_test() -> None:
    random = np.random.default_rng(0)
    one, two = random.exponential(2, 30), random.exponential(1, 200)
    found = means_against(Moments.whole(one), Moments.whole(two))
    expected = ttest_ind(one, two, equal_var=False, alternative="greater")
    both = ttest_ind(one, two, equal_var=False).confidence_interval()
    assert found.p[0] == pytest.approx(expected.pvalue)
    assert (found.difference_low[0], found.difference_high[0]) == pytest.approx((both.low, both.high))
    nothing = means_against(Moments.whole(np.ones(5)), Moments.whole(np.zeros(1)))
    assert np.isnan([nothing.p[0], nothing.effect[0], nothing.difference_low[0]]).all()


def test_scores_of_a_cohort_count_errors_and_say_what_cannot_be_measured() -> None:
    frame = pd.DataFrame({"said": [0.9] * 20 + [0.1] * 20, "age": [20.0] * 20 + [50.0] * 17 + [90.0] * 3})
    codes = np.array([1] * 15 + [0] * 5 + [0] * 20)
    model = model_of(frame, codes)
    young = cohort_scores(model, Cohort.of(Condition("age", "between", (None, 30))))
    assert (young.rows, young.errors, young.rest_rows, young.rest_errors) == (20, 5, 20, 0)
    assert young.frame.loc["error_rate", "value"] == 0.25
    assert young.frame.loc["accuracy", "value"] == 0.75
    assert young.frame.loc["error_rate", "words"] == "0.250 (0.112–0.469)"
    assert young.difference == 0.25
    assert young.p == pytest.approx(fisher_exact([[5, 15], [0, 20]], alternative="greater").pvalue)
    assert young.frame.loc["roc_auc", "rest_words"] == "not measurable (n = 20)"
    old = cohort_scores(model, Cohort.of(Condition("age", "between", (80, None))))
    assert not old.measurable
    assert set(old.frame["words"]) == {"not measurable (n = 3)"}
    assert np.isnan([old.difference, old.low, old.high, old.p]).all()
    nobody = cohort_scores(model, Cohort.of(Condition("age", "between", (100, None))))
    assert set(nobody.frame["words"]) == {"not measurable (n = 0)"}


def test_scores_of_a_cohort_follow_the_policy() -> None:
    frame = pd.DataFrame({"said": [0.4] * 15 + [0.1] * 15, "age": [20.0] * 15 + [50.0] * 15})
    model = model_of(frame, np.array([1] * 15 + [0] * 15), policy=Policy(0.3))
    scores = cohort_scores(model, Cohort.of(Condition("age", "between", (None, 30)))).frame
    assert scores.loc["error_rate", "value"] == 0
    assert scores.loc["accuracy", "value"] == 1


def test_a_model_without_held_out_rows_is_refused() -> None:
    frame = pd.DataFrame({"said": np.empty(0), "age": np.empty(0)})
    with pytest.raises(WorkbenchError, match="no held-out rows"):
        worst_cohorts(model_of(frame, np.empty(0, dtype=int)))


@pytest.mark.parametrize("kind", ["number", "integer", "category", "boolean", "datetime"])
def test_bins_and_conditions_select_the_same_rows(kind: str) -> None:
    random = np.random.default_rng(3)
    values: dict[str, Any] = {
        "number": np.where(random.random(500) < 0.1, np.nan, random.normal(0, 1e-3, 500)),
        "integer": random.integers(0, 1000, 500),
        "category": pd.Series(random.choice([*"abcdefghijklmnopqrstuvwxyz", None], 500), dtype="str"),  # type: ignore[list-item]
        "boolean": pd.array(random.choice(np.array([True, False, None], dtype=object), 500), dtype="boolean"),
        "datetime": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 10**6, 500), "s"),
    }
    frame = pd.DataFrame({"x": values[kind]})
    bins = binned(Values(Dataset(frame, Schema((Column("x", kind),)))), "x", np.arange(500), 10)  # type: ignore[arg-type]
    assert len(bins.ranges) > 2
    for start, stop in bins.ranges.tolist():
        condition = Condition.from_dict(json.loads(json.dumps(bins.condition(start, stop).to_dict())))
        assert np.array_equal(condition.mask(frame), bins.inside(start, stop)), condition.words


def test_the_lattice_counts_what_counting_one_by_one_gives() -> None:
    frame, loss = planted(600, 2)
    table = dataset(frame, since="datetime")
    values = Values(table)
    bins = [binned(values, name, np.arange(600), 4) for name in table.schema.names]
    found = search(bins, loss, least=20, depth=3)
    assert {len(entry.parts) for entry in found.slices} == {1, 2}
    assert [entry.score for entry in found.slices] == sorted((entry.score for entry in found.slices), reverse=True)
    for entry in found.slices:
        mask = entry.mask(bins)
        assert mask.sum() >= 20
        assert entry.score == pytest.approx(gain(Moments.whole(loss[mask]), Moments.whole(loss))[0], rel=1e-4)


@pytest.mark.parametrize("loss", ["error", "log_loss"])
def test_a_planted_slice_is_found_first_with_its_conditions(loss: str) -> None:
    frame, wrong = planted(8_000, 5)
    said = np.random.default_rng(1).choice([0.1, 0.9], len(frame))
    codes = np.where(wrong == 1, said < 0.5, said > 0.5).astype(int)
    model = model_of(frame.assign(said=said), codes, aside=("city",), kinds={"since": "datetime"})
    found = worst_cohorts(model, loss)  # type: ignore[arg-type]
    assert found.apart
    city, age = sorted(found.cohorts[0].conditions, key=lambda condition: condition.operator, reverse=True)
    assert (city.words, age.column, age.operator) == ("city is 'X'", "age", "between")
    assert age.values[0] in (29, 30, 31)
    assert age.values[1] in (39, 40, 41)
    assert (found.frame["q"] <= 0.05).all()
    assert len(found.frame) == found.found <= 3
    first = found.frame.iloc[0]
    mask = found.cohorts[0].mask(model.held_out)
    assert first["rows"] == pytest.approx(mask.sum() / 2, rel=0.2)
    if loss == "error":
        assert first["low"] < 0.85 < first["high"]
        assert first["value"] - first["rest"] == pytest.approx(first["difference"])
    assert first["words"] in found.message


def test_every_figure_is_from_the_half_that_the_search_did_not_see() -> None:
    frame, wrong = planted(2_000, 7)
    table = dataset(frame, since="datetime")
    found = find_cohorts(table, wrong, Plan(seed=3))
    halves = Halves.of(2_000, 5, Plan(seed=3))
    assert not set(halves.search) & set(halves.judge)
    inside = found.cohorts[0].mask(frame.iloc[halves.judge])
    assert found.frame.loc[0, "rows"] == inside.sum()
    assert found.frame.loc[0, "value"] == pytest.approx(wrong[halves.judge][inside].mean())
    assert found.frame.loc[0, "rest"] == pytest.approx(wrong[halves.judge][~inside].mean())
    assert "1,000 other rows" in found.notes[0]


@pytest.mark.parametrize(("rows", "runs"), [(300, 40), pytest.param(1_000, 40, marks=pytest.mark.slow)])
def test_random_errors_raise_nothing(rows: int, runs: int) -> None:
    alarms = {"rate": 0, "mean": 0}
    for seed in range(runs):
        table, random = dataset(people(rows, seed), since="datetime"), np.random.default_rng(1_000 + seed)
        alarms["rate"] += bool(find_cohorts(table, (random.random(rows) < 0.2).astype(float), Plan(seed=seed)).found)
        alarms["mean"] += bool(find_cohorts(table, random.exponential(size=rows), Plan(seed=seed)).found)
    assert max(alarms.values()) <= 0.05 * runs, alarms


def test_few_rows_are_judged_where_they_were_searched_and_corrected_for_every_slice() -> None:
    frame = people(300, 1)
    wrong = (frame["city"] == "X").to_numpy(dtype=float)
    found = find_cohorts(dataset(frame, since="datetime"), wrong, Plan())
    assert not found.apart
    assert found.cohorts[0].words == "city is 'X'"
    assert found.judged == found.looked_at > 100
    assert found.frame.loc[0, "q"] >= found.frame.loc[0, "p"]
    assert "same 300 rows" in found.notes[0]


def test_a_condition_that_adds_nothing_is_left_out() -> None:
    frame, random = people(4_000, 3), np.random.default_rng(8)
    wrong = np.where(frame["city"] == "X", random.random(4_000) < 0.6, random.random(4_000) < 0.1).astype(float)
    found = find_cohorts(dataset(frame, since="datetime"), wrong, Plan())
    assert [cohort.words for cohort in found.cohorts] == ["city is 'X'"]


def test_two_columns_that_say_the_same_make_one_cohort() -> None:
    frame, random = people(4_000, 3), np.random.default_rng(8)
    frame["town"] = frame["city"].str.lower()
    wrong = np.where(frame["city"] == "X", random.random(4_000) < 0.6, random.random(4_000) < 0.1).astype(float)
    assert find_cohorts(dataset(frame, since="datetime"), wrong, Plan()).found == 1


def test_missing_values_can_be_what_a_cohort_is_about() -> None:
    frame, random = people(3_000, 4), np.random.default_rng(5)
    wrong = np.where(frame["income"].isna(), random.random(3_000) < 0.5, random.random(3_000) < 0.1).astype(float)
    found = find_cohorts(dataset(frame, since="datetime"), wrong, Plan())
    assert found.cohorts[0].words == "income is missing"


@pytest.mark.parametrize(
    ("rows", "wrong", "said"),
    [
        (12, [1, 0] * 6, "12 held-out rows are too few"),
        (1, [1], "1 held-out row is too few"),
        (500, [0] * 500, "error rate is 0"),
        (500, [1] * 500, "error rate is 1"),
    ],
)
def test_where_nothing_can_be_searched_a_sentence_says_why(rows: int, wrong: list[int], said: str) -> None:
    frame = people(rows, 1).assign(said=0.9)
    model = model_of(frame, 1 - np.array(wrong), kinds={"since": "datetime"})
    found, tree = worst_cohorts(model), error_tree(model)
    assert said in found.message
    assert said in tree.message
    assert found.cohorts == ()
    assert len(found.frame) == 0
    assert tree.nodes["words"].tolist() == ["all rows"]


def test_columns_of_nothing_or_of_one_value_are_no_obstacle() -> None:
    frame, wrong = planted(1_000, 5)
    frame["one"], frame["inf"] = 1.0, np.where(np.arange(1_000) % 2, np.inf, 1e308)
    frame["nothing"] = np.nan
    frame["name"] = pd.Series([f"n{i}" for i in range(1_000)], dtype="str")
    never = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    found = find_cohorts(
        dataset(frame.assign(never=never), since="datetime", never="datetime", name="identifier"), wrong, Plan()
    )
    assert set(found.cohorts[0].columns) == {"age", "city"}


def test_the_settings_that_mean_nothing_are_refused() -> None:
    frame, wrong = planted(100, 5)
    model = model_of(frame.assign(said=0.9), wrong.astype(int), kinds={"since": "datetime"})
    for settings_ in ({"depth": 4}, {"depth": 0}, {"least_rows": 0}, {"loss": "profit"}):
        with pytest.raises(WorkbenchError):
            worst_cohorts(model, **settings_)  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_cohorts_and_the_rows_are_left_alone() -> None:
    frame, wrong = planted(1_000, 5)
    table, before = dataset(frame, since="datetime"), frame.copy()
    one, two = (find_cohorts(table, wrong, Plan(seed=1)) for _ in range(2))
    assert one.cohorts == two.cohorts
    pd.testing.assert_frame_equal(one.frame, two.frame)
    pd.testing.assert_frame_equal(frame, before)


def test_rows_of_one_group_stay_in_one_half() -> None:
    groups = np.repeat(np.arange(100), 10)
    halves = Halves.of(1_000, 3, Plan(groups=groups))
    assert not set(groups[halves.search]) & set(groups[halves.judge])
    assert len(halves.search) == 500
    frame, wrong = planted(1_000, 5)
    model = model_of(
        frame.assign(said=0.9, who=groups), 1 - wrong.astype(int), kinds={"since": "datetime"}, aside=("who",),
        spec=TrainingSpec("y", scheme="group", group="who"),
    )  # fmt: skip
    assert "one group" in worst_cohorts(model).notes[-1]


def test_a_large_table_is_searched_on_a_stated_sample() -> None:
    halves = Halves.of(100_000, 100, Plan(seconds=1))
    assert (len(halves.search), len(halves.judge)) == (2_500, 50_000)
    assert "random sample of 2,500 of 50,000 rows" in halves.words


def test_a_model_of_three_classes_is_searched_for_its_errors() -> None:
    frame, wrong = planted(4_000, 9)
    truth = np.random.default_rng(2).integers(0, 3, len(frame))
    model = model_of(frame.assign(said=(truth + wrong.astype(int)) % 3), truth, 3, kinds={"since": "datetime"})
    assert set(worst_cohorts(model).cohorts[0].columns) == {"age", "city"}
    assert set(worst_cohorts(model, "log_loss").cohorts[0].columns) == {"age", "city"}


def test_the_error_tree_shares_the_rows_out_and_its_leaves_are_cohorts() -> None:
    frame, wrong = planted(6_000, 5)
    frame.loc[frame["city"] == "W", "city"] = None
    model = model_of(frame.assign(said=0.9), 1 - wrong.astype(int), kinds={"since": "datetime"})
    tree = error_tree(model)
    nodes, judged = tree.nodes.set_index("id"), Halves.of(6_000, 6, Plan()).judge
    assert nodes.loc[0, "rows"] == tree.rows == 3_000
    for parent, children in nodes[nodes["parent"] >= 0].groupby("parent"):
        assert children["rows"].sum() == nodes.loc[parent, "rows"]
        assert children["errors"].sum() == nodes.loc[parent, "errors"]
        assert len(children) == 2
    assert nodes.loc[nodes["leaf"], "share"].sum() == pytest.approx(1)
    assert set(tree.cohorts) == set(nodes.index[nodes["leaf"]])
    for number, cohort in tree.cohorts.items():
        inside = cohort.mask(model.held_out)[judged]
        assert nodes.loc[number, "rows"] == inside.sum()
        assert nodes.loc[number, "error"] == pytest.approx(wrong[judged][inside].mean())
    worst = nodes[nodes["leaf"]].sort_values("error").iloc[-1]
    assert "city is 'X'" in worst["path"]
    assert worst["error"] > 0.6


def test_the_error_tree_of_random_errors_is_a_root() -> None:
    grown = 0
    for seed in range(20):
        wrong = np.random.default_rng(seed).random(1_000) < 0.2
        model = model_of(people(1_000, seed).assign(said=0.9), 1 - wrong.astype(int), kinds={"since": "datetime"})
        grown += len(error_tree(replace(model, holdout_codes=1 - wrong.astype(int))).nodes) > 1
    assert grown <= 1


def test_a_search_within_some_rows_is_that_of_a_model_with_these_rows_alone() -> None:
    random = np.random.default_rng(4)
    rows = 3_000
    frame = pd.DataFrame(
        {"part": random.choice(["a", "b"], rows), "job": random.choice(["clerk", "cook", "smith"], rows)}
    )
    wrong = (frame["part"] == "a") & (frame["job"] == "cook") & (random.random(rows) < 0.6)
    frame["said"] = wrong.astype(float)
    model = model_of(frame.assign(note=random.random(rows)), np.zeros(rows, dtype=int))
    inside = np.flatnonzero(frame["part"] == "a")
    found, alone = worst_cohorts(model, rows=inside), worst_cohorts(part_of(model, inside))
    assert found.frame.equals(alone.frame)
    assert found.rows <= len(inside)
    assert not any("part" in cohort.columns for cohort in found.cohorts)
    tree = error_tree(model, rows=inside)
    assert tree.rows <= len(inside)
    assert tree.nodes["rows"].iloc[0] == tree.rows
    few = worst_cohorts(model, rows=inside[:12])
    assert few.frame.empty
    assert "12 held-out rows are too few" in few.message
    with pytest.raises(WorkbenchError, match="no held-out row 3,000"):
        worst_cohorts(model, rows=np.array([rows]))


def test_a_part_of_the_held_out_rows_keeps_what_was_left_aside_of_them() -> None:
    frame = pd.DataFrame({"said": [0.0, 1.0, 0.0, 1.0], "id": [1, 2, 3, 4]})
    model = model_of(frame, np.array([0, 0, 1, 1]))
    model = replace(model, aside=pd.DataFrame({"town": ["a", "b", "c", "d"]}))
    part = part_of(model, np.array([3, 1]))
    assert part.held_out["town"].tolist() == ["b", "d"]
    assert part.held_out["id"].tolist() == [2, 4]
    assert part.holdout_codes.tolist() == [0, 1]
    assert part_of(model, None) is model
