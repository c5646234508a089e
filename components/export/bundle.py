"""The bundle on a page: what is in it, its downloads, its card and the smaller variants."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import streamlit as st

from backends.bundle.job import Exported
from components import results
from components.feedback import escape

MEMBERS = {
    "model.onnx": "the graph: a table's columns in, label and probabilities out",
    "schema.json": "the columns, how their text becomes values, the decision",
    "certificate.json": "what was compared, and what came of it",
    "metrics.json": "scores with their intervals",
    "fairness.json": "figures by group",
    "README.md": "the model card",
    "train.py": "trains the model again, with scikit-learn alone",
    "predict.py": "asks the model, with ONNX Runtime alone",
    "requirements.txt": "what predict.py needs",
    "examples.json": "a few rows to try",
    "explainer.json": "rows that explanations compare with",
    "manifest.json": "the layout, and the SHA-256 of every file",
}
RUN = "unzip {name}.zip && pip install -r requirements.txt\npython predict.py rows.csv > predictions.csv"


def downloads(exported: Exported, name: str) -> None:
    """The whole bundle, and the graph alone."""
    with st.container(horizontal=True):
        _button("Bundle", exported.data, f"{name}.zip", "application/zip", primary=True)
        _button("ONNX file", exported.bundle.model, f"{name}.onnx", "application/octet-stream")
        _button("Model card (README.md)", exported.bundle.card.encode(), "README.md", "text/markdown")


def contents(exported: Exported, name: str) -> None:
    """Every file, and how to use them without the workbench."""
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        found = [(info.filename, info.file_size) for info in archive.infolist()]
    frame = pd.DataFrame([(name, MEMBERS.get(name, ""), size) for name, size in found], columns=["file", "is", "bytes"])
    results.table(frame, "export_files", alt="Files of the bundle", download="bundle")
    st.caption("Without the workbench:")
    st.code(RUN.format(name=name), language="bash")


def card(exported: Exported) -> None:
    """The model card as it will be read."""
    _, _, text = exported.bundle.card.removeprefix("---\n").partition("\n---\n")
    with st.container(border=True):
        st.markdown(text)


def code(exported: Exported) -> None:
    """The two scripts of the bundle."""
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        for name in ("predict.py", "train.py"):
            st.markdown(f"**{name}** · {MEMBERS[name]}")
            st.code(archive.read(name).decode(), language="python", height=420)


def variants(exported: Exported, name: str) -> None:
    """The smaller variants: what they gain, or why they are not offered."""
    if not exported.variants:
        st.markdown("None was tried. Tick *Try smaller numbers* and export again.")
        return
    for one, data in exported.variants:
        with st.container(border=True):
            st.markdown(f"**{escape(one.title)}** · {escape(one.why)}")
            if data is not None:
                _button(f"Bundle with {one.title}", data, f"{name}-{one.key}.zip", "application/zip")


def _button(label: str, data: bytes, file: str, mime: str, primary: bool = False) -> None:
    st.download_button(
        label,
        data=data,
        file_name=file,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        type="primary" if primary else "secondary",
        key=f"export_get_{file}",
    )
