"""What is gathered into a bundle, against where it comes from."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, recall_score, roc_auc_score

from backends.bundle import Bundle, assemble, pack, unpack
from backends.bundle.assemble import _signature
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.fairness import assess
from backends.metrics import evaluate
from backends.onnx_export.certificate import schema_digest
from backends.onnx_export.export import OnnxArtifact
from backends.onnx_export.feeds import Feeds
from backends.training.inputs import role_of
from backends.training.script import script
from tests.backends.bundle.conftest import about


def scores_of(bundle: Bundle) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in bundle.metrics["hold_out"]}


def test_scores_are_those_of_the_evaluation_with_their_intervals(made: Any, bundle: Bundle) -> None:
    expected = evaluate(made.model).scores
    found = scores_of(bundle)
    assert list(found) == list(expected.index)
    for key, row in expected.iterrows():
        assert [found[key][name] for name in ("value", "low", "high")] == [row["value"], row["low"], row["high"]]


def test_scores_of_labels_are_of_the_decision_that_is_exported(with_groups: Any, bundle: Bundle) -> None:
    own, deciding = with_groups
    truth, decided = own.model.holdout_codes, own.model.decide(own.model.held_out)
    found, plain = scores_of(deciding), scores_of(bundle)
    assert found["accuracy"]["value"] == pytest.approx(accuracy_score(truth, decided))
    assert found["recall"]["value"] == pytest.approx(recall_score(truth, decided))
    assert found["recall"]["low"] <= found["recall"]["value"] <= found["recall"]["high"]
    assert found["recall"]["value"] != plain["recall"]["value"]
    assert found["roc_auc"] == plain["roc_auc"]  # probabilities do not depend on thresholds
    positive = own.model.probabilities(own.model.holdout)[:, 1]
    assert found["roc_auc"]["value"] == pytest.approx(roc_auc_score(truth, positive))


def test_folds_baseline_classes_and_rows_are_told(made: Any, bundle: Bundle) -> None:
    metrics, comparison = bundle.metrics, made.comparison
    folds = {row["metric"]: row for row in metrics["cross_validation"]["scores"]}
    line = comparison.leaderboard.set_index("model").loc[made.model.key]
    assert metrics["cross_validation"]["folds"] == len(folds["roc_auc"]["values"]) == 3
    assert folds["roc_auc"]["mean"] == pytest.approx(line["roc_auc"])
    assert folds["roc_auc"]["std"] == pytest.approx(line["roc_auc_std"])
    baseline = evaluate(comparison.models["dummy"]).scores
    assert metrics["baseline"]["hold_out"][0]["value"] == baseline.loc["accuracy", "value"]
    counts = Counter(made.dataset.frame["churned"].map({True: "Ja", False: "Nein"}))
    assert {row["name"]: row["rows"] for row in metrics["classes"]} == dict(counts)
    assert metrics["rows"] == {"table": 400, "training": 320, "held_out": 80}


def test_the_facts_for_a_promotion(made: Any, bundle: Bundle) -> None:
    facts = bundle.gates()
    roc_auc = evaluate(made.model).scores.loc["roc_auc"]
    assert (facts.metric, facts.value, facts.low, facts.high) == ("roc_auc", *roc_auc[["value", "low", "high"]])
    assert facts.baseline == 0.5
    assert facts.advantage == pytest.approx(roc_auc["value"] - 0.5)
    assert facts.certificate_passed
    assert facts.rows_compared > 80
    assert facts.disparities is None
    assert json.loads(json.dumps(facts.to_dict()))["classes"] == ["Ja", "Nein"]


def test_less_is_better_turns_the_advantage_round(bundle: Bundle) -> None:
    facts = replace(bundle.gates(), value=0.3, baseline=0.7, greater_is_better=False)
    assert facts.advantage == pytest.approx(0.4)
    assert replace(facts, baseline=None).advantage is None


def test_a_comparison_without_a_baseline_says_so(made: Any, artifact: Any) -> None:
    alone = replace(made.comparison, models={made.model.key: made.model})
    found = assemble(artifact, made.model, alone, made.dataset)
    assert found.metrics["baseline"] is None
    assert found.gates().baseline is None


def test_examples_are_held_out_rows_one_of_each_decision_first(made: Any, bundle: Bundle) -> None:
    held = {json.dumps(row) for row in _records(made, bundle)}
    assert 1 < len(bundle.examples) <= 6
    assert all(json.dumps(row) in held for row in bundle.examples)
    assert len({json.dumps(row) for row in bundle.examples}) == len(bundle.examples)
    frame = made.model.held_out
    places = [_records(made, bundle).index(row) for row in bundle.examples[:2]]
    assert set(made.model.decide(frame.iloc[places])) == {0, 1}


def test_background_rows_are_sixty_held_out_rows(made: Any, bundle: Bundle) -> None:
    held = {json.dumps(row) for row in _records(made, bundle)}
    assert len(bundle.background) == 60
    assert all(json.dumps(row) in held for row in bundle.background)


def test_examples_can_be_asked(bundle: Bundle) -> None:
    fed = Feeds(bundle.signature).of_records([*bundle.examples, *bundle.background], unusual="accept")
    assert fed.problems == ()
    assert len(fed.rows) == len(bundle.examples) + 60


def _records(made: Any, bundle: Bundle) -> list[dict[str, Any]]:
    """The held-out rows by an own way: one value at a time; the sizes are the whole numbers that the file has."""
    frame = made.model.held_out
    rows = [{name: _json(frame.at[row, name]) for name in bundle.signature.columns.names} for row in frame.index]
    return [{**row, "size": None if row["size"] is None else int(row["size"])} for row in rows]


def _json(value: Any) -> Any:
    if value is None or str(value) in ("<NA>", "NaT", "nan"):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    return value.item() if isinstance(value, np.generic) else value


@pytest.fixture(scope="module")
def private(made: Any, artifact: Any) -> Bundle:
    return assemble(artifact, made.model, made.comparison, made.dataset, private=True)


def test_a_private_bundle_has_no_row_of_the_table(made: Any, private: Bundle) -> None:
    held = [_without_text(row) for row in _records(made, private)]
    assert private.private
    assert private.examples == ()
    assert len(private.background) == 60
    assert not any(_without_text(row) in held for row in private.background)
    assert {row["re|view</script>"] for row in private.background} == {None}
    assert private.signature.columns["re|view</script>"].example is None
    assert all(flip.values == {} for flip in private.certificate.flipped)
    assert "shuffled" in private.card


def _without_text(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "re|view</script>"}


def test_columns_of_a_private_background_keep_their_values(bundle: Bundle, private: Bundle) -> None:
    for name in ("price", "city", "born"):
        assert Counter(row[name] for row in private.background) == Counter(row[name] for row in bundle.background)


def test_fairness_is_the_report_under_the_policy_in_force(with_groups: Any, artifact: Any) -> None:
    own, deciding = with_groups
    report = assess(own.model, ["grade"])
    exported = replace(artifact, model=deciding.model, signature=deciding.signature, certificate=deciding.certificate)
    found = assemble(exported, own.model, own.comparison, own.dataset, report)
    assert found.fairness is not None
    assert found.fairness["assessment"] == json.loads(json.dumps(report.to_dict()))
    assert found.fairness["in_force"]["policy"] == json.loads(json.dumps(own.model.policy.to_dict()))
    assert "Assessed on 80 held\\-out rows" in found.card.replace("held-out", "held\\-out")
    assert found.gates().disparities == tuple(found.fairness["assessment"]["disparities"])


def test_the_scripts_and_what_they_need(made: Any, bundle: Bundle) -> None:
    assert bundle.train_script == script(made.comparison, made.dataset, made.model.key)
    compile(bundle.predict_script, "predict.py", "exec")
    assert bundle.requirements == f"numpy=={version('numpy')}\nonnxruntime=={version('onnxruntime')}\n"


def test_a_model_made_of_another_one_claims_no_folds_and_no_script(made: Any, artifact: Any) -> None:
    """As a reweighed one is: the comparison has no scores of it."""
    other = replace(made.model, key="logistic_regression_reweighing_1", title="Logistic regression, reweighed by 'x'")
    comparison = replace(made.comparison, models={**made.comparison.models, other.key: other})
    found = assemble(artifact, other, comparison, made.dataset)
    assert found.metrics["cross_validation"] == {"scheme": "stratified", "folds": 0, "scores": []}
    assert not found.metrics["recommended"]
    assert "it was not cross-validated" in found.card
    with pytest.raises(SystemExit, match="reweighed by 'x' was made of a compared model afterwards"):
        exec(compile(found.train_script, "train.py", "exec"))


def test_how_the_table_was_written_is_kept(bundle: Bundle) -> None:
    assert bundle.file["delimiter"] == ";"
    assert "?" in bundle.file["missing"]
    assert "-" in bundle.file["missing_among_values"]
    assert "-" not in bundle.file["missing"]


def test_a_range_without_an_end_is_no_range(made: Any, artifact: Any) -> None:
    """JSON has no infinity."""
    columns = tuple(replace(column, high=math.inf) if column.name == "price" else column for column in artifact.schema)
    signature = replace(artifact.signature, columns=Schema(columns))
    certificate = about(artifact.certificate, artifact.model, signature)
    endless = OnnxArtifact(artifact.model, signature, certificate)
    bundle = assemble(endless, made.model, made.comparison, made.dataset)
    assert unpack(pack(bundle)) == bundle
    found = bundle.signature.columns["price"]
    assert found.high is None
    assert found.low == artifact.schema["price"].low


def test_the_certificate_names_the_schema_that_is_in_the_bundle(bundle: Bundle, private: Bundle) -> None:
    for one in (bundle, private):
        assert one.certificate.sha256["schema"] == schema_digest(one.signature)
        assert unpack(pack(one)) == one
    assert bundle.certificate.sha256["schema"] != private.certificate.sha256["schema"]


def test_a_private_identifier_of_numbers_stays_one(made: Any, artifact: Any) -> None:
    columns = Schema((*artifact.schema, Column("number", "identifier", example=17)))
    found = _signature(replace(artifact.signature, columns=columns), private=True).columns["number"]
    assert found.example == 0
    assert role_of(found) == "number"


def test_parts_that_do_not_belong_together_are_refused(made: Any, artifact: Any) -> None:
    with pytest.raises(WorkbenchError, match="is not the one that the model was trained on"):
        assemble(artifact, made.model, made.comparison, replace(made.dataset, digest="other"))
    with pytest.raises(WorkbenchError, match="certificate is of another graph"):
        assemble(replace(artifact, model=b"other"), made.model, made.comparison, made.dataset)
    other = replace(artifact.certificate, sha256={**artifact.certificate.sha256, "schema": "0" * 64})
    with pytest.raises(WorkbenchError, match="certificate is of another schema"):
        assemble(replace(artifact, certificate=other), made.model, made.comparison, made.dataset)
    other = replace(artifact.certificate, sha256={**artifact.certificate.sha256, "data": "0" * 64})
    with pytest.raises(WorkbenchError, match="of a model of another table"):
        assemble(replace(artifact, certificate=other), made.model, made.comparison, made.dataset)
    with pytest.raises(WorkbenchError, match="5,001 characters; at most 5,000"):
        assemble(artifact, made.model, made.comparison, made.dataset, intended_use="x" * 5_001)


def test_the_call_that_a_private_card_shows_is_accepted(private: Bundle) -> None:
    [block] = [text for text in re.findall(r"```json\n(.*?)```", private.card, re.DOTALL) if '"records"' in text]
    assert Feeds(private.signature).of_records(json.loads(block)["records"]).problems == ()
