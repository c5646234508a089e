from __future__ import annotations

import pytest

from backends.datasets.preparation import prepare
from backends.datasets.recipe import Recipe
from backends.profiling import profile
from backends.profiling.alerts import RULES, find_alerts
from tests.backends.profiling.alerts.case import Raises
from tests.backends.profiling.alerts.cases import CASES
from tests.backends.profiling.alerts.tables import TODAY, Columns, alerts, dataset, met

RAISES = [pytest.param(rule, case, id=f"{rule}-{at}") for rule in CASES for at, case in enumerate(CASES[rule].raises)]
QUIET = [pytest.param(rule, table, id=f"{rule}-{at}") for rule in CASES for at, table in enumerate(CASES[rule].quiet)]


def test_every_rule_has_tables_that_raise_it_and_tables_that_do_not() -> None:
    assert set(CASES) == {rule.key for rule in RULES}
    assert all(case.raises and case.quiet for case in CASES.values())


@pytest.mark.parametrize(("rule", "case"), RAISES)
def test_a_table_that_must_raise_the_rule_does(rule: str, case: Raises) -> None:
    found = [alert for alert in met(alerts(case.table, case.target), rule) if alert.columns == case.columns]
    assert len(found) == 1
    for words in case.found:
        assert words in found[0].found
    if case.step is not None:
        assert found[0].steps[0] == case.step


@pytest.mark.parametrize(("rule", "table"), QUIET)
def test_a_table_that_must_not_raise_the_rule_does_not(rule: str, table: Columns) -> None:
    assert met(alerts(table, CASES[rule].target), rule) == []


@pytest.mark.parametrize(("rule", "case"), RAISES)
def test_each_step_can_be_done_and_the_first_one_resolves_its_alert(rule: str, case: Raises) -> None:
    table = dataset(case.table)
    for alert in met(alerts(case.table, case.target), rule):
        for step in alert.steps:
            prepared = prepare(table, Recipe((step,)))
            target = case.target if case.target in prepared.schema else None
            left = find_alerts(profile(prepared, target), TODAY)
            if step == alert.steps[0]:
                assert not [other for other in met(left, rule) if other.columns == alert.columns]
