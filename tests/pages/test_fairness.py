"""Fairness through the page: the planted bias is found and said, and another decision can be taken over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from backends.datasets.grouping import Grouping
from backends.fairness.mitigation import MitigationPlan, mitigate
from backends.training.policy import Policy
from components.fairness import mitigate as mitigate_view
from components.fairness.groups import Question
from components.fairness.mitigate import asked
from components.state import Asked
from components.subject import Subject
from tests.pages.conftest import Open, give, work_of
from tests.pages.test_explain import said, trained

TABS = ("By group", "Gaps", "Calibration", "Thresholds", "Mitigation", "Worst subgroups", "Report")


def fairness(open_page: Open, key: str, columns: list[str]) -> AppTest:
    app = trained(open_page, key).switch_page("fairness_page.py").run()
    return app.multiselect(key="fairness_columns").set_value(columns).run()


def tab(app: AppTest, name: str) -> AppTest:
    app.session_state["fairness_tab"] = name
    return app.run()


def test_the_planted_bias_is_said_in_words_and_every_tab_shows_its_part(open_page: Open) -> None:
    app = fairness(open_page, "loans", ["applicant_group", "age"])
    assert not app.exception
    assert "applicant_group" in said(app)
    for name in TABS:
        app = tab(app, name)
        assert not app.exception, name
        assert not app.error, (name, app.error)


def test_edges_can_be_changed_and_nonsense_is_answered(open_page: Open) -> None:
    app = fairness(open_page, "loans", ["age"])
    app.text_input(key="fairness_edges_age").set_value("30, 50").run()
    assert not app.exception
    assert "below 30" in " ".join(app.selectbox(key="fairness_reference").options)
    app.text_input(key="fairness_edges_age").set_value("thirty").run()
    assert not app.exception
    assert "'thirty'" in app.error[0].proto.title


def test_a_policy_becomes_the_models_and_can_be_taken_back(open_page: Open) -> None:
    app = tab(fairness(open_page, "loans", ["applicant_group"]), "Thresholds")
    app.button(key="fairness_solve_demographic_parity").click().run()
    assert not app.exception
    assert app.slider(key="fairness_threshold_logistic_regression_").value != 0.5
    app.button(key="fairness_take").click().run()
    assert "The model now decides at" in said(app)
    app.button(key="fairness_plain").click().run()
    assert "The model now decides at" not in said(app)


def test_more_than_two_classes_are_told_from_the_rest_one_by_one(open_page: Open) -> None:
    app = fairness(open_page, "wine", ["alcohol"])
    assert not app.exception
    for name in TABS:
        app = tab(app, name)
        assert not app.exception, name
        assert not app.error, (name, app.error)


def test_a_mitigation_that_is_gone_is_said_once_and_forgotten(open_page: Open) -> None:
    app = fairness(open_page, "loans", ["applicant_group"])
    give(app, replace(work_of(app), mitigation_job=("gone", Asked("loans", (), "sex"))))
    app = tab(app, "Mitigation")
    assert not app.exception
    assert len(app.error) == 1
    assert not app.run().error
    assert work_of(app).comparison is not None


def test_what_was_tried_for_other_groups_or_another_training_is_not_mixed_in(open_page: Open) -> None:
    app = fairness(open_page, "loans", ["applicant_group"])
    model = work_of(app).comparison.best
    one = mitigate(model, work_of(app).trained, ["sex"], MitigationPlan("reweighing"))
    kept = ((Asked("loans", ("other",), "sex"), one), (Asked("an earlier training", (), "sex"), one))
    give(app, replace(work_of(app), mitigated=kept))
    app = tab(app, "Mitigation")
    assert not app.exception
    assert "1 mitigation for other groups or another model is kept" in said(app)
    assert not any(box.key == "fairness_made" for box in app.selectbox)


def test_the_model_chosen_here_is_the_one_of_every_page(open_page: Open) -> None:
    app = fairness(open_page, "loans", ["applicant_group"])
    app.selectbox(key="explain_model").set_value("random_forest").run()
    app = app.switch_page("explain_page.py").run()
    assert app.selectbox(key="explain_model").value == "random_forest"
    assert work_of(app).model == "random_forest"


def test_a_mitigated_model_becomes_one_of_the_trained_models_on_every_page(open_page: Open) -> None:
    app = tab(fairness(open_page, "loans", ["applicant_group"]), "Mitigation")
    work = work_of(app)
    about, question = work.comparison.models["logistic_regression"], ["applicant_group"]
    made = mitigate(about, work.trained, question, MitigationPlan("reweighing"))
    lot = mitigate(about, work.trained, question, MitigationPlan("exponentiated_gradient"))
    give(app, replace(work, model="logistic_regression"))
    app.run()
    whom = asked_now(app)
    kept = ((whom, made), (whom, lot))
    give(app, replace(work_of(app), mitigated=kept))
    app.run()
    app.selectbox(key="fairness_made").set_value(1).run()
    assert "by lot" in said(app)
    app.selectbox(key="fairness_made").set_value(0).run()
    app.button(key="fairness_use").click().run()
    assert not app.exception
    assert made.model is not None
    assert app.selectbox(key="explain_model").value == made.model.key
    for name in ("explain", "train", "fairness"):
        app = app.switch_page(f"{name}_page.py").run()
        assert not app.exception, name
        assert not app.error, (name, app.error)
    app = app.switch_page("train_page.py").run()
    assert app.selectbox(key="train_model").value == made.model.key
    assert "Without learning curve, code" in said(app)


def asked_now(app: AppTest) -> Asked:
    """For whom a mitigation would be tried now, as the page itself names it."""
    given: list[Asked] = []

    def watched(about: Subject, question: Question) -> Asked:
        given.append(asked(about, question))
        return given[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mitigate_view, "asked", watched)
        app.run()
    return given[-1]


def test_the_report_holds_what_was_worked_out_and_names_the_rest(open_page: Open) -> None:
    app = fairness(open_page, "loans", ["applicant_group"])
    app = tab(app, "Report")
    assert "Thresholds for equal opportunity" in said(app)
    assert "The worst subgroups" in said(app)
    app = tab(app, "Thresholds")
    app.button(key="fairness_solve_equal_opportunity").click().run()
    app = tab(tab(tab(app, "Mitigation"), "Worst subgroups"), "Report")
    assert not app.exception
    assert not app.error
    missing = said(app)
    assert "Thresholds for equal opportunity" not in missing
    assert "Thresholds set by hand" not in missing
    assert "The worst subgroups" not in missing
    assert "Accuracy against disparity by demographic parity" not in missing
    assert "Accuracy against disparity by equalised odds" in missing


@pytest.mark.parametrize("policy", [Policy(0.3), Policy(0.5, (Grouping("sex"),), ((("Female",), 0.3),))])
def test_the_train_page_says_that_a_policy_is_in_force(open_page: Open, policy: Policy) -> None:
    app = trained(open_page, "loans")
    work = work_of(app)
    key = work.comparison.recommended
    app = app.switch_page("train_page.py").run()
    assert "is in force" not in said(app)
    give(app, replace(work, policies=((key, policy),)))
    app.run()
    assert not app.exception
    assert "These numbers are without it" in said(app)
    assert "A policy chosen on the page Fairness is in force" in " ".join(str(box.value) for box in app.info)
    rates = next(frame.value for frame in app.dataframe if "Under the policy" in frame.value.columns)
    assert (rates["Under the policy"] != rates["More probable class"]).any()
    app.session_state["train_view"] = "Threshold and costs"
    app.run()
    assert not app.exception
    assert "is in force" in " ".join(str(box.value) for box in app.info)
    assert app.slider(key="train_threshold").value == policy.threshold
