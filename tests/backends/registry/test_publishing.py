"""What is published is there, whole; what must not be published is not."""

from __future__ import annotations

from hashlib import sha256

import pytest

from backends.bundle import unpack
from backends.errors import WorkbenchError
from backends.registry import Registry
from tests.backends.registry.bundles import bundle, packed


def test_a_published_bundle_is_a_candidate_that_says_what_it_is(registry: Registry, name: str) -> None:
    data = packed(0.8)
    version = registry.publish(data, name, "ana", "first try")
    assert (version.name, version.number, version.stage, version.by, version.notes) == (
        *(name, 1, "candidate"),
        *("ana", "first try"),
    )
    assert version.digest == sha256(data).hexdigest()
    assert version.size == len(data)
    assert version.served
    assert not version.champion
    assert version == registry.version(name, 1) == registry.versions(name)[0]


def test_facts_are_those_of_the_bundle(registry: Registry, name: str) -> None:
    facts = registry.publish(packed(0.8, baseline=0.6), name, "ana").facts
    assert {key: facts[key] for key in ("model", "dataset", "target", "metric", "value", "low", "baseline")} == {
        "model": "Logistic regression",
        "dataset": "customers.csv",
        "target": "bought",
        "metric": "accuracy",
        "value": 0.8,
        "low": pytest.approx(0.7),
        "baseline": 0.6,
    }
    assert facts["certificate_passed"] is True
    assert facts["rows_compared"] == 20
    assert facts["fairness"] is None


def test_the_bundle_comes_back_byte_for_byte(registry: Registry, name: str) -> None:
    data = packed(0.75)
    path = registry.bundle_path(registry.publish(data, name, "ana"))
    assert path.read_bytes() == data
    assert unpack(path).gates().value == 0.75


def test_versions_are_numbered_and_listed_newest_first(three: Registry, name: str) -> None:
    assert [version.number for version in three.versions(name)] == [3, 2, 1]
    assert [version.facts["value"] for version in three.versions(name)] == pytest.approx([0.85, 0.8, 0.75])
    [summary] = [model for model in three.models() if model.name == name]
    assert (summary.versions, summary.champion) == (3, None)
    assert summary.updated == three.versions(name)[0].created


def test_a_failed_certificate_is_refused_and_nothing_is_listed(registry: Registry, name: str) -> None:
    with pytest.raises(WorkbenchError, match=r"did not pass\. 1 of 20 held-out rows"):
        registry.publish(packed(passed=False), name, "ana")
    assert registry.versions(name) == ()
    assert name not in {model.name for model in registry.models()}


def test_what_is_no_bundle_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(WorkbenchError, match="zip"):
        registry.publish(b"PK\x03\x04 not really", name, "ana")


def test_a_bad_name_is_refused(registry: Registry) -> None:
    with pytest.raises(WorkbenchError, match="cannot be called"):
        registry.publish(packed(), "../churn", "ana")


def test_who_and_notes_are_bounded(registry: Registry, name: str) -> None:
    for who, notes, words in (("", "", "is empty"), ("a" * 101, "", "101 char"), ("ana", "n" * 1_501, "1,501")):
        with pytest.raises(WorkbenchError, match=words):
            registry.publish(packed(), name, who, notes)
    assert registry.versions(name) == ()


def test_a_metric_that_is_no_number_is_refused(registry: Registry, name: str) -> None:
    from backends.bundle import pack

    odd = bundle()
    odd.metrics["hold_out"][0]["value"] = "best of all"
    with pytest.raises(WorkbenchError, match="malformed"):
        registry.publish(pack(odd), name, "ana")


def test_the_training_run_is_remembered_only_when_it_is_one(registry: Registry, name: str) -> None:
    with pytest.raises(WorkbenchError, match="no run"):
        registry.publish(packed(), name, "ana", run="../../etc")
    assert registry.publish(packed(), name, "ana", run="0123456789abcdef" * 2).number == 1


def test_what_is_not_there_is_said_so(three: Registry, name: str) -> None:
    with pytest.raises(WorkbenchError, match=r"no version 7.*1, 2, 3"):
        three.version(name, 7)
    with pytest.raises(WorkbenchError, match="no version 'champion'"):
        three.version(name, "champion")
    for odd, words in (("9" * 5_000, "names no version"), (None, "None names no version"), (True, "True names no"),
                       (10**5_000, "no version of 16,610 bits"), ("9" * 70, "no version of"), ("²", "no version '²'"),
                       ("-1", "no version '-1'"), ([1], "names no version")):  # fmt: skip
        with pytest.raises(WorkbenchError, match=words):
            three.version(name, odd)  # type: ignore[arg-type]
    with pytest.raises(WorkbenchError, match="no model called"):
        three.history(f"{name}-x")
    assert three.versions(f"{name}-x") == ()


def test_comparing_sets_scores_and_facts_side_by_side(three: Registry, name: str) -> None:
    table = three.compare(name, 1, 3)
    assert list(table.columns) == ["version 1", "version 3", "change"]
    assert table.loc["Accuracy", "change"] == pytest.approx(0.1)
    assert list(table.loc["Notes"])[:2] == ["try 1", "try 3"]
    assert table.loc["SHA-256 of the data"].iloc[:2].nunique() == 1
    assert list(three.compare(name, 2, 2).columns) == ["version 2", "change"]
