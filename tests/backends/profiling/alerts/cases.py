"""For each rule tables that must raise it, with words of what is found, and tables that must not."""

from __future__ import annotations

from tests.backends.profiling.alerts import cases_forms, cases_people, cases_rows, cases_values, cases_words
from tests.backends.profiling.alerts.case import Case

CASES: dict[str, Case] = (
    cases_forms.CASES | cases_people.CASES | cases_rows.CASES | cases_values.CASES | cases_words.CASES
)
