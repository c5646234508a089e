"""Loading through the page: what was read is shown, what was guessed can be corrected, errors are sentences."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, texts

PEOPLE = b"name;height;joined\nAda;1,70;2021-03-04\nAlan;1,85;2020-01-02\nGrace;1,68;2019-12-31\n"


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader(key="load_file").upload(name, data, "text/csv").run()


def kinds(app: AppTest) -> dict[str, str]:
    frame = app.dataframe[-1].value
    return dict(zip(frame["column"], frame["kind"], strict=True))


def test_an_uploaded_file_is_shown_with_what_was_guessed(open_page: Open) -> None:
    app = upload(open_page("load"), "people.csv", PEOPLE)
    assert not app.exception
    assert "3 rows and 3 columns" in texts(app)
    assert "separated by semicolons" in texts(app)
    assert app.text_input(key="load_delimiter").value == ";"
    assert app.selectbox(key="load_decimal").value == ","


def test_one_column_is_one_column_and_the_columns_can_be_downloaded(open_page: Open) -> None:
    app = upload(open_page("load"), "one.csv", b"age\n7\n8\n9\n")
    assert "3 rows and 1 column," in texts(app)
    assert "3 rows × 1 column" in [caption.value for caption in app.sidebar.caption]
    assert "load_kinds_csv" in str([one.proto for one in app.get("download_button")])


def test_a_correction_reads_the_original_bytes_again(open_page: Open) -> None:
    app = upload(open_page("load"), "people.csv", PEOPLE)
    app.number_input(key="load_skip_lines").set_value(1)
    app.number_input(key="load_header_rows").set_value(0)
    next(button for button in app.button if button.label == "Read again").click().run()
    assert not app.exception
    assert "3 rows and 3 columns" in texts(app)
    assert app.number_input(key="load_header_rows").value == 0


def test_a_corrected_kind_reads_the_original_text_again(open_page: Open) -> None:
    app = upload(open_page("load"), "codes.csv", b"code,amount\n7,1\n8,2\n9,3\n")
    assert kinds(app) == {"code": "integer", "amount": "integer"}
    app.session_state["load_kinds"] = {"edited_rows": {0: {"kind": "category"}}, "added_rows": [], "deleted_rows": []}
    app.run()
    next(button for button in app.button if button.label == "Read again with these kinds").click().run()
    assert not app.exception
    assert kinds(app) == {"code": "category", "amount": "integer"}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(64), "picture.csv"),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", "broken.xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(open_page: Open, name: str, data: bytes, words: str) -> None:
    app = upload(open_page("load"), name, data)
    assert not app.exception
    assert len(app.error) == 1
    assert words in f"{app.error[0].value} {app.error[0].proto.title}".replace("\\", "")


def test_a_bad_file_leaves_the_table_in_hand_alone(open_page: Open) -> None:
    app = upload(open_page("load"), "people.csv", PEOPLE)
    app = upload(app, "empty.csv", b"")
    assert app.error
    assert "people.csv" in texts(app).replace("\\", "")


def test_a_sample_loads_with_one_click_and_home_says_so(open_page: Open) -> None:
    app = open_page("home")
    app.button(key="load_sample_home_wine").click().run()
    assert not app.exception
    assert "178 rows" in texts(app)
    app.switch_page("load_page.py").run()
    assert "178 rows and 14 columns" in texts(app)


def test_pasted_text_is_read(open_page: Open) -> None:
    app = open_page("load")
    app.text_area[0].set_value("a\tb\n1\t2\n3\t4\n")
    next(button for button in app.button if button.label == "Read it").click().run()
    assert "2 rows and 2 columns" in texts(app)
    assert "separated by tabs" in texts(app)


def test_names_from_the_file_are_not_read_as_formatting(open_page: Open) -> None:
    app = upload(open_page("load"), "<b>*x*.csv", b"a,b\n1,2\n")
    assert r"\<b\>\*x\*.csv" in texts(app)
