"""What there is of memory: a container's limit counts, of both versions of control groups."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings
from backends.tasks import memory
from backends.tasks.memory import Budget, available_share, container_limits, held_by_all, machine_bytes

NONE_OF_V1 = "9223372036854771712\n"


def system(root: Path, groups: str, **files: str) -> Path:
    """A file system with this `/proc/self/cgroup` and these files under `/sys/fs/cgroup`."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups, encoding="utf-8")
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("groups", "files", "limits"),
    [
        ("0::/\n", {"memory.max": "536870912\n"}, [512]),
        (
            "0::/a/b\n",
            {"a/b/memory.max": "max\n", "a/memory.max": "268435456\n", "memory.max": "536870912\n"},
            [256, 512],
        ),
        ("0::/../../outside\n", {"memory.max": "536870912\n"}, [512]),
        ("5:cpu,memory:/docker/1\n", {"memory/memory.limit_in_bytes": "104857600\n"}, [100]),
        ("5:memory:/a\n", {"memory/a/memory.limit_in_bytes": NONE_OF_V1}, []),
        ("5:memory:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": "1048576\n", "memory.max": "max\n"}, [1]),
        ("0::/\n", {}, []),
    ],
    ids=["v2", "v2 nested", "v2 seen from inside", "v1 seen from inside", "v1 without", "both", "none"],
)
def test_the_limits_of_a_container(tmp_path: Path, groups: str, files: dict[str, str], limits: list[int]) -> None:
    assert [limit / MEGABYTE for limit in container_limits(system(tmp_path, groups, **files))] == limits


V2 = {"memory.max": "1000\n", "memory.current": "990\n", "memory.stat": "anon 900\ninactive_file 40\n"}
V1 = {
    "memory.limit_in_bytes": "1000\n",
    "memory.usage_in_bytes": "990\n",
    "memory.stat": "inactive_file 7\ntotal_inactive_file 40\n",
}


@pytest.mark.parametrize(
    ("groups", "files", "share"),
    [
        ("0::/\n", V2, 0.05),
        ("0::/a/b\n", {**{f"a/{name}": text for name, text in V2.items()}, "a/b/memory.max": "max\n"}, 0.05),
        ("0::/../../outside\n", V2, 0.05),
        ("5:cpu,memory:/docker/1\n", {f"memory/{name}": text for name, text in V1.items()}, 0.05),
        ("0::/\n", {"memory.max": "1000\n", "memory.current": "990\n"}, 0.01),
    ],
    ids=["v2", "v2 nested", "v2 seen from inside", "v1 seen from inside", "v2 without statistics"],
)
def test_what_is_free_in_a_container_that_is_tighter(
    tmp_path: Path, groups: str, files: dict[str, str], share: float
) -> None:
    assert available_share(system(tmp_path, groups, **files)) == pytest.approx(share)


@pytest.mark.parametrize("files", [{}, {"memory.max": "max\n"}, {"memory.max": "1000\n"}, {"memory.max": "0\n"}])
def test_what_is_free_of_the_machine(tmp_path: Path, files: dict[str, str]) -> None:
    assert 0 < available_share(system(tmp_path, "0::/\n", **files)) <= 1


def test_the_smaller_of_machine_and_container_counts(tmp_path: Path) -> None:
    assert machine_bytes(tmp_path) == psutil.virtual_memory().total  # without control groups
    assert machine_bytes(system(tmp_path, "0::/\n", **{"memory.max": "1048576"})) == MEGABYTE


def test_what_is_not_set_follows_from_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "machine_bytes", lambda: 1_000 * MEGABYTE)
    usual = Budget.of(Settings())
    assert [part // MEGABYTE for part in (usual.total, usual.job, usual.session)] == [750, 750, 375]
    set_ = Budget.of(Settings(total_memory_mb=600, job_memory_mb=100, session_memory_mb=50))
    assert [part // MEGABYTE for part in (set_.total, set_.job, set_.session)] == [600, 100, 50]
    assert Budget.of(Settings(total_memory_mb=600)).job == 600 * MEGABYTE  # no job may have more than all


def test_where_memory_is_short_the_figures_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "held_by_all", lambda: 590 * MEGABYTE)
    budget = Budget.of(Settings(total_memory_mb=600))
    budget.check("a table", 10 * MEGABYTE)
    with pytest.raises(
        WorkbenchError, match=r"no memory for a table: 590 of 600 MB are in use, and it takes 11 MB"
    ) as no:
        budget.check("a table", 11 * MEGABYTE)
    assert "WORKBENCH_TOTAL_MEMORY_MB" in no.value.hint


def test_what_is_held_is_measured_with_the_children() -> None:
    own = psutil.Process().memory_info().rss
    assert 0.9 * own < held_by_all() < psutil.virtual_memory().total
