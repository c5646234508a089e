"""What a comparison costs beside a bare scikit-learn loop: ``python -m benchmarks.training``.

Both sides do the same fits of the same pipelines on the same folds of Adult with the same number of
processes, each in a fresh process of its own, taking turns; the loop is joblib over ``clone(pipeline).fit``
and ``predict_proba`` and nothing else. Memory is that of the process and its workers together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._rows import Bar, Row, report

ADULT = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "tabular" / "adult_train.csv"
ROUNDS = 3
MEGABYTE = 1024 * 1024
MEMORY = Bar("<", 2_000, "here")


def main() -> None:
    """Measure and report."""
    if not ADULT.exists():
        sys.exit(f"{ADULT} is not there; set WORKBENCH_EXTRA_DATA to the folder that has tabular/adult_train.csv.")
    runs: dict[str, list[dict[str, Any]]] = {"loop": [], "compare": []}
    for _ in range(ROUNDS):
        for side, found in runs.items():
            found.append(measured(side))
    # The quickest round of each side is the one that other work on the machine disturbed least.
    loop, ours = (min(run["seconds"] for run in runs[side]) for side in ("loop", "compare"))
    cpu = {side: min(run["processor"] for run in found) for side, found in runs.items()}
    last = runs["compare"][-1]
    print(f"Adult, {last['rows']:,} rows, 5 folds, {last['models']} models, {last['processes']} processes\n")
    memory = {side: max(run["memory"] for run in found) for side, found in runs.items()}
    loops = "the same fits in a bare joblib loop"
    report(
        "training",
        [
            Row("`compare`", ours, "s", loops, loop, (Bar("<=", 1.15),)),
            Row("the same in processor time", cpu["compare"], "s", loops, cpu["loop"]),
            Row("peak memory with its workers", memory["compare"], "MB", loops, memory["loop"], (MEMORY,)),
            Row("hold-out ROC AUC of hist gradient boosting", last["auc"], bars=(Bar(">=", 0.925, "here"),)),
        ],
    )


def measured(side: str) -> dict[str, Any]:
    """Run one side in a process of its own and watch its memory."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.training", side], stdout=subprocess.PIPE, text=True)
    peak: list[float] = [0.0]
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    output, _ = process.communicate()
    watcher.join()
    if process.returncode:
        sys.exit(f"The {side} side failed.")
    return {**json.loads(output.splitlines()[-1]), "memory": peak[0]}


def watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    """Keep the largest sum of what the process and its children hold (shared pages once each process)."""
    import psutil

    while process.poll() is None:
        total = 0
        try:
            root = psutil.Process(process.pid)
            for child in [root, *root.children(recursive=True)]:
                total += child.memory_info().rss
        except psutil.Error:
            continue
        peak[0] = max(peak[0], total / MEGABYTE)
        time.sleep(0.1)


def processor_seconds() -> float:
    """What this process and its living workers have used of the processors."""
    import psutil

    root = psutil.Process()
    times = [process.cpu_times() for process in [root, *root.children(recursive=True)]]
    return sum(used.user + used.system for used in times)


def compare_side() -> dict[str, Any]:
    """`training.compare` with its defaults."""
    from sklearn.metrics import roc_auc_score

    from backends.datasets import read_table
    from backends.training import TrainingSpec, compare, plan

    dataset = read_table(ADULT, ADULT.name)
    spec = TrainingSpec(target="class")
    before, start = processor_seconds(), time.perf_counter()
    comparison = compare(dataset, spec)
    seconds, processor = time.perf_counter() - start, processor_seconds() - before
    model = comparison.models["hist_gradient_boosting"]
    auc = roc_auc_score(model.holdout_codes, model.probabilities(model.holdout)[:, 1])
    processes = plan(dataset, spec).processes
    return {
        "seconds": seconds,
        "processor": processor,
        "auc": auc,
        "models": len(comparison.models),
        "rows": dataset.rows,
        "processes": processes,
    }


def loop_side() -> dict[str, Any]:
    """The same fits and refits with joblib and scikit-learn alone."""
    from joblib import Parallel, delayed
    from sklearn.base import clone

    from backends.datasets import read_table
    from backends.training import TrainingSpec
    from backends.training.pipeline import build_pipeline
    from backends.training.plan import prepare

    problem = prepare(read_table(ADULT, ADULT.name), TrainingSpec(target="class"))
    pipelines = [build_pipeline(row, problem.schema, problem.spec.seed) for row in problem.rows]
    frame, codes = problem.frame, problem.target.codes

    def fold_fit(pipeline: Any, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        return clone(pipeline).fit(frame.iloc[train], codes[train]).predict_proba(frame.iloc[test])

    def refit(pipeline: Any, train: np.ndarray) -> Any:
        return clone(pipeline).fit(frame.iloc[train], codes[train])

    tasks = [delayed(fold_fit)(p, fold.train, fold.test) for p in pipelines for fold in problem.split.folds]
    tasks += [delayed(refit)(p, problem.split.train_rows) for p in pipelines]
    before, start = processor_seconds(), time.perf_counter()
    Parallel(n_jobs=problem.plan.processes)(tasks)
    return {"seconds": time.perf_counter() - start, "processor": processor_seconds() - before}


SIDES = {"loop": loop_side, "compare": compare_side}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(SIDES[sys.argv[1]]()))
    else:
        main()
