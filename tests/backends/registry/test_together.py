"""Several at once, in threads and processes: nothing is lost, and each sees what the others do."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from backends.registry import Registry
from backends.settings import Settings
from tests.backends.registry.bundles import packed
from tests.backends.registry.conftest import Publishers, confirmed


def wait_until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:.0f} seconds"
        time.sleep(0.05)


def published(registry: Registry, name: str) -> Counter[str]:
    """Publications by each worker."""
    return Counter(version.by for version in registry.versions(name))


def test_two_processes_publish_at_once_and_lose_nothing(
    settings: Settings, registry: Registry, name: str, publishers: Publishers
) -> None:
    workers = [publishers.start(settings.home, seed, name) for seed in (1, 2)]
    try:
        wait_until(lambda: min(published(registry, name)[f"worker {seed}"] for seed in (1, 2)) >= 3)
    finally:
        publishers.kill(*workers)
    listed = {f"{one.name} {one.number} {one.digest}": one for one in registry.versions(name)}
    assert set(confirmed(settings.home)) <= set(listed)
    assert [version.number for version in registry.versions(name)] == list(range(len(listed), 0, -1))
    for version in listed.values():
        assert registry.bundle_path(version).is_file()


def test_threads_move_and_publish_at_once(registry: Registry, settings: Settings, name: str) -> None:
    other = Registry.open(settings)
    for _ in range(6):
        registry.publish(packed(), name, "ana")

    def promote(number: int) -> None:
        one = (registry, other)[number % 2]
        one.move(name, number, "staging", f"worker {number}", "try")
        one.move(name, number, "production", f"worker {number}", "try")
        one.publish(packed(), name, f"worker {number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(promote, range(1, 7)))
    stages = [version.stage for version in registry.versions(name)]
    assert sorted(stages) == ["candidate"] * 6 + ["production"] + ["staging"] * 5
    assert [event.what for event in registry.history(name)].count("moved") == 12
    assert registry.versions(name) == other.versions(name)
    other.close()


def test_another_registry_sees_each_change_by_the_stamp(registry: Registry, settings: Settings, name: str) -> None:
    other = Registry.open(settings)
    changes = (
        lambda: registry.publish(packed(), name, "ana"),
        lambda: registry.move(name, 1, "staging", "ana", "try"),
        lambda: registry.tag(name, 1, "owner", "growth", "ana"),
        lambda: registry.note(name, 1, "mended", "ana"),
        lambda: registry.delete(name, 1, "ana", "over"),
    )
    for change in changes:
        before, mine, count = other.stamp(), registry.stamp(), registry.changed
        assert other.stamp() == before
        change()
        assert other.stamp() != before
        assert registry.stamp() != mine
        assert registry.changed == count + 1
    other.close()
