"""A fairness assessment as a file: HTML for people, JSON for programs.

`content` takes everything a report says out of the assessment and of what was done about it (`Measures`), as plain
data; `page` draws that data and sees nothing else. What was not worked out is named as such. `LAYOUT` documents every
field of the JSON, which carries that table itself.
"""

from backends.fairness.report.content import content
from backends.fairness.report.done import Measures, Missing, Solved, Tried, not_computed
from backends.fairness.report.formats import to_html, to_json
from backends.fairness.report.layout import FORMAT, LAYOUT

__all__ = [
    "FORMAT",
    "LAYOUT",
    "Measures",
    "Missing",
    "Solved",
    "Tried",
    "content",
    "not_computed",
    "to_html",
    "to_json",
]
