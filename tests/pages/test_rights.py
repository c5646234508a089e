"""Who may publish: the same page for the administrator, for everybody else, and where nobody may."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backends.serving.service import close_service, service
from components import cached
from tests.pages.conftest import ROOT, Open, give, texts
from tests.pages.test_export import exported, exported_work

TOKEN = "a-long-random-text"
CONTROLS = {"publish_start", "publish_move", "publish_rollback", "publish_delete", "publish_route"}
USES = ("Widget", "Share", "Call it", "Try it", "Versions", "Compare", "Traffic", "History")
ANA = {"is_logged_in": True, "name": "Ana Ruiz", "email": "ana@example.org", "email_verified": True}
AUTH = {"auth": {"redirect_uri": "http://localhost:8501/oauth2callback", "client_id": "workbench"}}


@pytest.fixture(scope="module", autouse=True)
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A workbench with a model of one version, which was asked once."""
    home: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(home))
        close_service()
        cached.registry().publish(exported("churn").data, "churn", "ana", "")
        cached.registry().tag("churn", 1, "team", "growth", "ana")
        service().predict("churn", None, [dict(exported("churn").bundle.examples[0])])
        service().log.flush()
        yield "churn"
        close_service()


@pytest.fixture(autouse=True)
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other tests listen to."""
    monkeypatch.setattr("backends.serving.admin.listens_beyond_loopback", lambda: False)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_ADMIN_TOKEN", TOKEN)


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.serving.admin.listens_beyond_loopback", lambda: True)


def opened(open_page: Open, tab: str = "Versions") -> AppTest:
    app = open_page("publish")
    give(app, exported_work("churn"))
    return look(app, tab)


def look(app: AppTest, tab: str) -> AppTest:
    app.session_state["publish_tab"] = tab
    app.run()
    assert not app.exception
    assert not app.error
    return app


def controls(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button} & CONTROLS


def enter(app: AppTest, token: str) -> AppTest:
    app.text_input(key="admin_token").input(token)
    return next(button for button in app.button if button.label == "Sign in").click().run()


def test_who_is_alone_on_this_machine_may_do_everything(open_page: Open) -> None:
    app = opened(open_page)
    assert controls(app) == {"publish_start", "publish_move", "publish_rollback", "publish_delete"}
    assert controls(look(app, "Traffic")) == {"publish_start", "publish_route"}
    assert "The last predictions" in texts(app)
    assert "administrator" not in texts(app)


def test_a_visitor_uses_what_is_published_and_changes_nothing(open_page: Open, token: None) -> None:
    app = opened(open_page)
    for tab in USES:
        look(app, tab)
        assert not controls(app), tab
        assert "Publishing a version is for the administrator. Sign in at the foot of the sidebar" in texts(app)
        assert "The last predictions" not in texts(app)
    assert not [field for field in app.text_input if field.key == "publish_who"]
    assert "Moving, rolling back, describing and deleting a version is for the admin" in texts(look(app, "Versions"))
    assert "Setting this, and seeing what was asked, is for the administrator" in texts(look(app, "Traffic"))


def test_where_others_can_come_and_nobody_is_the_administrator_a_banner_says_so(
    open_page: Open, reachable: None
) -> None:
    app = opened(open_page)
    assert not controls(app)
    assert "Set WORKBENCH_ADMIN_TOKEN" in "\n".join(str(warning.value) for warning in app.warning)


def test_the_token_opens_and_signing_out_shuts(open_page: Open, token: None) -> None:
    app = enter(opened(open_page), "wrong")
    assert app.error[0].proto.title.replace("\\", "") == "This is not the administrator's token."
    assert TOKEN not in str(app.error[0].proto)
    assert not controls(app)

    app = enter(app, TOKEN)
    assert not app.error
    assert "You are the administrator." in texts(app)
    assert "publish_move" in controls(app)

    app = app.button(key="admin_out").click().run()
    assert not controls(app)
    assert "You are the administrator." not in texts(app)


@pytest.mark.parametrize(
    ("changes", "case"),
    [
        ({}, "administrator"),
        ({"email_verified": False}, "visitor"),
        ({"email": "mallory@example.org"}, "visitor"),
        ({"is_logged_in": False}, "visitor"),
    ],
)
def test_an_address_that_was_verified_makes_the_administrator(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], case: str
) -> None:
    monkeypatch.setenv("WORKBENCH_ADMIN_EMAILS", "ana@example.org")
    app = open_page("publish")
    app.secrets, app.user = AUTH, {**ANA, "iat": time.time(), **changes}
    give(app, exported_work("churn"))
    look(app, "Versions")
    assert ("publish_move" in controls(app)) is (case == "administrator")
    known = [field.value for field in app.text_input if field.key == "publish_known"]
    assert known == (["ana@example.org"] if case == "administrator" else [])


def test_addresses_without_a_way_to_sign_in_are_said_to_open_nothing(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_ADMIN_EMAILS", "ana@example.org")
    assert "Nobody can sign in yet" in texts(opened(open_page))


@pytest.mark.parametrize("page", ["home", "load", "publish", "ask"])
def test_where_everybody_has_to_sign_in_nothing_is_shown_before(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setenv("WORKBENCH_SIGN_IN", "required")
    app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60)
    app.secrets = AUTH
    app.run()
    if page != "home":
        app.switch_page(f"{page}_page.py").run()
    assert [title.value for title in app.title] == ["Demo Workbench"]
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.sidebar.children
    app.user = {**ANA, "iat": time.time()}
    assert len(app.run().sidebar.caption) > 0


@pytest.mark.parametrize(("setting", "says"), [("required", "no way to do it is set up"), ("yes", "none of its")])
def test_a_sign_in_that_is_not_set_up_lets_nobody_in(monkeypatch: pytest.MonkeyPatch, setting: str, says: str) -> None:
    monkeypatch.setenv("WORKBENCH_SIGN_IN", setting)
    app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60).run()
    assert says in str(app.error[0].proto)
    assert not app.button


@pytest.mark.parametrize("setting", ["token", "reachable"])
def test_who_may_not_publish_is_led_to_what_is_published(
    open_page: Open, setting: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(setting)
    app = open_page("home")
    give(app, replace(exported_work("churn"), tour="on", toured=("explore", "explain")))
    app.run()
    labels = [link.proto.label for link in app.get("page_link")]
    assert labels.count("Use what is published") == 2  # of the tour and of the card
    assert not {"Go to Publish", "Let others use it"} & set(labels)
    app = app.switch_page("publish_page.py").run()
    assert "The tour is over." in texts(app)
    assert "Use what is published" not in [link.proto.label for link in app.get("page_link")]


def test_where_nobody_is_the_administrator_ask_says_what_would_make_one(
    open_page: Open, reachable: None, published: str
) -> None:
    cached.library().create("Rules")
    said = texts(open_page("ask"))
    assert "until WORKBENCH_ADMIN_TOKEN is set" in said
    assert "the administrator alone" not in said
