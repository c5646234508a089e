"""The Export page: the proof first, then the file; and what it says when there is nothing or something is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from backends.bundle import job as export_job
from backends.bundle.job import Exported, Order
from components.state import ExportOf, Work
from tests.pages.conftest import Open, give, texts, trained_work


@lru_cache(maxsize=2)
def exported(key: str, model: str = "logistic_regression") -> Exported:
    """What the export's job leaves for a model of the sample."""
    work = trained_work(key)
    assert isinstance(work, Work)
    assert work.comparison is not None
    assert work.dataset is not None
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare = export_job.prepare(work.dataset, work.comparison, work.comparison.models[model], Order("To try it"))
        prepare(folder)
        export_job.run(folder, lambda event: None, lambda: False)
        return export_job.read(lambda file: folder / file, {path.name: "" for path in folder.iterdir()})


def exported_work(key: str, model: str = "logistic_regression", passed: bool = True) -> Work:
    """The work of somebody who has exported that model."""
    work, made = trained_work(key), exported(key, model)
    assert isinstance(work, Work)
    assert work.comparison is not None
    trained = work.comparison.models[model]
    if not passed:
        broken = replace(made.bundle.certificate, passed=False, reasons=("3 of 1,000 held-out rows flip.",))
        made = replace(made, bundle=replace(made.bundle, certificate=broken))
    policy = json.dumps(trained.policy.to_dict(), sort_keys=True)
    what = ExportOf(work.result or "", model, policy, trained.title, trained.dataset)
    return replace(work, model=model, exported=((what, made),))


def test_without_a_model_the_page_says_what_it_needs(open_page: Open) -> None:
    app = open_page("export")
    assert not app.exception
    assert "needs a table" in texts(app)


def test_the_baseline_is_said_not_to_convert_before_anything_is_started(open_page: Open) -> None:
    app = open_page("export")
    give(app, replace(trained_work("churn"), model="dummy"))  # type: ignore[type-var]
    app.run()
    assert "does not convert to ONNX" in texts(app)
    assert not [button for button in app.button if button.label == "Export and prove it"]


def test_a_model_can_be_exported_at_once(open_page: Open) -> None:
    app = open_page("export")
    give(app, trained_work("churn"))
    app.run()
    assert not app.exception
    assert [button.label for button in app.button if button.key == "export_start"] == ["Export and prove it"]


@pytest.mark.parametrize("tab", ["Proof", "Speed", "Model card", "Files", "Code", "Smaller"])
def test_the_proof_is_the_first_thing_said(open_page: Open, tab: str) -> None:
    app = open_page("export")
    give(app, exported_work("churn"))
    app.session_state["export_tab"] = tab
    app.run()
    assert not app.exception
    assert "decides as Logistic regression does" in str(app.markdown[0].value)
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Decisions that differ"] == "0"
    certificate = exported("churn").bundle.certificate
    assert figures["Rows compared"] == f"{certificate.rows:,}"


def test_a_failed_certificate_is_shown_and_not_led_on_to_publishing(open_page: Open) -> None:
    app = open_page("export")
    give(app, exported_work("churn", passed=False))
    app.run()
    assert not app.exception
    [error] = app.error
    assert "3 of 1,000 held-out rows flip" in error.value
    assert "cannot be published" in error.value


def test_another_policy_makes_it_another_export(open_page: Open) -> None:
    from backends.training.policy import Policy

    app = open_page("export")
    given = replace(exported_work("churn"), policies=(("logistic_regression", Policy(0.2, purpose="cheapest")),))
    give(app, given)
    app.run()
    assert [button.label for button in app.button if button.key == "export_start"] == ["Export and prove it"]
