"""A profile as a file: HTML for people, JSON for programs, Markdown for a repository.

The way of a report: `content` takes everything a report says out of the profile, as plain data, and leaves out what
a private report must not say; `page` and `markdown` draw that data and never see the table. `fields` names every
figure once: what it is, its type, and what becomes of it in a private report; `SCHEMA` is made from it.
"""

from backends.profiling.report.fields import FORMAT
from backends.profiling.report.formats import to_html, to_json, to_markdown
from backends.profiling.report.schema import SCHEMA

__all__ = ["FORMAT", "SCHEMA", "to_html", "to_json", "to_markdown"]
