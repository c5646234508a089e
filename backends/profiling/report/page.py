"""The report as one HTML page, drawn from its data by the template beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backends.datasets.wording import number_of
from backends.profiling.report import parts, pictures
from backends.profiling.report.rows import column_rows
from backends.profiling.report.summary import PRIVATE, answer, sampled
from backends.profiling.report.template import compiled
from backends.profiling.report.texts import amount, percent, shown
from backends.profiling.wording import bytes_in_words

FOLDER = Path(__file__).parent
PARTS = (("style", FOLDER / "page.css"), ("script", FOLDER / "page.js"))
MOST = 20  # rows of a table that are open at once; the others are a click away
LONG = 200  # columns from which a browser should lay out only those in sight
NAVIGATION = {
    "alerts": "What to look at",
    "columns": "Columns",
    "target": "Target",
    "relations": "Relations",
    "missing": "Missing values",
    "made": "How this was made",
}
Data = dict[str, Any]


def page(data: Data) -> str:
    """The page of `content`'s data: no script, font or picture from elsewhere, which its own policy forbids too."""
    template, fixed = compiled(FOLDER, PARTS)
    target = data["target"]
    return template.render(
        **fixed,
        title=shown(data["made"]["table"], 120),
        made=data["made"],
        answer=answer(data),
        cards=_cards(data["overview"]),
        parts=[(key, name) for key, name in NAVIGATION.items() if target or key != "target"],
        alerts=parts.findings(data["alerts"]),
        columns=_columns(data),
        target=parts.target_part(target) if target else None,
        relations=parts.relations_part(data["relations"]),
        missing=parts.missing_part(data["missing"], data["overview"]["rows"]),
        colophon=_colophon(data),
        legend=pictures.scale(),
        most=MOST,
    )


def _cards(overview: Data) -> list[dict[str, str]]:
    rows, kinds = overview["rows"], overview["kinds"]
    complete, repeated = (overview[key] / rows if rows else None for key in ("complete_rows", "duplicate_rows"))
    cards = (
        ("Rows", amount(rows), f"{amount(overview['complete_rows'])} complete ({percent(complete)})"),
        ("Columns", amount(overview["columns"]), ", ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n)),
        (
            "Missing",
            percent(overview["missing_share"]),
            f"{overview['missing']:,} of {number_of(overview['cells'], 'cell')}",
        ),
        (
            "Duplicate rows",
            amount(overview["duplicate_rows"]),
            f"{percent(repeated)} of the rows repeat an earlier one",
        ),
    )
    return [{"name": name, "figure": figure, "words": words} for name, figure, words in cards]


def _columns(data: Data) -> Data:
    rows = data["columns"]["rows"]
    lead = f"{number_of(len(rows), 'column')} in table order. Open one to see all that is known about it."
    return {
        "lead": lead,
        "sample": data["columns"]["sample"],
        "long": len(rows) > LONG,
        "body": column_rows(rows, data["alerts"]),
    }


def _colophon(data: Data) -> list[tuple[str, str]]:
    made = data["made"]
    samples = sampled(data)
    sizes = f"{number_of(data['overview']['rows'], 'row')}, {bytes_in_words(data['overview']['memory'])} in memory"
    rows = (
        ("Table", f"{shown(made['table'], 120)}: {sizes}"),
        ("SHA-256", made["digest"] or "not known"),
        ("Made", f"{made['date']} by workbench {made['versions']['workbench']}"),
        ("Rows looked at", f"All for counts; {samples} (seed {made['seed']})" if samples else "All"),
        ("Privacy", PRIVATE if made["private"] else "Values of the table are shown; a private report leaves them out."),
        ("Versions", ", ".join(f"{name} {words}" for name, words in made["versions"].items())),
        ("In full precision", "The JSON report of the same profile has every figure."),
    )
    return list(rows)
