"""A finished comparison: the answer, the leaderboard, what to look at."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from backends import charts
from backends.metrics import Evaluation
from backends.training.results import Comparison
from backends.training.scoring import METRICS, Metric, metric
from components import results
from components.feedback import escape

THREE_DIGITS = st.column_config.NumberColumn(format="%.3f")
MEASURED = "Median of up to 15 predictions, measured while the other models were still being fitted."
CHECK_STYLE = {
    "error": (st.error, ":material/error:"),
    "warning": (st.warning, ":material/warning:"),
    "info": (st.info, ":material/info:"),
}


def answer(comparison: Comparison) -> str:
    """The sentence that recommends a model and says why, its name in bold."""
    reason = escape(comparison.reason)
    if comparison.recommended is None:
        return reason
    title = escape(comparison.models[comparison.recommended].title)
    return reason.replace(title, f"**{title}**", 1)


def trained_on(comparison: Comparison) -> str:
    """What was trained, from the comparison's own settings: target, columns, folds, hold-out, tuning, seed."""
    spec, model = comparison.spec, next(iter(comparison.models.values()))
    target = escape(spec.target) + (f" (positive: {escape(comparison.classes[1])})" if model.binary else "")
    folds = comparison.fold_scores["fold"].nunique()
    by = {"group": f" by {spec.group}", "time": f" in order of {spec.time}"}.get(spec.scheme, "")
    tuned = f" · tuned for {spec.tune_seconds:.0f} s" if spec.tune_seconds else ""
    return (
        f"Predicts {target} from {len(model.schema)} columns · {folds} {spec.scheme} folds{escape(by)} on "
        f"{len(model.train_rows):,} rows · {len(model.holdout_rows):,} rows held out{tuned} · seed {spec.seed}"
    )


def headline(comparison: Comparison, evaluation: Evaluation, key: str) -> None:
    """Four numbers of the chosen model: three scores on the held-out rows, and what a prediction takes."""
    several = len(comparison.classes) > 2  # recall, averaged over the classes, is then the balanced accuracy
    shown = list(dict.fromkeys([comparison.metric, "f1" if several else "recall", "brier", "precision"]))[:3]
    board = comparison.leaderboard
    milliseconds = float(board.loc[board["model"] == key, "predict_ms_1"].iloc[0])
    *scores, cost = results.four()
    for place, name in zip(scores, shown, strict=False):
        with place:
            _score(metric(name), evaluation)
    with cost:
        quick = f"{milliseconds:.2g} ms" if milliseconds < 10 else f"{milliseconds:,.0f} ms"
        _card("Predict one row", quick, "median")


def board(comparison: Comparison) -> None:
    """The leaderboard as a picture: each model's mean and interval, the tied ones in colour."""
    judged = metric(comparison.metric)
    frame = charts.leaderboard_frame(comparison)
    figure = charts.leaderboard(frame, judged, dark=results.dark())
    words = f"{judged.title} of each model, mean and 95 % interval over the folds"
    results.chart(figure, frame, "leaderboard", alt=words)


def table(comparison: Comparison) -> None:
    """The leaderboard as a table; its download has every metric in full precision."""
    st.dataframe(
        board_frame(comparison),
        hide_index=True,
        key="train_board",
        height="content",
        alt="The leaderboard: score, spread, cost and state of each model",
        column_config={
            **{row.title: THREE_DIGITS for row in METRICS if row.key != comparison.metric},
            "ms / row": st.column_config.NumberColumn(format="%.2f", help=MEASURED),
            "ms / 1,000 rows": st.column_config.NumberColumn(format="%.1f", help=MEASURED),
            "fit s": st.column_config.NumberColumn(format="%.2f"),
            "size kB": st.column_config.NumberColumn(format="%.0f"),
            "remark": st.column_config.TextColumn(width="large"),
        },
    )
    with st.container(horizontal=True):
        results.csv_button(comparison.leaderboard, "leaderboard", key="leaderboard_all", label="Leaderboard as CSV")
        results.csv_button(comparison.fold_scores, "fold_scores", key="fold_scores_all", label="Fold scores as CSV")


def board_frame(comparison: Comparison) -> pd.DataFrame:
    """The leaderboard for people: the ranking metric first, intervals in words, failures with their reason."""
    board = comparison.leaderboard
    judged = metric(comparison.metric)
    others = [row for row in METRICS if row.key != judged.key]
    remarks = [_remark(row) for _, row in board.iterrows()]
    shown = {
        "model": board["title"],
        "tied with best": [_tie(row) for _, row in board.iterrows()],
        judged.title: [_mean_and_spread(row, judged.key) for _, row in board.iterrows()],
        **({"remark": remarks} if any(remarks) else {}),
        "fit s": board["fit_seconds"],
        "ms / row": board["predict_ms_1"],
        **{row.title: board[row.key] for row in others},
        "ms / 1,000 rows": board["predict_ms_1000"],
        "size kB": board["size_kb"],
        "ONNX": board["onnx"],
        **({"tuned to": board["parameters"]} if board["parameters"].any() else {}),
    }
    return pd.DataFrame(shown)


def checks(comparison: Comparison) -> None:
    """What to look at before trusting the result, the gravest first; then what was found to be fine."""
    order = list(CHECK_STYLE)
    for check in sorted(comparison.checks, key=lambda check: order.index(check.severity)):
        show, icon = CHECK_STYLE[check.severity]
        show(f"{escape(check.why)} **{escape(check.what_to_do)}**", title=escape(check.title), icon=icon)
    if not comparison.checks:
        st.success("No check found anything to look at.", icon=":material/verified:")
    for sentence in comparison.passed:
        st.caption(f":green[:material/check:] {escape(sentence)}")


def failures(comparison: Comparison) -> None:
    """The models without a result, each with its reason; those that were cancelled in one line."""
    cancelled = [failure.title for failure in comparison.failures if failure.kind == "cancelled"]
    if cancelled:
        st.info(f"Cancelled before they were done: {escape(', '.join(cancelled))}.", icon=":material/stop_circle:")
    for failure in comparison.failures:
        if failure.kind != "cancelled":
            st.error(escape(failure.reason), title=f"{escape(failure.title)}: {failure.kind}", icon=":material/error:")


def notes(comparison: Comparison) -> None:
    """What was left out, sampled or tuned on the way."""
    for note in comparison.notes:
        st.caption(f":material/info: {escape(note)}")


def _score(judged: Metric, evaluation: Evaluation) -> None:
    value, low, high = (float(evaluation.scores[end][judged.key]) for end in ("value", "low", "high"))
    words = f"{judged.short(low)}–{judged.short(high)}, 95\xa0%\xa0interval on the hold-out"
    _card(judged.title, judged.short(value), words, judged.describe(len(evaluation.classes)))


def _card(label: str, value: str, words: str, describe: str | None = None) -> None:
    """A figure with its words below it, which may take two lines where the card is narrow."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(label, value, help=describe)
        st.caption(words)


def _tie(row: pd.Series) -> str:
    """Whether a model is tied with the best, and what it is among those; the recommendation looks at fewer of them."""
    if not row["tied"]:
        return ""
    words = " and ".join(word for word in ("fastest", "simplest") if row[word])
    return f"{words} of the tied" if words else "tied"


def _mean_and_spread(row: pd.Series, key: str) -> str:
    if pd.isna(row[key]):
        return ""
    return f"{row[key]:.3f} ± {row[f'{key}_std']:.3f}"


def _remark(row: pd.Series) -> str:
    return "" if row["status"] == "done" else f"{row['status']}: {row['reason']}"
