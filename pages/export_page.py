"""Export: the model as one ONNX file, and the proof that it decides as the model does."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components import admin, state, subject, tabs
from components.export import ask, bundle, proof
from components.feedback import escape

st.title("Export")
about = subject.choose(cohorts=False)
if about is None:
    subject.needs_a_model()
    st.stop()

reason = ask.why_not(about)
if reason:
    st.markdown(f"**{escape(about.model.title)} does not convert to ONNX.** {escape(reason)} Choose another model.")
    st.stop()

exported = ask.made(about)
failed = state.work().export_failed
if exported is None:
    st.markdown(
        "One file that takes the columns of your table and decides as the model does, which is proven on every "
        "held-out row and on rows made to break it."
    )
    if failed is not None and failed[0] == ask.of(about):
        st.warning(escape(failed[1]), title="There is no export", icon=":material/error:")
    ask.show(about, again=False)
    st.stop()

certificate = exported.bundle.certificate
proof.verdict(certificate, about.model.title)
proof.numbers(certificate)
name = ask.file_name(about)
bundle.downloads(exported, name)
if certificate.passed and admin.allowed("Publishing it as a widget and an API is"):
    st.page_link("publish_page.py", label="Publish it as a widget and an API", icon=":material/rocket_launch:")
tabs.show(
    "export_tab",
    {
        "Proof": partial(proof.details, certificate),
        "Speed": partial(proof.latency, certificate),
        "Model card": partial(bundle.card, exported),
        "Files": partial(bundle.contents, exported, name),
        "Code": partial(bundle.code, exported),
        "Smaller": partial(bundle.variants, exported, name),
    },
)
proof.fingerprints(certificate)
with st.expander("Export again, with other settings", icon=":material/tune:"):
    ask.show(about, again=True)
