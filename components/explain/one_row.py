"""One row: what the model says of it, why, and which training rows are most like it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from backends import charts
from backends.explanations.importance import global_importance
from backends.explanations.similar import similar_rows
from backends.explanations.views import waterfall
from backends.explanations.written import written_frame
from components import results
from components.explain import overall, pick
from components.subject import Subject


def show(subject: Subject) -> None:
    """The row, its waterfall, its probabilities and its neighbours."""
    row, name = pick.row(subject)
    st.markdown(pick.of_row(subject, name))
    explanation = subject.one(row, *name)
    left, right = st.columns([3, 2])
    with left, st.container(border=True):
        st.header("Why")
        steps = waterfall(explanation, 0)
        figure = charts.waterfall(steps, explanation, dark=results.dark())
        results.chart(figure, steps, "waterfall", alt="From the base to the prediction, column by column")
        overall.check(explanation)
    with right, st.container(border=True):
        st.header("Probabilities")
        found = subject.model.probabilities(row)[0]
        order = np.argsort(-found)
        frame = pd.DataFrame({"class": [subject.model.classes[at] for at in order], "probability": found[order]})
        config = {"probability": st.column_config.ProgressColumn(format="%.3f", min_value=0, max_value=1)}
        results.table(
            frame, "explain_probabilities", alt="Probabilities", download="probabilities", column_config=config
        )
    st.header("The most similar training rows")
    weights = subject.kept("importance", lambda: global_importance(subject.explanation()), subject.explained)
    by_column = dict(zip(weights["column"], weights["importance"], strict=True))
    usable = by_column if sum(by_column.values()) > 0 else None
    similar = subject.kept(
        "similar",
        lambda: similar_rows(subject.model, row, subject.training, 5, usable),
        *name,
        subject.explained,
    )
    st.caption("By Gower's distance, in which a column counts as much as it moves the predictions.")
    results.table(
        written_frame(similar, subject.model.schema),
        "explain_similar",
        alt="The most similar training rows",
        download="similar",
    )
