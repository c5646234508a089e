"""The Publish page: a version goes live, moves through its stages behind the gates, and can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from backends.serving.service import close_service, service
from components import cached
from tests.pages.conftest import Open, give, texts, trained_work
from tests.pages.test_export import exported, exported_work

TABS = ("Widget", "Versions", "Call it", "Share", "Try it", "Compare", "Traffic", "History")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workbench with a home of its own, empty at first."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(folder))
        close_service()
        yield folder
        close_service()


@pytest.fixture(scope="module")
def published(home: Path) -> str:
    """The name of a model with two versions, the first in production."""
    registry = cached.registry()
    for model in ("logistic_regression", "random_forest"):
        registry.publish(exported("churn", model).data, "churn", "ana", f"with {model}")
    registry.move("churn", 1, "staging", "ana", "looks good")
    registry.move("churn", 1, "production", "ben", "agreed")
    return "churn"


def opened(open_page: Open, work: object, tab: str = "Versions", who: str = "ana") -> AppTest:
    app = open_page("publish")
    give(app, work)
    app.session_state["publish_tab"] = tab
    app.session_state["publish_who"] = who
    return app.run()


def press(app: AppTest, key: str) -> AppTest:
    return next(button for button in app.button if button.key == key).click().run()


def test_an_empty_registry_says_what_publishing_is_and_needs(open_page: Open, home: Path) -> None:
    app = opened(open_page, trained_work("churn"))
    assert not app.exception
    assert "Nothing is published yet" in texts(app)
    assert "whose certificate has passed" in texts(app)


def test_publishing_makes_a_version_that_answers(open_page: Open, home: Path) -> None:
    app = opened(open_page, exported_work("churn"))
    app.session_state["publish_name"] = "first-try"
    app = press(app.run(), "publish_start")
    assert not app.exception
    assert "**Version 1** (candidate) answers" in texts(app)
    answer = service().predict("first-try", None, [dict(exported("churn").bundle.examples[0])])
    assert answer.version == 1


def test_a_bad_name_is_refused_with_the_way_out(open_page: Open, home: Path) -> None:
    app = opened(open_page, exported_work("churn"))
    app.session_state["publish_name"] = "../Etc"
    app = press(app.run(), "publish_start")
    assert not app.exception
    assert app.error


def test_nobody_publishes_without_a_name(open_page: Open, home: Path) -> None:
    app = opened(open_page, exported_work("churn"), who="")
    [button] = [button for button in app.button if button.key == "publish_start"]
    assert button.disabled
    assert "Needs your name." in texts(app)


def test_a_failed_certificate_cannot_be_published(open_page: Open, home: Path) -> None:
    app = opened(open_page, exported_work("churn", passed=False))
    assert "whose certificate has passed" in texts(app)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_shows_without_anything_loaded(open_page: Open, published: str, tab: str) -> None:
    from components.state import Work

    app = opened(open_page, replace(Work()), tab)
    app.session_state["publish_model"] = published
    app.run()
    assert not app.exception
    assert not app.error
    assert "**Version 1** (production) answers" in texts(app)


def test_the_form_says_what_the_service_says(open_page: Open, published: str) -> None:
    from components.state import Work

    app = opened(open_page, Work(), "Try it")
    app.session_state["publish_model"] = published
    app = press(app.run(), "publish_ask")
    figures = {metric.label: metric.value for metric in app.metric}
    example = dict(exported("churn").bundle.examples[0])
    [said] = service().predict(published, None, [example]).predictions.to_records()
    assert figures["Decision"] == said["label"]


def test_the_form_names_its_own_way_to_ask_a_value_that_is_unlike_any(open_page: Open, published: str) -> None:
    from components.state import Work

    app = opened(open_page, Work(), "Try it")
    app.session_state["publish_model"] = published
    app.session_state[f"publish_try_{published}_age"] = "4000"
    app = press(app.run(), "publish_ask")
    [error] = app.error
    [box] = [box for box in app.checkbox if box.key == "publish_unusual"]
    assert f"tick “{box.label}”" in error.value
    assert "unusual" not in error.value
    assert not error.title.startswith("Row")
    box.check()
    assert not press(app, "publish_ask").error


def test_traffic_says_who_answers_and_what_its_columns_mean(open_page: Open, published: str, home: Path) -> None:
    from components.state import Work

    service().predict(published, None, [dict(exported("churn").bundle.examples[0])], "page")
    cached.registry().publish(exported("churn").data, "unproven", "ana", "not moved yet")
    for name, answering in ((published, "version 1, in production, answers"), ("unproven", "version 1 answers, as")):
        app = opened(open_page, Work(), "Traffic")
        app.session_state["publish_model"] = name
        app.run()
        assert f"With all weights at 0 {answering}" in texts(app)
    app.session_state["publish_model"] = published
    app.run()
    frame = app.dataframe[-1].value
    assert frame["time"].str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC").all()
    said = texts(app)
    for column in ("way", "key", "place"):
        assert f"**{column}**" in said
    assert {"way", "key", "place"} <= set(frame.columns)


def test_a_promotion_shows_its_gates_and_a_refusal_its_numbers(open_page: Open, published: str) -> None:
    from components.state import Work

    cached.registry().move(published, 2, "staging", "ana", "to compare")
    app = opened(open_page, Work())
    app.session_state["publish_model"] = published
    app.session_state[f"publish_version_{published}"] = 2
    app.session_state["publish_better"] = 0.9
    app.session_state[f"publish_to_{published}_2_staging"] = "production"
    app.session_state[f"publish_reason_{published}_2_staging"] = "newer"
    app.run()
    assert "Better than the baseline" in texts(app)
    assert "at least 0.9 is asked for" in texts(app)
    assert next(button for button in app.button if button.key == "publish_move").disabled
    assert cached.registry().version(published, "champion").number == 1


def test_history_names_who_did_what_and_why(open_page: Open, published: str) -> None:
    from components.state import Work

    app = opened(open_page, Work(), "History")
    app.session_state["publish_model"] = published
    app.run()
    frame = app.dataframe[0].value
    assert {"ana", "ben"} <= set(frame["who"])
    assert "agreed" in set(frame["reason"])


def test_a_second_name_is_looked_at_as_soon_as_it_is_published(open_page: Open, published: str) -> None:
    app = opened(open_page, exported_work("churn"))
    app.session_state["publish_name"] = "a-second-one"
    app = press(app.run(), "publish_start")
    assert not app.exception
    assert app.selectbox(key="publish_model").value == "a-second-one"


def test_a_version_goes_to_production_with_a_reason_for_each_move(open_page: Open, home: Path) -> None:
    from components.state import Work

    cached.registry().publish(exported("churn").data, "climber", "ana", "")
    app = opened(open_page, Work())
    app.session_state["publish_model"] = "climber"
    app.run()
    for before, after in (("candidate", "staging"), ("staging", "production")):
        app.selectbox(key=f"publish_to_climber_1_{before}").select(after).run()
        app.text_input(key=f"publish_reason_climber_1_{before}").input("agreed").run()
        app = press(app, "publish_move")
        assert not app.exception
        assert not app.error
        assert cached.registry().version("climber", 1).stage == after
    assert "(production) answers" in texts(app)
