"""Associations equal pandas and scipy, near duplicates are found without comparing every pair, pairs are small."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.cluster import hierarchy

from backends.datasets import read_table
from backends.datasets.schema import Column, Dataset, Schema
from backends.errors import WorkbenchError
from backends.profiling.budget import Budget
from backends.profiling.relations import associations, near_duplicates, pair
from backends.profiling.relations.association import MOST, Associations
from backends.profiling.relations.clustering import clustered
from backends.profiling.relations.correlation import correlations
from backends.profiling.relations.duplicates import agreement
from backends.profiling.relations.nominal import correlation_ratio, cramers_v
from backends.profiling.relations.ranks import average_ranks
from backends.profiling.values import Values

EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[4] / "shared" / "data"))
DAY = np.datetime64("2020-01-01", "us")


def table(columns: dict[str, object], **kinds: str) -> Values:
    """A table of numbers and categories; other kinds by name."""
    frame = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    schema = []
    for name in frame:
        default = "category" if isinstance(frame[name].dtype, pd.StringDtype) else "number"
        known = frame[name]
        kind = kinds.get(name, default)
        schema.append(Column(name, kind, missing=float(known.isna().mean()), distinct=int(known.nunique())))
    return Values(Dataset(frame, Schema(tuple(schema))))


def mixed(rows: int = 300, seed: int = 0) -> Values:
    random = np.random.default_rng(seed)
    age = random.integers(18, 80, rows).astype(float)
    pay = age * 100 + random.normal(size=rows) * 900
    pay[random.random(rows) < 0.2] = np.nan
    age[random.random(rows) < 0.1] = np.nan
    team = pd.Series(random.choice(["red", "blue", "green"], rows), dtype="str")
    team[random.random(rows) < 0.1] = np.nan
    site = pd.Series(np.where(team == "red", "north", random.choice(["south", "east"], rows)), dtype="str")
    joined = DAY + random.integers(0, 5000, rows).astype("timedelta64[D]")
    columns = {"age": age, "pay": pay, "whole": random.integers(0, 5, rows), "team": team, "site": site}
    return table(columns | {"joined": joined}, whole="integer", joined="datetime")


def row(found: Associations, first: str, second: str) -> pd.Series:
    pairs = found.pairs
    return pairs[(pairs["first"] == first) & (pairs["second"] == second)].iloc[0]


def test_correlations_equal_pandas_with_gaps_ties_and_infinities() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.integers(0, 6, (60, 7)).astype(float), columns=list("abcdefg"))
    frame["b"] = frame["a"] * 1e5 + frame["b"]
    frame["c"] = 1e9 + frame["c"] / 1e3
    frame[random.random(frame.shape) < 0.3] = np.nan
    frame.loc[3, "d"], frame.loc[4, "e"], frame["g"] = np.inf, -np.inf, 0.1
    found = correlations(np.where(np.isinf(frame), np.nan, frame).T)
    finite = frame.replace([np.inf, -np.inf], np.nan)
    finite["c"] -= 1e9  # exact, and easier on pandas' running means
    np.testing.assert_allclose(found.pearson, finite.corr(), atol=1e-9)
    np.testing.assert_allclose(found.spearman, finite.corr(method="spearman"), atol=1e-9)
    assert found.rows[0, 3] == (finite["a"].notna() & finite["d"].notna()).sum()


def test_numbers_whose_squares_overflow_are_measured() -> None:
    numbers = np.array([1.0, 2, 3, 4, 5, 7])
    found = correlations(np.array([numbers, numbers * 1e305, numbers * -1e-305]))
    np.testing.assert_allclose(np.abs(found.pearson), np.ones((3, 3)))


def test_an_outlier_in_a_row_without_partner_does_not_blur_the_pair() -> None:
    huge, other = np.array([1.0, 2.0, 3.0, 4.0, 1e12]), np.array([1.0, 3.0, 2.0, 4.0, np.nan])
    found = correlations(np.array([huge, other]))
    assert found.pearson[0, 1] == pytest.approx(0.8)
    assert correlation_ratio(np.array([0, 0, 1, 1, -1]), huge).eta == pytest.approx(np.sqrt(0.8))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.integers(-5, 5), st.floats(-1e6, 1e6))] * 3), max_size=25))
def test_correlations_of_anything_equal_pandas(rows: list[tuple]) -> None:
    frame = pd.DataFrame(rows, columns=list("abc"), dtype=float)
    found = correlations(frame.to_numpy().T.copy())
    for name, mine in (("pearson", found.pearson), ("spearman", found.spearman)):
        theirs = frame.corr(method=name).to_numpy()
        measured = ~np.isnan(mine) & ~np.isnan(theirs)
        np.testing.assert_allclose(mine[measured], theirs[measured], atol=1e-6)
        for one, two in np.argwhere(np.isnan(mine) & (found.rows > 1)):
            both = frame.iloc[:, [one, two]].dropna()
            assert both.nunique().min() == 1  # only what does not vary is not measured


@given(st.lists(st.one_of(st.just(float("nan")), st.integers(-3, 3).map(float)), min_size=1, max_size=30))
def test_ranks_equal_scipy(numbers: list[float]) -> None:
    expected = stats.rankdata(numbers, nan_policy="omit")
    np.testing.assert_array_equal(average_ranks(np.array([numbers]))[0], expected)


def test_cramers_v_is_bergsmas_correction_of_scipys_statistic() -> None:
    counts = np.array([[20, 5, 9], [4, 30, 6]])
    n, (r, k) = counts.sum(), counts.shape
    phi2 = stats.chi2_contingency(counts, correction=False).statistic / n
    fixed = max(0, phi2 - (r - 1) * (k - 1) / (n - 1))
    expected = np.sqrt(fixed / min(r - (r - 1) ** 2 / (n - 1) - 1, k - (k - 1) ** 2 / (n - 1) - 1))
    assert cramers_v(counts) == pytest.approx(expected)
    assert cramers_v(np.pad(counts, ((0, 1), (1, 0)))) == pytest.approx(expected)  # levels that do not occur
    assert cramers_v(np.eye(4) * 25) == pytest.approx(1)
    assert cramers_v(np.full((5, 5), 4)) == 0
    assert np.isnan(cramers_v(np.array([[3, 4]])))
    assert np.isnan(cramers_v(np.eye(6)))  # as many levels as rows


def test_the_correlation_ratio_is_the_root_of_an_anovas_share() -> None:
    random = np.random.default_rng(0)
    codes, numbers = random.integers(0, 4, 200), random.normal(size=200)
    numbers += codes
    f = stats.f_oneway(*[numbers[codes == at] for at in range(4)]).statistic
    assert correlation_ratio(codes, numbers).eta == pytest.approx(np.sqrt(3 * f / (3 * f + 196)))
    two = correlation_ratio(codes // 2, numbers).eta
    assert two == pytest.approx(abs(stats.pearsonr(codes // 2, numbers).statistic))


def test_many_levels_without_meaning_do_not_look_like_much() -> None:
    random = np.random.default_rng(0)
    found = correlation_ratio(random.integers(0, 80, 200), random.normal(size=200))
    assert found.eta > 0.5
    assert found.corrected < 0.3


def test_every_pair_of_a_mixed_table_has_the_measure_of_its_kinds() -> None:
    values = mixed()
    found, frame = associations(values, Budget()), values.dataset.frame
    assert set(found.columns) == set(frame)
    assert len(found.pairs) == 15
    age_pay = row(found, "age", "pay")
    assert age_pay["pearson"] == pytest.approx(frame["age"].corr(frame["pay"]))
    assert age_pay["spearman"] == pytest.approx(frame["age"].corr(frame["pay"], method="spearman"))
    assert age_pay["strength"] == pytest.approx(max(age_pay["pearson"], age_pay["spearman"]))
    assert age_pay["rows"] == frame[["age", "pay"]].notna().all(axis=1).sum()
    team_site = row(found, "team", "site")
    assert team_site["measure"] == "Cramér's V"
    assert team_site["value"] == pytest.approx(cramers_v(pd.crosstab(frame["team"], frame["site"]).to_numpy()))
    assert row(found, "pay", "team")["measure"] == "correlation ratio"
    assert row(found, "age", "joined")["measure"] in ("Pearson", "Spearman")


def test_the_matrix_holds_the_strengths_of_the_pairs_strongest_first() -> None:
    found = associations(mixed(), Budget())
    place = {name: at for at, name in enumerate(found.columns)}
    for pair_row in found.pairs.itertuples():
        at = place[pair_row.first], place[pair_row.second]
        assert found.strength[at] == found.strength[at[::-1]] == pair_row.strength
    assert (np.diagonal(found.strength) == 1).all()
    assert found.pairs["strength"].is_monotonic_decreasing
    assert found.shown_of == (6, 6)
    assert found.sample.whole


def test_what_cannot_be_compared_is_named_with_its_reason() -> None:
    count = 200
    columns = {
        "x": np.arange(count) % 7, "same": np.ones(count), "none": np.full(count, np.nan),
        "id": pd.Series([f"i{at}" for at in range(count)], dtype="str"),
        "notes": pd.Series(["some words"] * count, dtype="str"), "one": pd.Series(["a"] * count, dtype="str"),
    }  # fmt: skip
    found = associations(table(columns, id="identifier", notes="text"), Budget())
    reasons = found.left_out.set_index("column")["reason"]
    assert found.columns == ("x",)
    assert reasons["notes"] == "free text"
    assert reasons["id"] == "200 distinct values in 200 rows: hardly any repeats"
    assert reasons["same"] == reasons["one"] == "one value only"
    assert reasons["none"].startswith("no values")


def test_few_rows_are_not_measurable_and_say_so() -> None:
    nothing = [np.nan] * 4
    found = associations(table({"a": [1.0, 2, 3, *nothing], "b": [5.0, 4, 1, *nothing]}), Budget()).pairs.iloc[0]
    assert np.isnan(found["strength"])
    assert found["note"] == "not measurable (3 rows with both values)"
    assert found["rows"] == 3


def test_rare_levels_are_put_together_and_the_pair_says_so() -> None:
    random = np.random.default_rng(0)
    many = pd.Series([f"l{at}" for at in random.integers(0, 300, 3000)], dtype="str")
    few = pd.Series(random.choice(["a", "b"], 3000), dtype="str")
    note = associations(table({"many": many, "few": few}), Budget()).pairs["note"].iloc[0]
    assert note == "the 201 rarest levels of 'many' count as one"


def test_a_sample_is_named() -> None:
    random = np.random.default_rng(0)
    values = table({"a": random.normal(size=50_000), "b": random.normal(size=50_000)})
    found = associations(values, Budget(seconds=0.01))
    assert found.sample.words == "from a random sample of 10,000 of 50,000 rows"
    assert found.pairs["rows"].iloc[0] == 10_000


def test_a_wide_table_shows_the_columns_with_the_strongest_partners() -> None:
    random = np.random.default_rng(0)
    columns: dict[str, object] = {f"c{at}": random.normal(size=500) for at in range(200)}
    columns["twin"] = columns["c17"] + random.normal(size=500) * 0.1
    columns["word"] = pd.Series(np.where(columns["c42"] > 0, "up", "down"), dtype="str")
    values = table(columns)
    found = associations(values, Budget())
    assert found.shown_of == (MOST, 202)
    assert {"c17", "twin", "c42", "word"} <= set(found.columns)
    assert set(found.pairs.loc[0, ["first", "second"]]) == {"c17", "twin"}
    chosen = associations(values, Budget(), ["c1", "c3", "c2"])
    assert sorted(chosen.columns) == ["c1", "c2", "c3"]


def test_an_unknown_column_is_told() -> None:
    with pytest.raises(WorkbenchError, match="no column 'nope'"):
        associations(mixed(), Budget(), ["age", "nope"])


def test_clustering_joins_like_scipys_average_linkage() -> None:
    random = np.random.default_rng(3)
    strength = np.corrcoef(random.normal(size=(9, 6))) ** 2
    order = clustered(strength)
    assert sorted(order) == list(range(9))
    near = 1 - strength[np.triu_indices(9, 1)]
    tree = hierarchy.linkage(near, "average")
    groups = {at: {at} for at in range(9)}
    for at, (one, two, *_rest) in enumerate(tree, start=9):
        groups[at] = groups[int(one)] | groups[int(two)]
        places = sorted(order.index(leaf) for leaf in groups[at])
        assert places == list(range(places[0], places[0] + len(places)))  # every group of the tree stands together


def test_columns_that_say_the_same_are_found_whatever_their_kind() -> None:
    random = np.random.default_rng(0)
    size = 400
    x, level = random.normal(size=size), random.integers(0, 4, size)
    gappy = np.where(random.random(size) < 0.3, np.nan, x)
    names = pd.Series(np.array(["a", "b", "c", "d"])[level], dtype="str")
    nearly = names.where(random.random(size) > 0.005, "a")
    columns = {
        "x": x, "noise": random.normal(size=size), "again": x.copy(), "rescaled": -3 * x + 1, "gappy": gappy,
        "curved": np.exp(x), "level": level, "letter": names, "nearly": nearly, "letter2": names.copy(),
    }  # fmt: skip
    found = near_duplicates(table(columns, level="integer"), Budget()).set_index("second")
    assert found["first"].to_dict() == {
        "again": "x", "letter2": "letter", "rescaled": "x", "gappy": "x", "curved": "x", "letter": "level",
        "nearly": "letter",
    }  # fmt: skip
    assert found["identical"].to_dict() == {name: name in ("again", "letter2") for name in found.index}
    assert found.loc["gappy", "rows"] == (~np.isnan(gappy)).sum()
    assert 0.98 <= found.loc["nearly", "strength"] < 1


def test_equality_is_exact_and_knows_its_kinds() -> None:
    big = np.array([2**62, 2**62 + 1, 5, 7, 9, 11] * 2)
    close = big.copy()
    close[0] -= 1  # the same number as float64
    gaps = pd.array([1, None, 3, 1, 5, 3] * 2, dtype="Int64")
    columns = {
        "big": big, "same": big.copy(), "close": close, "gaps": gaps, "floats": np.array([1, np.nan, 3, 1, 5, 3] * 2),
        "texts": pd.Series(["1", None, "3", "1", "5", "3"] * 2, dtype="str"),
    }  # fmt: skip
    kinds = dict.fromkeys(("big", "same", "close", "gaps"), "integer")
    found = near_duplicates(table(columns, **kinds), Budget()).set_index("second")
    assert found.loc["same", "identical"]
    assert not found.loc["close", "identical"]
    assert found.loc["floats", ["first", "identical"]].tolist() == ["gaps", True]
    assert found.loc["texts", ["first", "identical"]].tolist() == ["gaps", False]


def test_constant_columns_and_a_finer_level_are_no_duplicates() -> None:
    random = np.random.default_rng(0)
    fine = random.integers(0, 6, 300)
    columns = {
        "fine": pd.Series(np.array(list("abcdef"))[fine], dtype="str"),
        "coarse": pd.Series(np.array(["x", "x", "x", "y", "y", "y"])[fine], dtype="str"),
        "one": np.ones(300), "two": np.full(300, 2.0), "none": np.full(300, np.nan), "nothing": np.full(300, np.nan),
    }  # fmt: skip
    assert near_duplicates(table(columns), Budget()).empty


def test_rare_flags_are_not_duplicates_because_both_are_mostly_no() -> None:
    flags = np.zeros((2, 1000), dtype=int)
    flags[0, :5], flags[1, 5:10] = 1, 1
    assert agreement(np.array([[990, 5], [5, 0]])) < 0.05
    words = {
        name: pd.Series(np.where(row_ == 1, "yes", "no"), dtype="str") for name, row_ in zip("ab", flags, strict=True)
    }
    assert near_duplicates(table(words), Budget()).empty


def test_free_text_is_compared_for_equality_in_a_large_table() -> None:
    texts = pd.Series([f"note {at}" for at in range(30_000)], dtype="str")
    other = texts.copy()
    other[29_999] = "changed"
    values = table({"a": texts, "b": other, "c": texts.copy()}, a="text", b="text", c="text")
    found = near_duplicates(values, Budget())
    assert found[["first", "second", "identical"]].to_numpy().tolist() == [["a", "c", True]]


@pytest.mark.skipif(not EXTRA.exists(), reason=f"real data not found at {EXTRA}")
def test_adults_education_is_written_twice() -> None:
    found = near_duplicates(Values(read_table(EXTRA / "tabular" / "adult_train.csv", "adult.csv")), Budget())
    assert found[["first", "second", "identical"]].to_numpy().tolist() == [["education", "education_num", False]]


def test_a_pair_of_numbers_is_points_or_a_density_of_all_rows() -> None:
    few, many = mixed(300), mixed(5000)
    points, density = pair(few, "age", "pay"), pair(many, "age", "pay")
    both = few.dataset.frame[["age", "pay"]].dropna()
    assert (points.picture, density.picture) == ("points", "density")
    assert points.frame[["x", "y"]].to_numpy().tolist() == both.to_numpy().tolist()
    assert points.notes == (f"{300 - len(both):,} rows without both values are not shown",)
    assert density.frame["rows"].sum() == density.rows == many.dataset.frame[["age", "pay"]].notna().all(axis=1).sum()
    assert len(density.frame) <= 2500
    assert density.trend["rows"].sum() == density.rows


def test_the_trend_is_the_median_of_groups_of_equal_size() -> None:
    values = table({"x": np.arange(100.0), "y": np.arange(100.0) * 2})
    trend = pair(values, "x", "y").trend
    assert trend["rows"].tolist() == [5] * 20
    assert (trend["p50"] == trend["x"] * 2).all()


def test_many_rows_with_a_colour_are_a_seeded_sample_that_is_named() -> None:
    values = mixed(5000)
    found = pair(values, "age", "pay", "team", Budget(seed=1))
    again = pair(values, "age", "pay", "team", Budget(seed=1))
    assert len(found.frame) == 2000
    assert found.sample.words == f"from a random sample of 2,000 of {found.rows:,} rows"
    pd.testing.assert_frame_equal(found.frame, again.frame)
    assert set(found.frame["colour"].dropna()) == set(found.groups) == {"red", "blue", "green"}


def test_a_number_and_levels_are_boxes_by_group_with_quartiles_of_all_rows() -> None:
    values = mixed()
    frame = values.dataset.frame
    for names in (("pay", "site"), ("site", "pay")):
        boxes = pair(values, *names).frame.set_index("level")
        for level, rows in frame.dropna(subset="pay").groupby("site"):
            expected = rows["pay"].quantile([0.25, 0.5, 0.75]).tolist()
            assert boxes.loc[level, ["p25", "p50", "p75"]].tolist() == pytest.approx(expected)
            assert boxes.loc[level, "rows"] == len(rows)
    grouped = pair(values, "site", "pay", "age")
    assert len(grouped.groups) == 4
    assert grouped.frame["rows"].sum() == frame[["site", "pay", "age"]].notna().all(axis=1).sum()


def test_two_columns_of_levels_are_counts_and_shares() -> None:
    values = table({
        "a": pd.Series(["x", "x", "x", "y"], dtype="str"), "b": pd.Series(["p", "p", "q", "q"], dtype="str"),
        "n": [1.0, 3.0, 5.0, 7.0], "flag": [True, False, True, True],
    }, flag="boolean")  # fmt: skip
    found = pair(values, "a", "b", "n")
    assert found.frame.to_numpy().tolist() == [
        ["x", "p", 2, 2 / 3, 2.0],
        ["x", "q", 1, 1 / 3, 5.0],
        ["y", "q", 1, 1.0, 7.0],
    ]
    assert found.colour_title == "mean of n"
    flagged = pair(values, "a", "b", "flag")
    assert flagged.colour_title == "share of flag = True"
    assert flagged.frame["colour"].tolist() == [0.5, 1.0, 1.0]


def test_rare_levels_share_one_place_and_text_is_its_length() -> None:
    many = pd.Series([f"l{at % 40}" for at in range(400)], dtype="str")
    texts = pd.Series(["é" * (at % 5) for at in range(400)], dtype="str")
    found = pair(table({"many": many, "texts": texts}, texts="text"), "texts", "many")
    assert found.x.title == "texts (characters)"
    assert found.y.labels[-1] == "21 other levels"
    assert found.notes == ("the 21 less frequent levels of 'many' are shown as one",)
    assert found.frame["high"].max() == 4


def test_a_density_is_not_squeezed_by_outliers_and_counts_what_lies_outside() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=5000)
    x[:3] = 1e6
    found = pair(table({"x": x, "y": random.normal(size=5000)}), "x", "y")
    assert found.frame["x"].nunique() > 20
    assert found.frame["rows"].sum() + int(found.notes[0].split()[0]) == 5000
    assert found.notes[0].endswith("rows with extreme values lie outside the picture")


def test_dates_stay_dates_in_pictures() -> None:
    found = pair(mixed(5000), "joined", "age")
    assert found.frame["x"].dtype.kind == found.trend["x"].dtype.kind == "M"
    assert found.frame["x"].between("2019-12-01", "2034-01-01").all()


WILD = {
    "no rows": {"a": np.array([]), "b": pd.Series([], dtype="str")},
    "one row": {"a": [1.0], "b": pd.Series(["x"], dtype="str")},
    "one column": {"a": np.arange(9.0)},
    "nothing": {"a": np.full(9, np.nan), "b": pd.Series([None] * 9, dtype="str")},
    "extremes": {"a": [np.inf, -np.inf, 1e308, -1e308, np.nan, 5e-324] * 5, "b": [2**63 - 1, -(2**63), 0] * 10},
    "dates": {"a": np.array(["1677-01-01", "9999-12-31", "NaT"] * 4, dtype="datetime64[us]"), "b": np.arange(12.0)},
    "names": {"<b>": range(12), "": pd.Series(["x" * 200_000, "y", "😀"] * 4, dtype="str"), "5": [True, False] * 6},
}  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("columns", WILD.values(), ids=WILD)
def test_awkward_tables_are_answered_without_a_warning(columns: dict[str, object]) -> None:
    kinds = {"a": "datetime"} if getattr(columns.get("a"), "dtype", None) == "datetime64[us]" else {"5": "boolean"}
    values = table(columns, **kinds)
    found = associations(values, Budget())
    known = found.strength[~np.isnan(found.strength)]
    assert ((known >= 0) & (known <= 1)).all()
    assert len(found.columns) + len(found.left_out) == len(columns)
    assert len(near_duplicates(values, Budget())) < len(columns)
    for first in columns:
        for second in columns:
            for third in (None, *columns):
                assert len(pair(values, first, second, third).frame) <= 5000


@pytest.mark.parametrize("other", [b"%d", b"g%d"])
def test_numbers_near_the_end_of_their_range_are_drawn_too(other: bytes) -> None:
    lines = [b"%se308,%s" % (b"-1" if n % 2 else b"1", other % (n % 10)) for n in range(60)]
    values = Values(read_table(b"a,b\n" + b"\n".join(lines) + b"\n", "t.csv"))
    found = pair(values, "b", "a")
    assert found.rows == 60
    assert len(found.frame)
