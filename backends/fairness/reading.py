"""An assessment in sentences for somebody who has never heard of the criteria."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.datasets.wording import agreeing, number_of
from backends.fairness.disparities import CRITERIA, FOUR_FIFTHS
from backends.fairness.significance import SIGNIFICANT, fisher

if TYPE_CHECKING:
    from backends.fairness.result import FairnessReport

Row = dict[str, Any]
FEW = re.compile(r"too few to be compared \(n = \d+\)")
GAPS_TOLD = 3  # with the other sentences at most eight; more are not read, and the table has them all
TITLES = {row.key: row.title for row in CRITERIA}
_RATES = {
    "selection_rate": "Of 100 rows with {group}, {rate} get {positive}",
    "tpr": "Of 100 rows with {group} that have the outcome in truth, {rate} get {positive}",
    "fpr": "Of 100 rows with {group} that do not have the outcome in truth, {rate} get {positive} all the same",
    "ppv": "Of 100 rows with {group} that get {positive}, {rate} have the outcome in truth",
}


def sentences(report: FairnessReport) -> tuple[str, ...]:
    """What the report says: first whether groups are treated differently, then each clear gap in numbers of 100.

    Gaps against the reference group are spoken of where one is chosen, against the best group otherwise. At most eight
    sentences; what cannot hold at once is told by `impossibility`.
    """
    told = _spoken(report)
    if not told:
        return (_nothing(report),)
    clear = [row for row in told if row["q"] <= SIGNIFICANT]
    return (_answer(report, told, clear), *_worst_off(report, clear), *_gaps(report, clear), *_four_fifths(report))


def impossibility(report: FairnessReport) -> str:
    """Why predictive parity and equalised odds cannot both hold; empty where nothing stands against it.

    With base rate p, FPR = p / (1 − p) · (1 − PPV) / PPV · TPR: groups with different base rates cannot share TPR,
    FPR and PPV unless the model makes no errors (Chouldechova 2017; Kleinberg, Mullainathan & Raghavan 2017).
    Said of the two groups with the highest and the lowest base rate of a split, when the intervals of the two do not
    overlap and Fisher's test tells them apart, corrected for the pairs of groups that there are (Bonferroni).
    """
    pair = _base_rates_apart(report.by_group)
    overall = dict(zip(report.overall["measure"], report.overall["value"], strict=True))
    tpr, fpr = overall["tpr"], overall["fpr"]
    if pair is None or not (tpr > 0 and fpr > 0):
        return ""
    rates = [row["value"] for row in pair]
    right = [_percent(tpr * rate / (tpr * rate + fpr * (1 - rate))) for rate in rates]
    return (
        f"Two notions of fairness cannot both hold here. {_percent(rates[0])} of {pair[0]['group']} have the outcome "
        f"in truth, but {_percent(rates[1])} of {pair[1]['group']}. Even with the same true positive rate "
        f"({_percent(tpr)}) and false positive rate ({_percent(fpr)}) for both, a yes would be right for {right[0]} of "
        f"the first and {right[1]} of the second. A model that errs can have equalised odds or predictive parity, "
        f"not both."
    )


def measured(row: Row, digits: int = 2) -> str:
    """A figure of a group with its interval in words, or why there is none.

    >>> measured({"value": 0.56, "low": 0.512, "high": 0.608, "note": ""})
    '0.56 (0.51–0.61)'
    >>> measured({"value": -0.04, "low": -0.08, "high": -0.001, "note": ""})
    '−0.04 (−0.08 to 0.00)'
    >>> measured({"value": np.nan, "low": np.nan, "high": np.nan, "note": "not measurable (n = 3)"})
    'not measurable (n = 3)'
    >>> measured({"value": 1.0, "low": 0.15, "high": 1.0, "note": "too few to be compared (n = 1)"})
    '1.00 (0.15–1.00), too few to be compared (n = 1)'
    """
    if np.isnan(row["value"]):
        return str(row["note"])
    value, low, high = (signed(row[name], digits) for name in ("value", "low", "high"))
    few = FEW.search(str(row["note"]))
    after = f", {few.group()}" if few else ""
    if np.isnan(row["low"]):
        return f"{value} (no interval){after}"
    return f"{value} ({low}{' to ' if row['low'] < 0 else '–'}{high}){after}"


def signed(value: float, digits: int) -> str:
    """A number with a true minus sign, and none in front of a zero.

    >>> signed(-10.54, 1), signed(-0.04, 1)
    ('−10.5', '0.0')
    """
    return f"{value:z.{digits}f}".replace("-", "−")


def spoken_against(report: FairnessReport, split: str) -> str:
    """The opponent that the sentences about a split speak of: the reference group where it has one, else the best."""
    frame = report.disparities
    referred = (frame["split"] == split) & (frame["against"] == "reference")
    return "reference" if referred.any() else "best"


def _spoken(report: FairnessReport) -> list[Row]:
    """The differences that sentences are made of, those that can be measured."""
    frame = report.disparities
    against = {split: spoken_against(report, split) for split in report.splits}
    kept = (frame["kind"] == "difference") & (frame["against"] == frame["split"].map(against))
    return _rows(frame[kept & frame["value"].notna()])


def _nothing(report: FairnessReport) -> str:
    return (
        f"Nothing can be compared: of {report.rows:,} held-out rows, no two groups of "
        f"{', '.join(report.splits)} have the {report.minimum_rows} rows that a measurement needs."
    )


def _answer(report: FairnessReport, told: list[Row], clear: list[Row]) -> str:
    splits = ", ".join(dict.fromkeys(row["split"] for row in told))
    looked = f"{len(told)} gaps between groups of {splits} were looked at"
    if not clear:
        gaps = report.disparities
        looks = int(gaps.loc[gaps["kind"] == "difference", "looks"].sum())
        return _compared(report, len(told), splits) or (
            f"No gap between groups is clearly larger than chance makes it: {looked}, and the clearest has "
            f"{_q_value(min(row['q'] for row in told), looks)}: chance alone makes so clear a gap among them at "
            "most that often. "
            "That does not prove that there is none."
        )
    widest = max(clear, key=lambda row: row["value"])
    return (
        f"The model treats groups differently: {looked}, and {len(clear)} of them "
        f"{agreeing(len(clear), 'is', 'are')} larger than chance makes {agreeing(len(clear), 'it', 'them')}. "
        f"The widest is in {TITLES[widest['criterion']].lower()}: {widest['group']} against {widest['other']}, "
        f"{_apart(widest)}."
    )


def _compared(report: FairnessReport, widest: int, splits: str) -> str:
    """The answer where none of the widest gaps is clear, but other comparisons are; empty where none is.

    The widest gap is often that of a small group, of which little is known. A larger group can differ less, and
    clearly so: the comparisons are all of them, with q-values of their own (Benjamini and Hochberg's, which bound the
    share of false findings; those of the widest gaps are Bonferroni's, which bound the chance of any).
    """
    frame = report.comparisons
    clear = sorted(_rows(frame[frame["q"] <= SIGNIFICANT]), key=lambda row: (row["q"], -abs(row["difference"])))
    if not clear:
        return ""
    looks, row = int(frame["p"].notna().sum()), clear[0]
    kept = (report.by_group["split"] == row["split"]) & (report.by_group["measure"] == row["measure"])
    rate = report.by_group[kept].set_index("group")["value"][row["group"]]
    start = _RATES[row["measure"]].format(group=row["group"], rate=_hundred(rate), positive=repr(report.positive))
    other = row["other"] if row["against"] == "rest" else f"those with {row['other']}"
    ends = f"95 % interval {_points(row['difference_low'])} to {_points(row['difference_high'])}"
    return (
        f"The model treats groups differently: of {looks} comparisons of groups of {splits}, {len(clear)} "
        f"{agreeing(len(clear), 'is', 'are')} larger than chance makes {agreeing(len(clear), 'it', 'them')}. "
        f"The clearest: {start}; of {other} {_hundred(rate - row['difference'])}: {_points(row['difference'])} "
        f"percentage points apart ({ends}; {_q_value(row['q'], looks)}: of the comparisons as clear as "
        f"this, at most that share is expected to be chance). The {number_of(widest, 'widest gap')}, picked from all "
        f"for {agreeing(widest, 'its', 'their')} width, may be chance."
    )


def _q_value(q: float, looks: int) -> str:
    """The q-value in words, with the number of gaps that it was corrected for."""
    return f"the q-value {q:.2g} after correction for {number_of(looks, 'look')}"


def _gaps(report: FairnessReport, clear: list[Row]) -> Iterator[str]:
    """Each gap once, with the criteria that it breaks: "Of 100 rows with sex=f, 62 get 'Yes'; of sex=m 78: …".

    The widest first, those by a single column before those by several.
    """
    crossed = _crossed(report)
    clear = sorted(clear, key=lambda row: (row["split"] in crossed, -row["value"]))
    titles: dict[tuple[str, ...], list[str]] = {}
    for row in clear:
        titles.setdefault(_gap_of(row), []).append(TITLES[row["criterion"]])
    values = report.by_group.set_index(["split", "group", "measure"])["value"].to_dict()
    told = 0
    for row in clear:
        broken = titles.pop(_gap_of(row), [])
        told += bool(broken)
        if broken and told <= GAPS_TOLD:
            rate = _hundred(values[row["split"], row["group"], row["measure"]])
            start = _RATES[row["measure"]].format(group=row["group"], rate=rate, positive=repr(report.positive))
            other = _hundred(values[row["split"], row["other"], row["measure"]])
            unsure = "" if row["low"] > 0 else "; the interval includes no difference"
            title = " and ".join(broken).capitalize()
            yield f"{title}: {start}; of those with {row['other']} {other}: {_apart(row)}{unsure}."
    if told > GAPS_TOLD:
        more = told - GAPS_TOLD
        yield f"{more} more clear {agreeing(more, 'gap is', 'gaps are')} in the table."


def _worst_off(report: FairnessReport, clear: list[Row]) -> Iterator[str]:
    """Who gets the fewest of a good outcome, or the most of a bad one, by the widest clear gap."""
    gaps = [row for row in clear if row["criterion"] == "demographic_parity"]
    if gaps:
        good = report.options.favourable
        widest = max(gaps, key=lambda row: row["value"])
        yield (
            f"If {report.positive!r} is {'good' if good else 'bad'} for those who get it, the worst off are those with "
            f"{widest['smallest' if good else 'largest']}, who get it {'least' if good else 'most'} often."
        )


def _gap_of(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ("split", "measure", "group", "other"))


def _four_fifths(report: FairnessReport) -> Iterator[str]:
    """The lowest ratio of selection rates by a single column, and the lowest by several at once."""
    frame, crossed = report.disparities, _crossed(report)
    kept = (frame["criterion"] == "demographic_parity") & (frame["kind"] == "ratio") & (frame["against"] == "best")
    found = _rows(frame[kept & frame["value"].notna()])
    for several, noun in ((False, "column"), (True, "intersection")):
        rows = [row for row in found if (row["split"] in crossed) == several]
        if rows:
            worst = min(rows, key=lambda row: row["value"])
            failing = sum(not row["passes_four_fifths"] for row in rows if row is not worst)
            more = f" So {agreeing(failing, 'does', 'do')} {number_of(failing, noun)} more, in the table."
            yield from (words + more * bool(failing) for words in _ratio_told(worst, len(report.splits) == 1))


def _ratio_told(row: Row, alone: bool) -> Iterator[str]:
    """The ratio in words; nothing when it clearly passes and is not the only one."""
    state = "passes" if row["passes_four_fifths"] else "fails"
    unsure = row["low"] < FOUR_FIFTHS <= row["high"]
    if alone or unsure or state == "fails":
        yield (
            f"By {row['split']}, the lowest selection rate ({row['smallest']}) is {_percent(row['value'])} of the "
            f"highest ({row['largest']}), 95 % interval {_percent(row['low'])} to {_percent(row['high'])}: it {state} "
            f"the four-fifths rule{', but the interval leaves that open' if unsure else ''}."
        )


def _crossed(report: FairnessReport) -> set[str]:
    """The splits by several columns at once."""
    return {groups.title for groups in report.groups if len(groups.columns) > 1}


def _base_rates_apart(by_group: pd.DataFrame) -> tuple[Row, Row] | None:
    """The highest and the lowest base rate of the first split where they are clearly apart."""
    rates = by_group[(by_group["measure"] == "base_rate") & by_group["low"].notna()]
    splits = [_rows(frame) for _, frame in rates.groupby("split", sort=False)]
    pairs = sum(len(rows) * (len(rows) - 1) // 2 for rows in splits)
    for rows in splits:
        high, low = max(rows, key=lambda row: row["low"]), min(rows, key=lambda row: row["high"])
        counts = [count for row in (high, low) for count in (round(row["value"] * row["n"]), row["n"])]
        if high["low"] > low["high"] and pairs * fisher(*counts) <= SIGNIFICANT:
            return high, low
    return None


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _apart(row: Row) -> str:
    ends = "" if np.isnan(row["low"]) else f" (95 % interval {_points(row['low'])} to {_points(row['high'])})"
    return f"{_points(row['value'])} percentage points apart{ends}"


def _points(share: float) -> str:
    return signed(100 * share, 1)


def _hundred(rate: float) -> str:
    return f"{100 * rate:.0f}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.0f} %"
