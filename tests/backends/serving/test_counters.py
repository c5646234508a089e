from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from backends.serving.counters import Counters


def samples(counters: Counters) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(counters.exposition().decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_requests_and_predictions_are_counted_by_version_and_way() -> None:
    counters = Counters()
    counters.answered("churn", 1, "split", rows=3, seconds=0.004)
    counters.answered("churn", 2, "split", rows=5, seconds=0.2)
    counters.answered("churn", 2, "champion", rows=1, seconds=0.004)
    counters.answered("churn", 3, "shadow", rows=9, seconds=0.2)
    counters.answered("loans", 1, "champion", rows=7, seconds=0.004)
    assert counters.of_model("churn") == {1: 3, 2: 6}
    assert counters.of_model("churn", shadow=True) == {3: 9}
    assert counters.of_model("nothing") == {}
    found = samples(counters)
    assert found["workbench_requests_total", "churn", "2", "split"] == 1
    assert found["workbench_predictions_total", "churn", "2", "split"] == 5
    assert found["workbench_request_seconds_count", "churn"] == 3  # the shadow answers nobody
    assert found["workbench_request_seconds_bucket", "0.005", "churn"] == 2


def test_refusals_are_counted_and_watched_numbers_read_when_asked() -> None:
    counters, now = Counters(), [1.0]
    counters.watch("workbench_models_loaded", "Models", lambda: now[0])
    counters.refused("not_found")
    counters.refused("not_found")
    now[0] = 4.0
    found = samples(counters)
    assert found["workbench_refusals_total", "not_found"] == 2
    assert found[("workbench_models_loaded",)] == 4
    assert found[("process_resident_memory_bytes",)] > 0


def test_two_services_do_not_share_counts() -> None:
    one, other = Counters(), Counters()
    one.answered("churn", 1, "champion", rows=1, seconds=0.1)
    assert other.of_model("churn") == {}
