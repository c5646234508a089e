"""The versions of a model: their stages, the gates of a promotion, notes, comparison, rollback and removal."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from backends.errors import WorkbenchError
from backends.registry import Event, Gate, Limits, ModelVersion
from components import admin, cached, results, state
from components.feedback import escape, show_error
from components.publish.place import lacking

MOST_REASON = 400  # characters
COLORS = {"production": "green", "staging": "blue", "candidate": "gray", "archived": "orange"}


def show(name: str, who: str) -> None:
    """Every version as a line, and one of them closely."""
    versions = cached.registry().versions(name)
    results.table(_lines(versions), "publish_versions", alt=f"Versions of {name}", download=f"{name}-versions")
    number = st.selectbox(
        "Version",
        [version.number for version in versions],
        format_func=lambda n: f"Version {n}",
        key=f"publish_version_{name}",
        **state.KEEP,
    )
    version = next((one for one in versions if one.number == number), versions[0])
    with st.container(border=True):
        _about(version)
        mine = admin.allowed("Moving, rolling back, describing and deleting a version is")
        if mine:
            _move(version, who)
    if not mine:
        return
    with st.expander("Notes and tags", icon=":material/sell:"):
        _notes(version, who)
    with st.expander("Delete this version", icon=":material/delete:"):
        _delete(version, who)


def compare(name: str) -> None:
    """Two versions side by side."""
    numbers = [version.number for version in cached.registry().versions(name)]
    if len(numbers) < 2:
        st.markdown("There is one version only; the next one can be compared with it.")
        return
    left, right = st.columns(2)
    with left:
        one = st.selectbox("Version", numbers, index=1, key=f"publish_left_{name}", **state.KEEP)
    with right:
        other = st.selectbox("Against", numbers, index=0, key=f"publish_right_{name}", **state.KEEP)
    frame = cached.registry().compare(name, int(one or numbers[1]), int(other or numbers[0]))
    frame = frame.reset_index()
    measured = frame["change"].notna()
    frame = pd.concat([frame[measured], frame[~measured]])  # what can be subtracted first
    words = frame.columns[1:-1]
    frame[words] = frame[words].map(lambda value: "" if value is None else str(value)).astype("str")
    change = {"change": st.column_config.NumberColumn(format="%+.4g")}
    results.table(frame, "publish_compared", alt="Two versions", download=f"{name}-compared", column_config=change)


def history(name: str) -> None:
    """Who did what, when and why."""
    events = cached.registry().history(name)[::-1]
    frame = pd.DataFrame([_event(event) for event in events])
    results.table(frame, "publish_history", alt=f"History of {name}", download=f"{name}-history")


def _event(event: Event) -> dict[str, object]:
    return {
        "when": f"{event.when:%Y-%m-%d %H:%M:%S} UTC",
        "who": event.who,
        "what": event.what,
        "version": event.version,
        "from": event.before,
        "to": event.after,
        "reason": event.reason,
        "details": ", ".join(f"{key}: {value}" for key, value in event.details.items()),
    }


def _lines(versions: tuple[ModelVersion, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "version": version.number,
                "stage": version.stage,
                "model": version.facts.get("model", ""),
                "data": version.facts.get("dataset", ""),
                "score": _score(version),
                "published": f"{version.created:%Y-%m-%d %H:%M} UTC",
                "by": version.by,
                "notes": version.notes,
            }
            for version in versions
        ]
    )


def _score(version: ModelVersion) -> str:
    facts = version.facts
    if facts.get("value") is None:
        return ""
    return f"{facts.get('metric_title', '')} {facts['value']:.3f} ({facts['low']:.3f}–{facts['high']:.3f})"


def _about(version: ModelVersion) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Version {version.number}**")
        st.badge(version.stage, color=COLORS[version.stage])  # type: ignore[arg-type]
        st.caption(f"{escape(str(version.facts.get('model', '')))} · {escape(_score(version))}")
        for tag, value in version.tags.items():
            st.badge(escape(f"{tag}: {value}"), color="gray", icon=":material/sell:")


def _move(version: ModelVersion, who: str) -> None:
    """The stages it may go to, the gates on the way, and the reason."""
    key = f"{version.name}_{version.number}_{version.stage}"  # each move has a reason of its own
    left, right = st.columns([2, 3])
    with left:
        to = st.selectbox("Move to", list(version.moves), key=f"publish_to_{key}")
    with right:
        reason = st.text_input("Reason", max_chars=MOST_REASON, key=f"publish_reason_{key}")
    limits = _limits() if to == "production" else Limits()
    gates = cached.registry().gates(version.name, version.number, limits) if to == "production" else ()
    _gates(gates, limits)
    given, passed = (reason or "").strip(), all(gate.passed for gate in gates)
    ready = bool(who and given and to) and passed
    with st.container(horizontal=True):
        if st.button("Move", icon=":material/swap_horiz:", disabled=not ready, key="publish_move", type="primary"):
            _done(lambda: admin.registry().move(version.name, version.number, str(to), who, given, limits))
        if st.button(
            "Roll back to the former production version",
            icon=":material/undo:",
            disabled=not (who and given),
            key="publish_rollback",
        ):
            _done(lambda: admin.registry().rollback(version.name, who, given))
    lacking((who, "your name"), (given, "a reason"), (passed, "every gate above to be passed"))


def _gates(found: tuple[Gate, ...], limits: Limits) -> None:
    """What a promotion asks for, and whether the version has it; grey is what is not asked for."""
    open_gates = {"Fairness difference": limits.difference is None, "Fairness ratio": limits.ratio is None}
    for gate in found:
        if open_gates.get(gate.name):
            mark = ":gray[:material/remove:]"
        else:
            mark = ":green[:material/check_circle:]" if gate.passed else ":red[:material/block:]"
        st.markdown(f"{mark} **{gate.name}**: {escape(gate.says)}")


def _limits() -> Limits:
    """What a promotion to production asks for, beside the certificate."""
    left, middle, right = st.columns(3)
    with left:
        better = st.number_input(
            "Better than the baseline by", 0.0, 1.0, 0.0, 0.01, key="publish_better", help="At least.", **state.KEEP
        )
    with middle:
        gap = _limit_input("Largest difference between groups", "publish_gap")
    with right:
        ratio = _limit_input("Smallest ratio between groups", "publish_ratio")
    return Limits(float(better or 0.0), gap, ratio)


def _limit_input(label: str, key: str) -> float | None:
    value = st.number_input(
        label,
        0.0,
        1.0,
        value=None,
        step=0.01,
        key=key,
        placeholder="no limit",
        help="Of every criterion.",
        **state.KEEP,
    )
    return None if value is None else float(value)


def _notes(version: ModelVersion, who: str) -> None:
    key = f"{version.name}_{version.number}"
    notes = st.text_area("Notes", version.notes, key=f"publish_note_{key}", max_chars=1_500)
    if st.button("Save the notes", key=f"publish_save_{key}", disabled=not who or notes == version.notes):
        _done(lambda: admin.registry().note(version.name, version.number, notes or "", who))
    frame = pd.DataFrame({"tag": list(version.tags), "value": list(version.tags.values())}, dtype="str")
    edited = st.data_editor(
        frame, num_rows="dynamic", hide_index=True, key=f"publish_tags_{key}", alt=f"Tags of version {version.number}"
    )
    wanted = {str(row.tag): str(row.value) for row in edited.dropna().itertuples() if row.tag}
    if st.button("Save the tags", key=f"publish_tag_{key}", disabled=not who or wanted == dict(version.tags)):
        _done(lambda: _retag(version, wanted, who))
    lacking((who, "your name"))


def _retag(version: ModelVersion, wanted: dict[str, str], who: str) -> None:
    """Make a version's tags these."""
    for gone in set(version.tags) - set(wanted):
        admin.registry().untag(version.name, version.number, gone, who)
    for tag, value in wanted.items():
        if version.tags.get(tag) != value:
            admin.registry().tag(version.name, version.number, tag, value, who)


def _delete(version: ModelVersion, who: str) -> None:
    sure = st.text_input(
        f"Type {version.name} {version.number} to delete it for good", key=f"publish_sure_{version.number}"
    )
    fits = (sure or "").split() == [version.name, str(version.number)]
    if st.button("Delete", icon=":material/delete:", disabled=not (fits and who), key="publish_delete"):
        _done(lambda: admin.registry().delete(version.name, version.number, who, "deleted on the page Publish"))
    lacking((who, "your name"), (fits, "the words above"))


def _done(act: Callable[[], object]) -> None:
    """Do it and show the page anew, or say what stands against it."""
    try:
        act()
    except WorkbenchError as error:
        show_error(error)
        return
    st.rerun()
