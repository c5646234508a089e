"""Training through the page: a plan in words, a job, an answer with its evidence."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, texts


def with_sample(open_page: Open, key: str) -> AppTest:
    app = open_page("home")
    app.button(key=f"load_sample_home_{key}").click().run()
    return app.switch_page("train_page.py").run()


def finish(app: AppTest, seconds: float = 240) -> AppTest:
    deadline = time.monotonic() + seconds
    while any(button.key == "job_cancel" for button in app.button) and time.monotonic() < deadline:
        time.sleep(1)
        app.run()
    return app


def fast(app: AppTest) -> AppTest:
    models = next(group for group in app.get("button_group") if group.label == "Models")
    models.set_value(["dummy", "logistic_regression", "naive_bayes"])
    return app.run()


def test_the_plan_is_told_before_anything_is_trained(open_page: Open) -> None:
    app = with_sample(open_page, "wine")
    assert not app.exception
    assert app.selectbox(key="train_target").value == "cultivar"
    assert "has 3 classes" in texts(app)
    assert "13 of 13 columns" in texts(app)
    assert not app.button(key="train_start").disabled


def test_an_impossible_target_is_a_sentence_with_a_way_out(open_page: Open) -> None:
    app = with_sample(open_page, "wine")
    app.selectbox(key="train_target").set_value("alcohol").run()
    assert not app.exception
    assert "alcohol" in app.error[0].proto.title
    assert app.error[0].value


def test_one_click_gives_a_recommended_model_with_its_evidence(open_page: Open) -> None:
    app = fast(with_sample(open_page, "wine"))
    app = finish(app.button(key="train_start").click().run())
    assert not app.exception
    assert "is recommended" in texts(app)
    labels = [metric.label for metric in app.metric]
    assert "ROC AUC" in labels
    hold_out = next(metric for metric in app.metric if metric.label == "ROC AUC")
    said = next(one.value for one in app.caption if "interval on the hold-out" in one.value)
    low, high = (float(end) for end in said.split(",")[0].split("–"))
    assert 0.9 < low <= float(hold_out.value) <= high <= 1
    board = app.dataframe[0].value
    assert len(board) == 3
    assert board["model"].iloc[-1] == "Baseline (class shares)"


def test_another_table_starts_a_new_story(open_page: Open) -> None:
    app = fast(with_sample(open_page, "wine"))
    app = finish(app.button(key="train_start").click().run())
    app.switch_page("home_page.py").run()
    app.button(key="load_sample_home_breast_cancer").click().run()
    app.switch_page("train_page.py").run()
    assert "is recommended" not in texts(app)
    assert app.selectbox(key="train_target").value == "diagnosis"


def test_a_class_too_rare_for_the_folds_offers_the_ways_out_as_buttons(open_page: Open) -> None:
    rows = "".join(f"{number % 20 / 4},{'abc'[min(2, number // 30)]}\n" for number in range(65))
    app = open_page("load")
    app.file_uploader(key="load_file").upload("rare.csv", f"size,kind\n{rows}".encode(), "text/csv").run()
    app.switch_page("train_page.py").run()
    assert "has 5 rows" in app.error[0].proto.title
    app.button(key="train_remedy_Leave out the class").click().run()
    assert [error.proto.title for error in app.error] == []
    assert "has 2 classes" in texts(app)


def test_settings_are_still_there_after_a_visit_to_another_page(open_page: Open) -> None:
    app = fast(with_sample(open_page, "wine"))
    app.slider(key="train_folds").set_value(3).run()
    app.switch_page("home_page.py").run()
    app.switch_page("train_page.py").run()
    assert app.slider(key="train_folds").value == 3
    assert "3 models learn" in texts(app)
    assert "3 folds judge" in texts(app)


def test_folds_that_cannot_be_made_leave_the_other_settings_in_place(open_page: Open) -> None:
    app = fast(with_sample(open_page, "loans"))
    app.selectbox(key="train_scheme").set_value("group").run()
    app.selectbox(key="train_group").set_value("approved").run()
    assert "approved" in app.error[0].proto.title
    models = next(group for group in app.get("button_group") if group.label == "Models")
    assert models.value == ["dummy", "logistic_regression", "naive_bayes"]
    app.selectbox(key="train_group").set_value("age").run()
    assert [error.proto.title for error in app.error] == []
    assert "3 models learn" in texts(app)


def test_the_answer_says_what_was_trained(open_page: Open) -> None:
    app = fast(with_sample(open_page, "wine"))
    app.slider(key="train_folds").set_value(3).run()
    app = finish(app.button(key="train_start").click().run())
    assert "Predicts cultivar from 13 columns · 3 stratified folds on 142 rows · 36 rows held out" in texts(app)


def view(app: AppTest, name: str) -> AppTest:
    app.session_state["train_view"] = name
    return app.run()


def test_a_learning_curve_belongs_to_the_model_it_was_drawn_for(open_page: Open) -> None:
    app = fast(with_sample(open_page, "breast_cancer"))
    app = view(finish(app.button(key="train_start").click().run()), "Learning curve")
    drawn_for = app.selectbox(key="train_model").value
    app.button(key="train_learning").click().run()
    other = next(key for key in ("naive_bayes", "dummy") if key != drawn_for)
    app.selectbox(key="train_model").set_value(other).run()
    app = finish(app)
    assert app.button(key="train_learning"), "the other model has no curve yet"
    app.selectbox(key="train_model").set_value(drawn_for).run()
    assert not [button for button in app.button if button.key == "train_learning"]
    assert not app.exception


def test_cancelling_a_second_training_at_once_keeps_the_first_result(open_page: Open) -> None:
    app = fast(with_sample(open_page, "wine"))
    app = finish(app.button(key="train_start").click().run())
    app.button(key="train_start").click().run()
    app.button(key="job_cancel").click().run()
    app = finish(app)
    assert "is recommended" in texts(app)
    assert "The earlier result is still shown" in texts(app)
