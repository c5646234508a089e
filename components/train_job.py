"""The training as a background job: start it, show the board as it fills, take the result over."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from backends.datasets import Dataset
from backends.tasks import Job
from backends.training import job as training_job
from backends.training.scoring import metric
from backends.training.spec import TrainingSpec
from backends.training.store import COMPARISON, load_comparison
from components import cached, job_panel, state, tracking
from components.explain.coming import warm_up


def start(dataset: Dataset, spec: TrainingSpec) -> None:
    """Queue the comparison; the results so far stay until it has new ones."""
    prepare = training_job.prepare(dataset, spec, state.work().tuning)
    job = cached.jobs().start(state.owner(), f"Train on {dataset.name}", training_job.ADDRESS, prepare)
    state.update(job=job.id, training=dataset, message="")
    warm_up()


def watch(identity: str) -> None:
    """Progress and the board so far, until the job has ended."""
    job_panel.watch(identity, on_end=_take_over, show=_board_so_far)


def board_so_far(events: tuple[dict[str, object], ...], ranked_by: str) -> pd.DataFrame:
    """One line per model that has ended, the best first, from the events of a running comparison.

    Columns: model, state, the ranking metric's mean and spread over the folds, and the fit's seconds.
    """
    rows = []
    for event in events:
        if event.get("event") == "model":
            row = dict(event["row"])  # type: ignore[call-overload]
            spread = row.get(f"{ranked_by}_std")
            rows.append((event["title"], "done", row.get(ranked_by), spread, row.get("fit_seconds")))
        elif event.get("event") == "failed":
            rows.append((event["title"], f"{event['kind']}: {event['reason']}", None, None, None))
    frame = pd.DataFrame(rows, columns=["model", "state", ranked_by, "± fold", "fit s"])
    numbers = frame.columns[2:]
    frame[numbers] = frame[numbers].astype("float64")
    lowest_first = not metric(ranked_by).greater_is_better
    return frame.sort_values(ranked_by, ascending=lowest_first, na_position="last", ignore_index=True)


def _board_so_far(job: Job) -> None:
    plans = [event["plan"] for event in job.events if event.get("event") == "plan"]
    ranked_by = plans[0]["metric"] if plans else "accuracy"
    board = board_so_far(job.events, ranked_by)
    if board.empty:
        st.caption("The board fills as models are done; the baseline comes first.")
        return
    shown = board.rename(columns={ranked_by: metric(ranked_by).title})
    digits = {name: st.column_config.NumberColumn(format="%.3f") for name in shown.columns[2:]}
    words = "The models that are done so far"
    st.dataframe(shown, hide_index=True, key="train_board_so_far", alt=words, column_config=digits)


def _take_over(job: Job) -> None:
    """Make the result of an ended job the one that is shown, or say why there is none."""
    tuning = training_job.tuning_left(job.folder) if job.state == "cancelled" else ""
    state.update(job=None, tuning=tuning, message="")
    comparison = load_comparison(job.output) if COMPARISON in job.files else None
    if comparison is not None and (comparison.recommended is not None or job.state == "done"):
        nothing_yet: dict[str, Any] = {"model": None, "curves": {}, "cohorts": (), "policies": (), "mitigated": ()}
        trained = state.work().training
        state.update(result=job.id, comparison=comparison, trained=trained, **nothing_yet)
        if trained is not None:
            tracking.begin(job.id, comparison, trained)
    elif job.error is not None:
        state.update(message=f"{job.error.message} {job.error.hint}")
    else:
        state.update(message=_nothing_done(bool(tuning)))


def _nothing_done(tuned: bool) -> str:
    kept = " What the tuning found is kept: train again with a tuning budget and it goes on." if tuned else ""
    earlier = " The earlier result is still shown." if state.work().comparison is not None else ""
    return f"Cancelled before any model was done.{kept}{earlier}"
