from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.bundle import pack
from backends.errors import WorkbenchError
from backends.registry import Route
from backends.serving.limits import Gate
from backends.serving.refusals import Invalid, NotFound, Overloaded, TooMany, Unauthorised
from backends.serving.service import Options, Service, close_service, service
from backends.settings import MEGABYTE, Settings
from tests.backends.serving.memory_alone import alone
from tests.backends.serving.published import handmade
from tests.backends.serving.standing_in import Shelf

ROW = [{"x": 1.0}]


def chance(weight: float, x: float = 1.0) -> float:
    return float(1 / (1 + np.exp(-weight * x)))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "shelf").mkdir()
    shelf = Shelf(tmp_path / "shelf")
    for version in (1, 2, 3):
        shelf.put("churn", pack(handmade(version)))
    return shelf


@pytest.fixture
def serving(shelf: Shelf, tmp_path: Path) -> Iterator[Service]:
    with closing(Service(Settings(home=str(tmp_path / "home")), shelf)) as made:
        yield made


def test_the_champion_answers_and_is_counted_and_logged(serving: Service) -> None:
    answer = serving.predict("churn", None, ROW, key="shop")
    assert answer.predictions.probabilities[0, 1] == pytest.approx(chance(3))
    assert (answer.model, answer.version, answer.way) == ("churn", 3, "champion")
    assert serving.counters.of_model("churn") == {3: 1}
    [logged] = serving.log.recent().to_dict("records")
    assert (logged["request"], logged["version"], logged["key"]) == (answer.request, 3, "shop")
    assert json.loads(logged["inputs"]) == {"x": 1.0}
    assert logged["milliseconds"] == answer.milliseconds > 0


def test_any_version_answers_by_its_number_with_the_id_that_was_given(serving: Service) -> None:
    answer = serving.predict("churn", "1", ROW, options=Options(request="r-17"))
    assert answer.predictions.probabilities[0, 1] == pytest.approx(chance(1))
    assert (answer.version, answer.way, answer.request) == (1, "version", "r-17")


def test_a_split_keeps_a_person_at_a_version_and_counts_by_it(serving: Service, shelf: Shelf) -> None:
    shelf.set_route("churn", Route(((1, 1.0), (2, 1.0))))
    people = [str(person) for person in range(60)]
    first = {person: serving.predict("churn", None, ROW, sticky=person).version for person in people}
    second = {person: serving.predict("churn", None, ROW, sticky=person).version for person in people}
    assert first == second
    assert set(first.values()) == {1, 2}
    counted = Counter(first.values())
    assert serving.counters.of_model("churn") == {1: 2 * counted[1], 2: 2 * counted[2]}


def test_the_shadow_is_logged_as_such_and_nobody_sees_its_answer(serving: Service, shelf: Shelf) -> None:
    shelf.set_route("churn", Route(shadow=1))
    answer = serving.predict("churn", None, ROW)
    assert answer.version == 3
    serving.shadows.flush()
    logged = serving.log.recent().set_index("way")
    assert logged.loc["shadow", "version"] == 1
    assert logged.loc["champion", "version"] == 3
    assert set(logged["request"]) == {answer.request}
    assert json.loads(str(logged.loc["shadow", "probabilities"]))[1] == pytest.approx(chance(1))
    assert serving.counters.of_model("churn") == {3: 1}
    assert serving.counters.of_model("churn", shadow=True) == {1: 1}


def test_a_shadow_that_cannot_even_be_loaded_harms_no_answer(
    serving: Service, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.put("churn", b"no bundle", stage="staging")
    shelf.set_route("churn", Route(shadow=4))
    with caplog.at_level("ERROR", logger="backends.serving.shadow"):
        assert serving.predict("churn", None, ROW).version == 3
        serving.shadows.flush()
    assert serving.shadows.failed == 1
    assert serving.predict("churn", None, ROW).version == 3


def test_a_session_answers_many_parts_with_one_version(serving: Service, shelf: Shelf) -> None:
    with serving.session("churn") as session:
        first = session.predict(ROW, options=Options(request="r"))
        shelf.put("churn", pack(handmade(9)))
        second = session.predict(ROW, options=Options(request="r"))
        assert session.version.number == first.version == second.version == 3
        assert serving.gate.taken == 1
    assert serving.predict("churn", None, ROW).version == 4
    assert serving.gate.taken == 0


def test_what_is_not_served_is_refused_and_counted_before_anybody_looks_at_rows(serving: Service) -> None:
    serving.check("churn", None)
    serving.check("churn", "2")
    for name, version in (("loans", None), ("churn", 9)):
        with pytest.raises(NotFound):
            serving.check(name, version)
    assert 'workbench_refusals_total{reason="not_found"} 2.0' in serving.counters.exposition().decode()


def test_explanations_come_from_the_version_that_would_answer(serving: Service) -> None:
    found = serving.explain("churn", 2, ROW)
    assert found.outputs[0] == pytest.approx(chance(2))
    assert found.values[0, 0] == pytest.approx(chance(2) - 0.5)


def test_what_is_published_or_archived_meanwhile_is_seen_at_once(serving: Service, shelf: Shelf) -> None:
    assert serving.predict("churn", None, ROW).version == 3
    shelf.put("loans", pack(handmade(7)))
    assert serving.predict("loans", None, ROW).predictions.probabilities[0, 1] == pytest.approx(chance(7))
    assert len(serving.pool) == 2
    shelf.move("churn", 3, "archived")
    with pytest.raises(NotFound):
        serving.predict("churn", 3, ROW)
    assert serving.predict("loans", None, ROW).version == 1
    assert [key.split()[:2] for key in serving.pool.keys] == [["loans", "1"]]


def test_a_request_is_ready_for_the_event_loop_when_nothing_has_to_be_fetched(serving: Service, shelf: Shelf) -> None:
    assert not serving.ready("churn", None, 1)
    serving.predict("churn", None, ROW)
    assert serving.ready("churn", None, 1)
    assert serving.ready("churn", 99, 1)  # it is refused at once
    assert not serving.ready("churn", 1, 1)
    assert not serving.ready("churn", None, 1_000)
    shelf.set_route("churn", Route(((2, 1.0), (3, 1.0))))
    assert not serving.ready("churn", None, 1)
    serving.predict("churn", 2, ROW)
    assert serving.ready("churn", None, 1)


def test_refusals_are_counted_by_reason(serving: Service) -> None:
    for reason, name, version, payload in (
        (NotFound, "loans", None, ROW),
        (NotFound, "churn", 9, ROW),
        (Invalid, "churn", None, [{"x": "bad"}]),
        (WorkbenchError, "churn", None, 3),
    ):
        with pytest.raises(reason):
            serving.predict(name, version, payload)  # type: ignore[arg-type]
    text = serving.counters.exposition().decode()
    assert 'workbench_refusals_total{reason="not_found"} 2.0' in text
    assert 'workbench_refusals_total{reason="invalid"} 2.0' in text
    assert serving.counters.of_model("churn") == {}
    assert "workbench_models_loaded 1.0" in text


def test_rows_that_were_skipped_are_not_logged(serving: Service) -> None:
    serving.predict("churn", None, [{"x": "bad"}, *ROW], options=Options(on_error="skip"))
    serving.predict("churn", None, [{"x": "bad"}], options=Options(on_error="skip"))
    assert serving.log.recent()["place"].tolist() == [1]


def test_more_at_once_than_there_are_places_is_refused(serving: Service) -> None:
    serving.gate = Gate(1)
    with serving.session("churn"), pytest.raises(Overloaded) as refused:
        serving.predict("churn", None, ROW)
    assert refused.value.retry_after
    assert serving.predict("churn", None, ROW).version == 3


def test_keys_and_rates_are_counted_per_key_or_address(shelf: Shelf, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "home"), rate_limit_per_minute=2, api_keys="shop:abc,board:xyz")
    with closing(Service(settings, shelf)) as serving:
        assert [serving.authorise("abc", "1.2.3.4") for _ in range(2)] == ["shop"] * 2
        with pytest.raises(TooMany):
            serving.authorise("abc", "5.6.7.8")
        assert serving.authorise("xyz", "1.2.3.4") == "board"
        for _ in range(2):
            with pytest.raises(Unauthorised):
                serving.authorise("old", "1.2.3.4")
        with pytest.raises(TooMany):
            serving.authorise("old", "1.2.3.4")
    with closing(Service(replace(settings, api_keys=""), shelf)) as serving:
        assert [serving.authorise(None, "1.2.3.4") for _ in range(2)] == [""] * 2
        with pytest.raises(TooMany):
            serving.authorise(None, "1.2.3.4")
        assert serving.authorise(None, "5.6.7.8") == ""


def test_the_service_of_the_process_is_one_and_can_be_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    with ThreadPoolExecutor(4) as threads:
        made = {id(one) for one in threads.map(lambda _: service(), range(8))}
    first = service()
    assert made == {id(first)}
    close_service()
    close_service()
    assert service() is not first
    close_service()


@pytest.mark.slow
def test_fifty_models_under_a_budget_for_ten() -> None:
    found = alone("fifty")
    one, budget = found["one"], found["budget"]
    assert one >= 4 * MEGABYTE
    assert not found["wrong"]
    assert found["most"] <= budget + 8 * 2 * one
    assert found["loaded"] <= budget
    assert found["unloads"] > 50
    assert found["grown"] < 2 * budget
    assert found["loads"] == found["all_unloads"]
    assert found["loads"] * one > 5 * budget  # so much went through; malloc keeps some crumbs of it
    assert found["left"] < 2 * one + 10 * MEGABYTE
