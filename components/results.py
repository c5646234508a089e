"""How a table or a chart is shown: with its data, and with its downloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from backends.charts import plotly_config
from backends.datasets import Dataset, spreadsheet_csv
from components import state

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

ROWS_SHOWN = 1_000
HALF = 340  # pixels that two cards side by side have at least
DEFUSED = "A cell that a spreadsheet would take for a formula begins with an apostrophe in the file."


def table(frame: pd.DataFrame, key: str, *, alt: str, download: str, **options: Any) -> None:
    """A frame as a table, rounded for people; the CSV below it has full precision and every row."""
    if len(frame) > ROWS_SHOWN:
        st.caption(f"The first {ROWS_SHOWN:,} of {len(frame):,} rows; the download has all.")
    st.dataframe(frame.head(ROWS_SHOWN), hide_index=True, alt=alt, key=key, **options)
    csv_button(frame, download, key=f"{key}_csv")


def four() -> list[DeltaGenerator]:
    """The places of four cards: in a row, or two by two where that is too narrow."""
    with st.grid(2, min_column_width=HALF, gap="small"):
        left, right = (st.container(horizontal=True, height="stretch") for _ in range(2))
    return [left, left, right, right]


def dark() -> bool:
    """Whether the page is shown in the dark theme."""
    return st.context.theme.type == "dark"


def csv_button(frame: pd.DataFrame, name: str, key: str, label: str = "CSV") -> None:
    """A button that downloads the frame as CSV, made when it is pressed."""
    st.download_button(
        label,
        data=lambda: spreadsheet_csv(frame),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        help=DEFUSED,
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def text_button(make: Callable[[], str | bytes], file: str, mime: str, label: str) -> None:
    """A button that downloads a text, made when it is pressed; a file has one such button on a page."""

    def data() -> bytes:
        text = make()
        return text.encode() if isinstance(text, str) else text

    st.download_button(
        label,
        data=data,
        file_name=file,
        mime=mime,
        key=f"text_{file}",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def table_button(dataset: Dataset, label: str, file: str, key: str) -> None:
    """A button that downloads a whole table as clean CSV, made when it is pressed."""
    st.download_button(
        label,
        data=lambda: spreadsheet_csv(dataset.frame),
        file_name=file,
        mime="text/csv",
        key=key,
        help=DEFUSED,
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def chart(
    figure: go.Figure, frame: pd.DataFrame, key: str, *, alt: str, note: str = "", clicks: bool = False
) -> list[dict[str, Any]]:
    """A figure; the camera saves it as PNG or SVG, the popover under it shows its data and saves CSV and HTML.

    `note` is said beside it, such as what it was sampled from. With `clicks`, the points that are chosen in it are
    returned as Plotly describes them.
    """
    picture = state.widget(f"{key}_format", "PNG")
    event = st.plotly_chart(
        figure,
        key=key,
        config=plotly_config(key, str(picture).lower()),
        alt=alt,
        theme=None,
        on_select="rerun" if clicks else "ignore",
        selection_mode="points",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover(
            "Data", icon=":material/table_rows:", type="tertiary", key=f"{key}_data", on_change="rerun"
        ) as data:
            if data.open:
                _chart_data(figure, frame, key, alt)
        if note:
            st.caption(note[:1].upper() + note[1:])
    return list(event["selection"]["points"]) if clicks else []  # type: ignore[index]


def _chart_data(figure: go.Figure, frame: pd.DataFrame, key: str, alt: str) -> None:
    st.dataframe(frame.head(ROWS_SHOWN), hide_index=True, alt=f"Data of the chart: {alt}", key=f"{key}_frame")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        csv_button(frame, key, key=f"{key}_csv")
        st.download_button(
            "HTML",
            data=lambda: figure.to_html(include_plotlyjs=True).encode(),
            file_name=f"{key}.html",
            mime="text/html",
            key=f"{key}_html",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
        )
        st.segmented_control("The camera saves", ["PNG", "SVG"], default="PNG", required=True, key=f"{key}_format")
