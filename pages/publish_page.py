"""Publish: versions of models that people and programs can ask, and who let them."""

from __future__ import annotations

from functools import partial

import streamlit as st

from backends.errors import WorkbenchError
from components import admin, cached, engines, tabs
from components.address import address
from components.feedback import escape
from components.publish import calls, place, publish, traffic, try_it, versions, widget

st.title("Publish")
engines.warn("mlflow")
with st.spinner("Opening the registry…"):
    served, models = cached.served(), cached.registry().models()
base = address("publish")
st.markdown(place.summary(models, base))
admin.banner()
mine = admin.rights()
if not served.settings.home:
    st.warning(
        "What is published is kept in a temporary folder and goes when the workbench stops. "
        "Set WORKBENCH_HOME to a folder to keep it.",
        icon=":material/hourglass_bottom:",
    )
left, right = st.columns(2)
with right if models else left:
    who = place.who() if mine.may_change else ""
with left:
    name = place.model_input([model.name for model in models])
if mine.may_change:
    with st.container(border=True) if not models else st.expander("Publish a new version", icon=":material/add:"):
        publish.show(who)
elif mine.case == "visitor":
    admin.allowed("Publishing a version is")
if name is None:
    st.stop()

kept = {
    "Versions": partial(versions.show, name, who),
    "Compare": partial(versions.compare, name),
    "History": partial(versions.history, name),
}
try:
    model = served.catalogue.model(name)
except WorkbenchError as error:
    st.info(f"{escape(error.message)} {escape(error.hint)}", icon=":material/visibility_off:")
    tabs.show("publish_tab_archived", kept)
    st.stop()

number = model.answering.number
with served.session(name, number) as session:
    bundle = session.predictor.bundle
st.markdown(place.answering(model))
if model.split and model.champion is not None and not dict(model.split).get(model.champion.number):
    st.warning("The version in production answers no request: see Traffic.", icon=":material/alt_route:")
example = dict(bundle.examples[0]) if bundle.examples else place.typical(bundle.signature.columns)
tabs.show(
    "publish_tab",
    {
        "Widget": partial(widget.show, name, base),
        "Share": partial(widget.embed, name, base),
        "Call it": partial(calls.show, name, base, example, served.keys.required),
        "Try it": partial(try_it.show, name, number, bundle),
        "Traffic": partial(traffic.show, name, who),
        **kept,
    },
)
