"""An assessment in sentences for somebody who has never heard of the criteria."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.fairness.disparities import CRITERIA, FOUR_FIFTHS
from backends.fairness.significance import SIGNIFICANT, fisher

if TYPE_CHECKING:
    from backends.fairness.result import FairnessReport

Row = dict[str, Any]
GAPS_TOLD = 6  # more sentences are not read; the table has them all
TITLES = {row.key: row.title for row in CRITERIA}
_RATES = {
    "selection_rate": "Of 100 rows with {group}, {rate} get {positive}",
    "tpr": "Of 100 rows with {group} that have the outcome in truth, {rate} get {positive}",
    "fpr": "Of 100 rows with {group} that do not have the outcome in truth, {rate} get {positive} all the same",
    "ppv": "Of 100 rows with {group} that get {positive}, {rate} have the outcome in truth",
}


def sentences(report: FairnessReport) -> tuple[str, ...]:
    """What the report says: first whether groups are treated differently, then each clear gap in numbers of 100.

    Gaps against the reference group are spoken of where one is chosen, against the best group otherwise.
    """
    told = _spoken(report)
    if not told:
        return (_nothing(report),)
    clear = [row for row in told if row["q"] <= SIGNIFICANT]
    excluded = impossibility(report)
    return (
        _answer(told, clear),
        *_worst_off(report, clear),
        *_gaps(report, clear),
        *_four_fifths(report),
        *([excluded] if excluded else []),
    )


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


def _answer(told: list[Row], clear: list[Row]) -> str:
    splits = ", ".join(dict.fromkeys(row["split"] for row in told))
    looked = f"{len(told)} gaps between groups of {splits} were looked at"
    if not clear:
        return (
            f"No gap between groups is clearly larger than chance makes it: {looked}, and the clearest has "
            f"q = {min(row['q'] for row in told):.2g} after correction for all looks. "
            "That does not prove that there is none."
        )
    widest = max(clear, key=lambda row: row["value"])
    return (
        f"The model treats groups differently: {looked}, and {len(clear)} of them are larger than chance makes them. "
        f"The widest is in {TITLES[widest['criterion']].lower()}: {widest['group']} against {widest['other']}, "
        f"{_apart(widest)}."
    )


def _gaps(report: FairnessReport, clear: list[Row]) -> Iterator[str]:
    """Each gap once, with the criteria that it breaks: "Of 100 rows with sex=f, 62 get 'Yes'; of sex=m 78: …"."""
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
        yield f"{told - GAPS_TOLD} more clear gaps are in the table."


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
    frame = report.disparities
    kept = (frame["criterion"] == "demographic_parity") & (frame["kind"] == "ratio") & (frame["against"] == "best")
    for row in _rows(frame[kept & frame["value"].notna()]):
        state = "passes" if row["passes_four_fifths"] else "fails"
        unsure = row["low"] < FOUR_FIFTHS <= row["high"]
        if row["passes_four_fifths"] and not unsure and len(report.splits) > 1:
            continue
        yield (
            f"By {row['split']}, the lowest selection rate ({row['smallest']}) is {_percent(row['value'])} of the "
            f"highest ({row['largest']}), 95 % interval {_percent(row['low'])} to {_percent(row['high'])}: it {state} "
            f"the four-fifths rule{', but the interval leaves that open' if unsure else ''}."
        )


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
    ends = "" if np.isnan(row["low"]) else f" (95 % interval {100 * row['low']:.1f} to {100 * row['high']:.1f})"
    return f"{100 * row['value']:.1f} percentage points apart{ends}"


def _hundred(rate: float) -> str:
    return f"{100 * rate:.0f}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.0f} %"
