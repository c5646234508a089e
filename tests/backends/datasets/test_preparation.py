"""A recipe: steps after reading that can be listed, saved, undone, and repeated in plain pandas."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from backends.datasets import Dataset, Recipe, Step, load_dataset, prepare, read_table, save_dataset
from backends.datasets.preparation import prepare_rows
from backends.datasets.recipe import ACTIONS
from backends.datasets.recipe_code import pandas_code
from backends.errors import WorkbenchError

TABLE = (
    b"id,size,pay,city,member,born,amount\n"
    b'1,2,10.5,Bern,yes,2020-01-01,"$1,200"\n'
    b'1,2,10.5,Bern,yes,2020-01-01,"$1,200"\n'
    b'2,-999,inf,bern ,no,,"$2,000"\n'
    b"3,4,,Basel,,2021-05-01,unclear\n"
    b'4,5,2.5,Chur,no,2021-06-01,"$900"\n'
)
STEPS = {
    "drop_columns": Step("drop_columns", ("id", "pay")),
    "drop_duplicates": Step("drop_duplicates"),
    "as category": Step("treat_as", ("size", "member", "born"), kind="category"),
    "as number": Step("treat_as", ("amount",), kind="number"),
    "as date": Step("treat_as", ("born",), kind="datetime"),
    "missing numbers": Step("treat_as_missing", ("size", "pay"), values=(-999.0, math.inf)),
    "missing dates": Step("treat_as_missing", ("born",), values=("2020-01-01", "1900-01-01")),
    "missing words": Step("treat_as_missing", ("city",), values=("Chur",)),
    "merge_levels": Step("merge_levels", ("city",), renames=(("bern", "Bern"),)),
    "keep_levels": Step("keep_levels", ("city",), values=("Bern",)),
    "split_by": Step("split_by", ("id",)),
    "split_in_time": Step("split_in_time", ("born",)),
}


@pytest.fixture
def table() -> Dataset:
    return read_table(TABLE, "t.csv", kinds={"city": "category", "amount": "category", "id": "integer"})


def frame_after(table: Dataset, *steps: Step) -> pd.DataFrame:
    return prepare(table, Recipe(steps)).frame


def test_every_action_has_a_case_here() -> None:
    assert {step.action for step in STEPS.values()} == set(ACTIONS)


@pytest.mark.parametrize("name", STEPS)
def test_the_pandas_code_does_the_same(table: Dataset, name: str) -> None:
    prepared = prepare(table, Recipe((STEPS[name],)))
    names = {"df": table.frame.copy(), "pd": pd}
    exec(pandas_code(table, prepared), names)
    ours, theirs = prepared.frame, names["df"]
    assert isinstance(theirs, pd.DataFrame)
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_all_steps_one_after_the_other_are_repeated_by_the_code(table: Dataset) -> None:
    order = ("drop_duplicates", "missing numbers", "merge_levels", "keep_levels", "as number", "as category")
    prepared = prepare(table, Recipe(tuple(STEPS[name] for name in order)))
    names = {"df": table.frame.copy(), "pd": pd}
    exec(pandas_code(table, prepared), names)
    pd.testing.assert_frame_equal(prepared.frame, names["df"], check_dtype=False)  # type: ignore[arg-type]


AS_WORDS, AS_NUMBER = Step("treat_as", ("a",), kind="category"), Step("treat_as", ("a",), kind="number")
TURNS: tuple[tuple[list[str], Step, Step | None], ...] = (
    (["1", "2", "(3)", "4", "ask"], AS_NUMBER, None),
    (["12.5 %", "20 %", "none yet"], AS_NUMBER, None),
    (["2020-01-02", "2020-02-03", "soon"], Step("treat_as", ("a",), kind="datetime"), None),
    (["1", "2", "99"], AS_WORDS, Step("treat_as_missing", ("a",), values=("99",))),
    (["yes", "no", "yes"], AS_WORDS, Step("keep_levels", ("a",), values=("yes",))),
    (["1", "2", "3"], AS_NUMBER, Step("treat_as_missing", ("a",), values=(2.0,))),
)


@pytest.mark.parametrize(("cells", "first", "then"), TURNS)
def test_the_code_follows_a_change_of_kind_and_the_way_values_are_written(
    cells: list[str], first: Step, then: Step | None
) -> None:
    read = read_table("\n".join(["a", *cells, ""]).encode(), "t.csv")
    if then is None:  # words among the values: they were read as text
        read = read_table("\n".join(["a", *cells, ""]).encode(), "t.csv", kinds={"a": "category"})
    prepared = prepare(read, Recipe((first, then) if then else (first,)))
    names = {"df": read.frame.copy(), "pd": pd}
    exec(pandas_code(read, prepared), names)
    pd.testing.assert_frame_equal(prepared.frame, names["df"], check_dtype=False)  # type: ignore[arg-type]


def test_the_table_as_read_stays_as_it_was(table: Dataset) -> None:
    before = table.frame.copy()
    prepare(table, Recipe(tuple(STEPS[name] for name in ("drop_duplicates", "missing numbers", "merge_levels"))))
    pd.testing.assert_frame_equal(table.frame, before)
    assert len(table.recipe) == 0


def test_values_that_mean_missing_become_missing_and_are_described_so(table: Dataset) -> None:
    prepared = prepare(table, Recipe((STEPS["missing numbers"],)))
    assert prepared.frame["size"].tolist() == [2, 2, pd.NA, 4, 5]
    assert prepared.schema["size"].missing == pytest.approx(0.2)
    assert (prepared.schema["size"].low, prepared.schema["pay"].high) == (2.0, 10.5)


def test_spellings_are_merged_and_rare_levels_put_together(table: Dataset) -> None:
    assert frame_after(table, STEPS["merge_levels"])["city"].tolist() == ["Bern", "Bern", "Bern", "Basel", "Chur"]
    both = prepare(table, Recipe((STEPS["merge_levels"], STEPS["keep_levels"])))
    assert both.frame["city"].tolist() == ["Bern", "Bern", "Bern", "other", "other"]
    assert both.schema["city"].categories == ("Bern", "other")


def test_a_column_treated_as_a_category_keeps_the_words_of_the_file(table: Dataset) -> None:
    frame = frame_after(table, STEPS["as category"])
    assert frame["size"].tolist() == ["2", "2", "-999", "4", "5"]
    assert frame["member"].tolist()[:3] == ["yes", "yes", "no"]
    assert frame["member"].isna().tolist() == [False, False, False, True, False]


def test_text_treated_as_a_number_follows_its_format_and_lists_what_does_not_fit(table: Dataset) -> None:
    prepared = prepare(table, Recipe((STEPS["as number"],)))
    assert prepared.frame["amount"].tolist()[:3] == [1200, 1200, 2000]
    assert prepared.schema["amount"].exceptions == ("unclear",)


def test_duplicates_go_and_the_index_starts_again(table: Dataset) -> None:
    prepared = prepare(table, Recipe((STEPS["drop_duplicates"],)))
    assert prepared.frame.index.tolist() == [0, 1, 2, 3]
    assert prepared.schema["member"].missing == pytest.approx(0.25)


def test_undoing_every_step_gives_the_table_as_read(table: Dataset) -> None:
    recipe = Recipe().plus(STEPS["drop_columns"], STEPS["drop_duplicates"], STEPS["drop_columns"])
    assert len(recipe) == 2
    for step in recipe:
        recipe = recipe.without(step)
    assert prepare(table, recipe) is table


def test_the_same_steps_have_the_same_digest_and_others_another(table: Dataset) -> None:
    one, again = (prepare(table, Recipe((STEPS["split_by"],))).digest for _ in range(2))
    assert one == again != table.digest
    assert prepare(table, Recipe((STEPS["split_in_time"],))).digest != one


def test_a_recipe_survives_json_and_the_folder_of_a_dataset(table: Dataset, tmp_path: Path) -> None:
    recipe = Recipe(tuple(STEPS.values()))
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict(), allow_nan=False))) == recipe
    prepared = prepare(table, Recipe((STEPS["missing numbers"], STEPS["drop_duplicates"])))
    save_dataset(prepared, tmp_path)
    loaded = load_dataset(tmp_path)
    assert loaded.recipe == prepared.recipe
    pd.testing.assert_frame_equal(loaded.frame, prepared.frame)


def test_new_rows_get_the_steps_that_change_values_and_no_others(table: Dataset) -> None:
    recipe = Recipe((STEPS["drop_duplicates"], STEPS["drop_columns"], STEPS["merge_levels"], STEPS["keep_levels"]))
    new = pd.DataFrame({"city": ["bern", "Genf", None]}, index=[7, 8, 9])
    rows = prepare_rows(new.astype("str"), table.schema, recipe)
    assert rows.index.tolist() == [7, 8, 9]
    assert rows["city"].tolist()[:2] == ["Bern", "other"]
    assert rows["city"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((STEPS["drop_columns"], STEPS["split_by"]), "'id', which is not there"),
        ((Step("drop_columns", ("id", "size", "pay", "city", "member", "born", "amount")),), "leave none"),
        ((Step("merge_levels", ("size",), renames=(("a", "b"),)),), "'size' is integer"),
        ((Step("treat_as", ("city",), kind="number"),), "'city' cannot be read as number"),
    ],
)
def test_a_step_that_cannot_be_done_says_why(table: Dataset, steps: tuple[Step, ...], said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        prepare(table, Recipe(steps))


@pytest.mark.parametrize(
    "row", [{"action": "delete"}, {}, {"action": "drop_columns", "kind": "number"}, {"action": "split_by", "x": 1}]
)
def test_a_recipe_of_another_version_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(WorkbenchError):
        Recipe.from_dict([row])
