"""The parity certificate on a page: the verdict, what was compared, and the rows at fault."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from backends import charts
from backends.datasets.wording import number_of
from backends.onnx_export.certificate import Certificate, Compared
from components import results
from components.feedback import escape


def verdict(certificate: Certificate, title: str) -> None:
    """The answer: whether the graph is equal to the model, and how that is known."""
    held, probes = certificate.held_out, certificate.probes
    probed = sum(one.rows for one in probes)
    if certificate.passed:
        st.markdown(
            f"**The ONNX file decides as {escape(title)} does** on all {held.rows:,} held-out rows and on "
            f"{probed:,} probe rows made to break it; probabilities differ by at most "
            f"{_tiny(certificate.max_difference)}."
        )
        return
    st.error(
        " ".join(escape(reason) for reason in certificate.reasons) + " It cannot be published.",
        title="The ONNX file does not decide as the model does",
        icon=":material/gpp_bad:",
    )


def numbers(certificate: Certificate) -> None:
    """The four figures of the certificate."""
    single = next((row for row in certificate.latency if row.batch == 1), None)
    with st.container(horizontal=True):
        st.metric("Rows compared", f"{certificate.rows:,}", border=True)
        st.metric("Decisions that differ", f"{certificate.flips:,}", border=True)
        largest = certificate.max_difference
        st.metric("Largest difference", _tiny(largest), border=True, help="Of a probability, over all rows.")
        if single is not None:
            before = f"One row, {single.original_p50_ms:.3g} ms before"
            st.metric(before, f"{single.graph_p50_ms:.2g} ms", border=True, help="The median, with its input step.")
        st.metric("File", _size(certificate.file_size), border=True)


def details(certificate: Certificate) -> None:
    """Every family of rows, the flips, and the latency."""
    with st.container(border=True):
        st.header("What was compared")
        frame = pd.DataFrame([_line(one) for one in (certificate.held_out, *certificate.probes)])
        frame = frame.drop(columns=[name for name in ("largest margin of a flip", "left out") if not frame[name].any()])
        numbers = {name: st.column_config.NumberColumn(format="%.2g") for name in frame.columns[3:5]}
        alt = "Rows compared by family"
        results.table(frame, "export_compared", alt=alt, download="parity", column_config=numbers)
        st.caption(
            "A probe row is a held-out row with one value changed. A margin is how far the model's probability is from "
            "its decision; a probe may flip only below a margin of 0.000001."
        )
    if certificate.flipped:
        with st.container(border=True):
            st.header(f"{number_of(len(certificate.flipped), 'row')} at fault")
            results.table(_flips(certificate), "export_flips", alt="Rows that flip", download="flips")


def latency(certificate: Certificate) -> None:
    """How long both take, by batch."""
    with st.container(border=True):
        st.header("How long a prediction takes")
        frame = charts.latency_frame(certificate)
        figure = charts.latency(frame, dark=results.dark())
        results.chart(figure, frame, "export_latency", alt="Milliseconds by batch size, model and ONNX")


def fingerprints(certificate: Certificate) -> None:
    """What the certificate is about: versions and digests."""
    with st.expander("Versions and digests", icon=":material/fingerprint:"):
        rows = [("Opset", str(certificate.opset)), *certificate.versions.items()]
        rows += [(f"SHA-256 of the {name}", digest) for name, digest in certificate.sha256.items()]
        frame = pd.DataFrame([(name, str(value)) for name, value in rows], columns=["what", "value"])
        results.table(frame, "export_digests", alt="Versions and digests", download="versions")


def _line(one: Compared) -> dict[str, object]:
    return {
        "rows": one.title,
        "compared": one.rows,
        "decisions that differ": one.flips,
        "largest difference": one.max_difference,
        "99 % below": one.p99_difference,
        "largest margin of a flip": one.worst_margin,
        "left out": one.note,
    }


def _flips(certificate: Certificate) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rows": [flip.source for flip in certificate.flipped],
            "row": [flip.row + 1 for flip in certificate.flipped],
            "changed": [flip.probe for flip in certificate.flipped],
            "model says": [flip.original for flip in certificate.flipped],
            "ONNX says": [flip.graph for flip in certificate.flipped],
            "refused": [flip.refusal for flip in certificate.flipped],
            "margin": [flip.margin for flip in certificate.flipped],
            **{
                name: [str(flip.values.get(name)) for flip in certificate.flipped]
                for name in (certificate.flipped[0].values if certificate.flipped else ())
            },
        }
    )


def _tiny(difference: float | None) -> str:
    """A difference of probabilities, rounded up to one digit.

    >>> _tiny(4.957e-07), _tiny(0.0), _tiny(None)
    ('0.0000005', '0', 'not known')
    """
    if difference is None:
        return "not known"
    if not difference:
        return "0"
    step = 10.0 ** math.floor(math.log10(difference))
    return f"{math.ceil(difference / step) * step:.{max(0, -round(math.log10(step)))}f}"


def _size(size: int) -> str:
    """Bytes for people.

    >>> _size(1_300), _size(2_500_000)
    ('1.3 kB', '2.5 MB')
    """
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"
