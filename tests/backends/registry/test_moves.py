"""The life of a version: moves, gates, rollback, history, notes, tags, routes, deletion."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backends.errors import WorkbenchError
from backends.registry import MOVES, STAGES, Limits, Registry, Route
from tests.backends.registry.bundles import gap, packed

Promote = Callable[[int], None]


def stages(registry: Registry, name: str) -> dict[int, str]:
    return {version.number: version.stage for version in registry.versions(name)}


def test_the_champion_is_the_one_promoted_last_and_the_former_waits_in_staging(
    three: Registry, name: str, promote: Promote
) -> None:
    promote(1)
    assert three.version(name, "champion").number == 1
    promote(2)
    assert stages(three, name) == {1: "staging", 2: "production", 3: "candidate"}
    assert three.version(name, "champion").champion
    assert three.version(name, "staging").number == 1


def test_the_history_tells_who_did_what_and_why(three: Registry, name: str, promote: Promote) -> None:
    promote(1)
    promote(2)
    events = three.history(name)
    assert [(event.what, event.version, event.before, event.after) for event in events] == [
        ("published", 1, "", "candidate"),
        ("published", 2, "", "candidate"),
        ("published", 3, "", "candidate"),
        ("moved", 1, "candidate", "staging"),
        ("moved", 1, "staging", "production"),
        ("moved", 2, "candidate", "staging"),
        ("moved", 2, "staging", "production"),
        ("demoted", 1, "production", "staging"),
    ]
    assert {event.who for event in events} == {"ana"}
    assert events[4].reason == "is good"
    assert events[-1].reason == "Version 2 was promoted: is good"
    assert [event.when for event in events] == sorted(event.when for event in events)


def test_only_the_moves_of_the_table_are_allowed(registry: Registry, name: str, promote: Promote) -> None:
    registry.publish(packed(), name, "ana")
    ways = {
        "candidate": (),
        "staging": ("staging",),
        "archived": ("archived",),
        "production": ("staging", "production"),
    }
    for stage in STAGES:
        for step in ways[stage]:
            registry.move(name, 1, step, "ana", "on the way")
        for target in {*STAGES, "live"} - set(MOVES[stage]):
            with pytest.raises(WorkbenchError, match=f"cannot go from {stage} to {target}"):
                registry.move(name, 1, target, "ana", "try")
        for step in {"production": ("staging", "candidate"), "candidate": ()}.get(stage, ("candidate",)):
            registry.move(name, 1, step, "ana", "and back")


def test_a_move_needs_a_reason(three: Registry, name: str) -> None:
    with pytest.raises(WorkbenchError, match="The reason is empty"):
        three.move(name, 1, "staging", "ana", "  ")
    assert stages(three, name)[1] == "candidate"


@pytest.mark.parametrize(
    ("bundle", "limits", "words"),
    [
        (packed(0.5, 0.5), None, "Better than the baseline: Accuracy is 0.5 .*0.4 to 0.6.* baseline has 0.5"),
        (packed(0.6, 0.5), Limits(advantage=0.2), "better by 0.1, and at least 0.2"),
        (packed(None, 0.5), None, "its own value was not measured"),
        (
            packed(gaps=[gap("difference", 0.3)]),
            Limits(difference=0.2),
            "difference is 0.3 .*F against M.* limit is 0.2",
        ),
        (packed(gaps=[gap("ratio", 0.5)]), Limits(ratio=0.8), "ratio is 0.5 .*the limit is 0.8"),
        (packed(), Limits(ratio=0.8), "Fairness ratio: the smallest ratio was not measured"),
    ],
)
def test_a_gate_refuses_with_its_name_and_numbers(
    registry: Registry, name: str, bundle: bytes, limits: Limits | None, words: str
) -> None:
    registry.publish(bundle, name, "ana")
    registry.move(name, 1, "staging", "ana", "try")
    with pytest.raises(WorkbenchError, match=words):
        registry.move(name, 1, "production", "ana", "try", limits)
    assert stages(registry, name) == {1: "staging"}
    assert not all(gate.passed for gate in registry.gates(name, 1, limits))


def test_rollback_goes_back_one_champion_at_a_time(three: Registry, name: str, promote: Promote) -> None:
    for number in (1, 2, 3):
        promote(number)
    assert three.rollback(name, "bo", "3 is wrong about new customers").number == 2
    assert stages(three, name) == {1: "staging", 2: "production", 3: "staging"}
    assert three.rollback(name, "bo", "so is 2").number == 1
    with pytest.raises(WorkbenchError, match="no former champion"):
        three.rollback(name, "bo", "and 1")
    promote_again = three.move(name, 3, "production", "ana", "mended")
    assert promote_again.number == 3
    assert three.rollback(name, "bo", "not mended").number == 1
    assert [(event.what, event.who) for event in three.history(name)][-2:] == [("rolled back", "bo"), ("demoted", "bo")]


def test_rollback_passes_over_what_is_archived_or_deleted(three: Registry, name: str, promote: Promote) -> None:
    for number in (1, 2, 3):
        promote(number)
    three.move(name, 2, "archived", "ana", "too slow")
    assert three.rollback(name, "bo", "3 is wrong").number == 1


def test_an_archived_champion_leaves_none(three: Registry, name: str, promote: Promote) -> None:
    promote(1)
    three.move(name, 1, "archived", "ana", "over")
    with pytest.raises(WorkbenchError, match="no version 'champion'"):
        three.version(name, "champion")
    assert not three.version(name, 1).served


def test_notes_and_tags_change_and_are_in_the_history(three: Registry, name: str) -> None:
    three.note(name, 2, "for “new” customers\nonly", "bo")
    three.tag(name, 2, "owner", "growth", "bo")
    three.tag(name, 2, "owner", "sales", "bo")
    three.tag(name, 2, "urgent", "", "bo")
    version = three.untag(name, 2, "urgent", "bo")
    assert (version.notes, version.tags) == ("for “new” customers\nonly", {"owner": "sales"})
    assert [event.what for event in three.history(name)][3:] == ["noted", "tagged", "tagged", "tagged", "untagged"]
    assert three.version(name, 1).tags == {}


def test_the_longest_texts_that_are_accepted_can_be_kept(three: Registry, name: str, promote: Promote) -> None:
    three.note(name, 1, '"\\' * 750, "ana")
    three.publish(packed(), name, '"' * 100, "\n".join('"' * 750))
    three.delete(name, 4, '"' * 100, '"' * 400)
    assert three.version(name, 1).notes == '"\\' * 750
    assert three.history(name)[-1].reason == '"' * 400


def test_tags_are_bounded_in_number_and_name(three: Registry, name: str) -> None:
    with pytest.raises(WorkbenchError, match="cannot be called"):
        three.tag(name, 1, "workbench/digest", "0", "ana")
    with pytest.raises(WorkbenchError, match="no tag 'owner'"):
        three.untag(name, 1, "owner", "ana")
    for number in range(20):
        three.tag(name, 1, f"tag {number}", "", "ana")
    with pytest.raises(WorkbenchError, match="20 tags already"):
        three.tag(name, 1, "one more", "", "ana")
    three.tag(name, 1, "tag 3", "changed", "ana")


def test_requests_go_to_the_champion_unless_a_route_says_otherwise(three: Registry, name: str) -> None:
    assert three.route(name) == Route()
    route = Route(((1, 90.0), (2, 10.0)), shadow=3)
    assert three.set_route(name, route, "ana", "is 2 better?") == route == three.route(name)
    assert route.shares == {1: 0.9, 2: 0.1}
    assert three.set_route(name, Route(), "ana", "it is not") == Route()


@pytest.mark.parametrize(
    "route",
    [Route(((9, 1.0),)), Route(((1, 0.0),)), Route(((1, float("nan")),)), Route(((1, 1.0), (1, 2.0))), Route(shadow=9)],
)
def test_a_route_that_cannot_be_followed_is_refused(three: Registry, name: str, route: Route) -> None:
    with pytest.raises(WorkbenchError):
        three.set_route(name, route, "ana", "try")
    assert three.route(name) == Route()


def test_a_new_champion_ends_the_split(three: Registry, name: str, promote: Promote) -> None:
    promote(1)
    three.set_route(name, Route(((1, 1.0), (2, 1.0)), shadow=3), "ana", "is 2 better?")
    promote(2)
    assert three.route(name) == Route(shadow=3)


def test_a_version_of_a_route_is_neither_archived_nor_deleted(three: Registry, name: str) -> None:
    three.set_route(name, Route(((1, 1.0),), shadow=2), "ana", "try")
    with pytest.raises(WorkbenchError, match="takes part in the route"):
        three.move(name, 1, "archived", "ana", "over")
    with pytest.raises(WorkbenchError, match="takes part in the route"):
        three.delete(name, 2, "ana", "over")


def test_a_deleted_version_is_gone_but_not_its_history_nor_its_number(three: Registry, name: str) -> None:
    version = three.version(name, 3)
    three.delete(name, 3, "bo", "trained on the wrong table")
    assert [version.number for version in three.versions(name)] == [2, 1]
    with pytest.raises(WorkbenchError, match="no version 3"):
        three.version(name, 3)
    told = [(event.what, event.who, event.reason) for event in three.history(name) if event.version == 3]
    assert told == [("published", "ana", "try 3"), ("deleted", "bo", "trained on the wrong table")]
    assert three.history(name)[2].when == version.created
    assert three.publish(packed(), name, "ana").number == 4


def test_the_champion_is_not_deleted(three: Registry, name: str, promote: Promote) -> None:
    promote(1)
    with pytest.raises(WorkbenchError, match="version 1 is in production"):
        three.delete(name, 1, "ana", "over")


def test_mlflow_shows_the_same(three: Registry, name: str, promote: Promote) -> None:
    """Those who look at the models in MLflow itself see the alias, the stages and the notes."""
    from mlflow import MlflowClient

    promote(1)
    promote(2)
    three.note(name, 2, "mended", "ana")
    three.delete(name, 3, "ana", "over")
    client = MlflowClient(tracking_uri=three.uri, registry_uri=three.uri)
    champion = client.get_model_version_by_alias(name, "champion")
    assert (int(champion.version), champion.description, champion.tags["stage"]) == (2, "mended", "production")
    assert client.get_model_version(name, "1").tags["stage"] == "staging"
    assert {path.path for path in client.list_artifacts(champion.run_id)} == {"bundle", "bundle.zip"}
    assert client.get_run(champion.run_id).info.status == "FINISHED"
    assert len(client.search_model_versions(f"name = '{name}'")) == 2
