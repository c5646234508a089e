"""The fairness report as one HTML page, drawn from its data by the template beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backends.fairness.report import measures, tables
from backends.profiling.report.page import FOLDER as STYLES
from backends.profiling.report.template import compiled
from backends.profiling.report.texts import shown

FOLDER = Path(__file__).parent
PARTS = (("style", STYLES / "page.css"), ("drawing", FOLDER / "drawing.css"))
NAVIGATION = {
    "gaps": "Gaps",
    "groups": "Groups",
    "calibration": "Calibration",
    "thresholds": "Thresholds",
    "mitigations": "Mitigations",
    "pareto": "Accuracy against disparity",
    "subgroups": "Worst subgroups",
    "missing": "Not computed",
    "definitions": "Definitions",
    "made": "How this was made",
}
LONGEST = 1_500  # characters of a sentence
ALWAYS = ("gaps", "groups", "thresholds", "definitions", "made")
Data = dict[str, Any]


def page(data: Data) -> str:
    """The page of `content`'s data: no script, font or picture from elsewhere, which its own policy forbids too."""
    template, fixed = compiled(FOLDER, PARTS)
    assessment = data["assessment"]
    first, *rest = assessment["reading"] or ["Nothing was measured."]
    return template.render(
        **fixed,
        title=shown(assessment["title"] or "Decisions", 120),
        positive=shown(assessment["positive"], 60),
        date=data["made"]["date"],
        answer=shown(first, LONGEST),
        reading=[shown(line, LONGEST) for line in rest],
        notes=[shown(line, LONGEST) for line in assessment["notes"]],
        impossibility=shown(assessment["impossibility"], LONGEST) if assessment["impossibility"] else "",
        parts=[(key, name) for key, name in NAVIGATION.items() if key in ALWAYS or _there(data, key)],
        gaps=tables.gaps(assessment),
        groups=tables.groups(assessment),
        calibration=measures.calibration(assessment),
        in_force=measures.in_force(data["in_force"]),
        sliders=measures.sliders(data["sliders"]),
        solutions=[measures.solution(one) for one in data["solutions"]],
        mitigations=[tables.mitigation(one) for one in data["mitigations"]],
        pareto=[measures.pareto(one) for one in data["pareto"]],
        subgroups=[measures.subgroups(one) for one in data["subgroups"]],
        missing=data["not_computed"],
        definitions=data["definitions"],
        colophon=_colophon(data),
    )


def _there(data: Data, key: str) -> bool:
    """Whether a part of the page has something to show."""
    found = {"calibration": data["assessment"]["calibration"], "missing": data["not_computed"]}.get(key, data.get(key))
    return bool(found)


def _colophon(data: Data) -> list[tuple[str, str]]:
    made = data["made"]
    groupings = [grouping["column"] for grouping in data["assessment"]["groupings"]]
    return [
        ("Model", shown(made["model"] or "not known", 120)),
        ("Groups by", shown(", ".join(groupings), 200)),
        ("Rows", f"{made['rows']:,} held-out rows, which the model never saw"),
        ("Intervals", f"95 %, from {made['resamples']:,} bootstrap resamples (seed {made['seed']})"),
        ("Smallest group", f"{made['minimum_rows']} rows; smaller ones are not measurable"),
        ("Made", f"{made['date']} by workbench {made['versions']['workbench']}"),
        ("Versions", ", ".join(f"{name} {words}" for name, words in made["versions"].items())),
        ("In full precision", "The JSON report of the same assessment has every figure."),
    ]
