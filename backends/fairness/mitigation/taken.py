"""A mitigated model on the list of trained models."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from backends.errors import WorkbenchError
from backends.fairness.mitigation.mitigate import Mitigated
from backends.training.fitting import median_ms
from backends.training.results import Comparison, TrainedModel

NOT_RANKED = "mitigated"  # its status on the leaderboard
REASON = "Made on the page Fairness: judged on the held-out rows only, not by cross-validation, so it has no rank."


def with_model(comparison: Comparison, mitigated: Mitigated) -> Comparison:
    """The comparison with the mitigated model at the foot of its leaderboard, without a rank.

    It was fitted on the same training rows and is judged on the same held-out rows as the others; in the folds it was
    not tried, so it has no fold scores and is never recommended. Taken twice it is there once. Raises WorkbenchError
    where the mitigation left no model of its own.
    """
    model = mitigated.model
    if model is None:
        raise WorkbenchError(f"{mitigated.title} is no model.", hint=mitigated.why_no_model or "Choose another one.")
    board = comparison.leaderboard
    row = pd.DataFrame([_record(model, mitigated.seconds)]).reindex(columns=board.columns)
    kept = board[board["model"] != model.key]
    known = {name: board[name].dtype for name in board.columns}
    joined = pd.DataFrame({name: [*kept[name], *row[name]] for name in board.columns}).astype(known)
    return replace(comparison, leaderboard=joined, models={**comparison.models, model.key: model})


def _record(model: TrainedModel, seconds: float) -> dict[str, object]:
    """What is known of it; the rest of the line stays empty."""
    few = model.holdout.iloc[:1_000]
    return {
        "model": model.key,
        "title": model.title,
        **dict.fromkeys(("tied", "fastest", "simplest", "recommended"), False),
        "fit_seconds": seconds,
        "predict_ms_1": median_ms(lambda: model.probabilities(few.iloc[:1])),
        "predict_ms_1000": median_ms(lambda: model.probabilities(few)),
        "parameters": "",
        "onnx": "not tried",
        "folds_done": 0,
        "status": NOT_RANKED,
        "reason": REASON,
    }
