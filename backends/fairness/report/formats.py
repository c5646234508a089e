"""The two formats of a fairness report."""

from __future__ import annotations

import json
from datetime import datetime

from backends.fairness.report.content import content
from backends.fairness.report.done import Measures
from backends.fairness.result import FairnessReport


def to_html(report: FairnessReport, measures: Measures | None = None, now: datetime | None = None) -> str:
    """The report as one HTML file that fetches nothing, for light and dark screens and for paper.

    `measures` is what was done about the findings; `now` is the time it says it was made at.
    """
    from backends.fairness.report.page import page

    return page(content(report, measures, now))


def to_json(report: FairnessReport, measures: Measures | None = None, now: datetime | None = None) -> str:
    """The report as JSON text in full precision; null is what cannot be measured."""
    return json.dumps(content(report, measures, now), allow_nan=False)
