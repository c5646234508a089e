"""Home: the tour is offered, goes along, and is gone when it was closed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from components import tour
from tests.pages.conftest import Open, texts


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def step(app: AppTest) -> str:
    """The card's heading, or nothing."""
    return next((str(one.value).split("**")[1] for one in app.markdown if ":material/tour:" in str(one.value)), "")


def test_the_tour_is_offered_to_a_newcomer_and_can_be_declined_and_opened_again(open_page: Open) -> None:
    app = open_page("home")
    assert "New here?" in texts(app)
    app = press(app, "tour_no")
    assert "New here?" not in texts(app)
    assert step(press(app, "tour_open")) == "Tour, step 1 of 5."


def test_the_card_goes_along_and_moves_on_with_what_was_done(open_page: Open) -> None:
    app = press(press(open_page("home"), "tour_start"), "tour_load")
    assert step(app) == "Tour, step 2 of 5."
    app = app.switch_page("explore_page.py").run()
    assert step(app) == "Tour, step 2 of 5."
    app = press(app, "tour_explore")
    assert step(app) == "Tour, step 3 of 5."
    assert step(app.switch_page("train_page.py").run()) == "Tour, step 3 of 5."


def test_a_closed_tour_is_on_no_page_and_stays_closed_with_another_table(open_page: Open) -> None:
    app = press(press(press(open_page("home"), "tour_start"), "tour_load"), "tour_close")
    assert step(app) == ""
    app = press(app, "load_sample_home_wine")
    assert step(app) == ""
    assert "tour_open" in [button.key for button in app.button]
    assert step(app.switch_page("explore_page.py").run()) == ""


def test_every_stop_says_where_it_leads(open_page: Open) -> None:
    app = press(open_page("home"), "tour_start")
    assert tour.STOPS[0].link in labels(app)
    app = press(app, "tour_load")
    links = [link.proto.label for link in app.get("page_link")]
    assert tour.STOPS[1].link in links
