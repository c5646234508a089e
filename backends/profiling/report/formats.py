"""The three formats of a report."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from backends.profiling.report.content import content, with_short_values

if TYPE_CHECKING:
    from backends.profiling.profile import Profile


def to_html(profile: Profile, private: bool = False, now: datetime | None = None) -> str:
    """The report as one HTML file that fetches nothing, for light and dark screens and for paper.

    `private` keeps values of the table out of it (see `privacy`); `now` is the time it says it was made at.
    """
    from backends.profiling.report.page import page

    return page(content(profile, private, now))


def to_json(profile: Profile, private: bool = False, now: datetime | None = None) -> str:
    """The report as JSON text in full precision, documented by `SCHEMA`; null is what cannot be measured.

    Values of the table are cut after 200 characters.
    """
    return json.dumps(with_short_values(content(profile, private, now)), allow_nan=False)


def to_markdown(profile: Profile, private: bool = False, now: datetime | None = None) -> str:
    """The report as Markdown with tables, as GitHub shows them."""
    from backends.profiling.report.markdown import markdown

    return markdown(content(profile, private, now))
