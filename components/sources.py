"""Where a table comes from: a file, pasted text or a sample."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import streamlit as st

from backends.datasets.formats import ENDINGS
from backends.datasets.samples import SAMPLES, Sample, sample_bytes
from backends.settings import Settings
from components import cached, state, stay
from components.state import Source


def load(name: str, data: bytes, corrections: tuple[tuple[str, Any], ...] = ()) -> None:
    """Read the table and make it the one that is worked on. Raises WorkbenchError; nothing changes then."""
    source = Source(name, data, hashlib.sha256(data).hexdigest(), corrections)
    dataset = cached.table(source.digest, name, corrections, data)
    state.start_over(source, dataset)
    for page in ("load_", "explore_", "train_"):
        state.forget_widgets(page)


def shelve(name: str, data: bytes) -> None:
    """Read a table and put it on the shelf; the one that is worked on stays. Raises WorkbenchError."""
    source = Source(name, data, hashlib.sha256(data).hexdigest())
    dataset = cached.table(source.digest, name, (), data)
    work = state.work()
    shelf = state.put_on_shelf(work.shelf, state.Shelved(source, dataset, dataset))
    state.update(shelf=state.fit(replace(work, shelf=shelf), needed=1).shelf)


def take_from_shelf(table: state.Shelved) -> None:
    """Work on a table of the shelf, with the steps that were decided for it; the one in hand takes its place."""
    state.start_over(table.source, table.read)
    state.forget_widgets("load_")
    state.decide(table.dataset.recipe)


def choose() -> None:
    """Three ways to a table, side by side, and how long it stays."""
    upload, paste, sample = st.tabs(["Upload a file", "Paste text", "Pick a sample"], key="source_tab", default=None)
    with upload:
        _upload()
    with paste:
        _paste()
    with sample:
        sample_buttons("source")
    stay.small_print()


def sample_buttons(prefix: str) -> None:
    """One card per sample, with the button that loads it."""
    with st.grid(3, gap="small"):
        for sample in SAMPLES:
            _sample_card(sample, f"{prefix}_{sample.key}")


def _upload() -> None:
    file = st.file_uploader(
        "CSV, TSV, Parquet, JSON, JSON Lines or Excel",
        type=[ending.lstrip(".") for ending in ENDINGS],
        key="load_file",
        max_upload_size=Settings.from_environment().max_upload_mb,
    )
    if file is not None:
        load(file.name, file.getvalue())
        state.forget_upload(file)
        st.rerun()


def _paste() -> None:
    with st.form("paste", border=False):
        text = st.text_area("Text with one row per line", height=160, placeholder="name,age\nAda,36\nAlan,41")
        if st.form_submit_button("Read it", icon=":material/content_paste_go:") and text:
            load("pasted.csv", text.encode())
            st.rerun()


def _sample_card(sample: Sample, key: str) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{sample.title}**")
        st.caption(f"{sample.rows:,} rows × {sample.columns} columns · target `{sample.target}`")
        st.markdown(sample.description)
        if st.button("Load", key=f"load_sample_{key}", icon=":material/table_view:"):
            load(sample.file, sample_bytes(sample.key))
            st.rerun()
