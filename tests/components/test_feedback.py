from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest


def fails(kind: str) -> None:
    from backends.errors import WorkbenchError
    from components.feedback import errors_shown

    with errors_shown():
        raise (
            WorkbenchError("Column '<b>' is *empty*.", hint="Choose another.")
            if kind == "user"
            else ZeroDivisionError("password=hunter2")
        )


def test_an_error_for_the_user_is_shown_as_it_is_and_escaped() -> None:
    app = AppTest.from_function(fails, args=("user",)).run()
    assert not app.exception
    assert app.error[0].proto.title == r"Column '\<b\>' is \*empty\*."
    assert app.error[0].value == "Choose another."


def test_a_bug_is_one_calm_sentence_and_where_it_was_is_in_the_log_without_any_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="workbench"):
        app = AppTest.from_function(fails, args=("bug",)).run()
    assert not app.exception
    assert "hunter2" not in str(app.error[0].value)
    reference = app.error[0].value.split("**")[1]
    assert reference in caplog.text
    assert "ZeroDivisionError in " in caplog.text
    assert "hunter2" not in caplog.text
