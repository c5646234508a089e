"""Target: which features tell it, how sure that is, and how each one goes with it."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.profiling import Profile
from backends.profiling.shares import percent
from components import cached, results, state
from components.feedback import escape

PROBLEMS = {
    "binary": "a class out of two",
    "multiclass": "a class out of several",
    "numeric": "a quantity, so the rank correlation stands in place of the AUC",
}


def show(profile: Profile) -> None:
    """The features ranked, and one of them against the target."""
    with st.spinner("Setting every feature against the target…"):
        view = profile.target_view
    if view is None:
        st.markdown("Choose a **target** above: the column you want to predict. Every other column is set against it.")
        return
    if view.problem == "none":
        st.markdown(f"**{escape(view.target)}** {escape(view.reason)}. Choose another target above.")
        return
    ranked = view.features
    note = view.sample.words
    st.markdown(f"**{escape(view.target)}** is {PROBLEMS[view.problem]}. {_best(profile)}")
    results.chart(
        charts.target_ranking(view, dark=results.dark()), ranked, "target_ranking", alt="Features ranked", note=note
    )
    if said := _not_ranked(profile):
        st.caption(said)
    if view.left_out:
        st.caption(f"{view.left_out:,} rows without a value of {escape(view.target)} are left out.")
    with st.container(border=True):
        name = st.selectbox("One feature closely", ranked["column"].tolist(), key="explore_feature", **state.KEEP)
        if name is not None:
            _one(profile, view.target, name)
    with st.expander("Every feature", icon=":material/table_rows:"):
        results.table(ranked, "explore_target_table", alt="Features ranked by information", download="features")


def _one(profile: Profile, target: str, name: str) -> None:
    against = cached.against_target(target, name, profile)
    figures = charts.against_target(against, dark=results.dark())
    frames = (against.distribution, against.groups) if len(figures) == 2 else (against.groups,)
    note = against.sample.words
    for place, figure, frame in zip(st.columns(len(figures)), figures, frames, strict=True):
        kind = "distribution" if frame is against.distribution else "groups"
        with place:
            results.chart(figure, frame, f"against_{kind}", alt=f"{name} against {target}: {kind}", note=note)
    if against.left_out:
        st.caption(f"Not drawn: the classes {escape(', '.join(against.left_out[:10]))}.")


def _not_ranked(profile: Profile) -> str:
    """The features that have no figure, with the reason."""
    view = profile.target_view
    assert view is not None
    measure = "spearman" if view.problem == "numeric" else "auc"
    rows = view.features[view.features[measure].isna()]
    named = [f"{escape(str(row.column))} ({escape(str(row.note))})" for row in rows.head(5).itertuples()]
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"Not ranked: {', '.join(named)}{more}." if named else ""


def _best(profile: Profile) -> str:
    view = profile.target_view
    if view is None or view.features.empty:
        return "There is no other column."
    first = view.features.iloc[0]
    share = f"it alone settles {percent(first['mi_share'])} of what there is to know about the target"
    return f"**{escape(str(first['column']))}** tells most: {share}."
