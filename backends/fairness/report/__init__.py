"""A fairness assessment as a file: HTML for people, JSON for programs.

`content` takes everything a report says out of the assessment and of what was done about it, as plain data; `page`
draws that data and sees nothing else.
"""

from backends.fairness.report.content import FORMAT, Measures, content
from backends.fairness.report.formats import to_html, to_json

__all__ = ["FORMAT", "Measures", "content", "to_html", "to_json"]
