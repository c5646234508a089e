"""A table that was read: what it is, what was repaired, its rows and its columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from backends.datasets import KINDS, Dataset, Note
from backends.datasets.preparation import spellings, what_fits
from backends.datasets.wording import number_of
from components import results, state
from components.feedback import escape

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes", " ": "blanks"}
COLUMNS_SHOWN = 200  # more would keep the browser busy for long
SEVERITY = {"warning": ("orange", "warning"), "repair": ("primary", "build"), "info": ("gray", "info")}


def sentence(dataset: Dataset) -> str:
    """What was read and how, in one line of Markdown."""
    rows, columns = number_of(dataset.rows, "row"), number_of(len(dataset.schema), "column")
    size = f"**{escape(dataset.name)}** has {rows} and {columns}"
    return f"{size}, {_how(dataset)}. {_repairs_in_words(dataset.notes)}"


def _how(dataset: Dataset) -> str:
    dialect = dataset.dialect
    if dialect is None:
        return f"read from {dataset.format.capitalize() if dataset.format == 'parquet' else dataset.format.upper()}"
    if dialect.sheet:
        return f"read from the sheet {escape(dialect.sheet)}"
    mark = dialect.delimiter
    separated = f"separated by {DELIMITERS.get(mark, f'“{escape(mark)}”')}" if mark else "one column"
    return f"read as {escape(dialect.encoding.upper())}, {separated}"


def numbers(dataset: Dataset) -> None:
    """Four numbers: rows, columns, missing values, repairs."""
    missing = round(sum(column.missing for column in dataset.schema) * dataset.rows)
    figures = {
        "Rows": dataset.rows,
        "Columns": len(dataset.schema),
        "Missing values": missing,
        "Repairs": len(_repairs(dataset.notes)),
    }
    for place, (label, figure) in zip(results.four(), figures.items(), strict=True):
        place.metric(label, f"{figure:,}", border=True, height="stretch")


def prepared_since() -> None:
    """That the table was changed after it was read, and where."""
    prepared = state.work().dataset
    if prepared is not None and len(prepared.recipe):
        steps = len(prepared.recipe)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"This is the table as it was read; {number_of(steps, 'step')} prepared it since.")
            st.page_link("explore_page.py", label="See them on Explore", icon=":material/checklist:")


def notes(dataset: Dataset) -> None:
    """Everything that was guessed, repaired, cut or skipped, the gravest first."""
    order = list(SEVERITY)
    for note in sorted(dataset.notes, key=lambda note: order.index(note.severity)):
        color, icon = SEVERITY[note.severity]
        where = f" :gray[{_lines(note)}]" if note.lines else ""
        st.markdown(f":{color}[:material/{icon}:] {escape(note.message)}{where}")


def rows(dataset: Dataset) -> None:
    """The rows themselves, and the table as a clean CSV."""
    numbered = {"_index": st.column_config.Column("row")}  # a heading that a screen reader can say
    st.dataframe(_preview(dataset), key="load_rows", alt=f"Rows of {dataset.name}", column_config=numbered)
    with st.container(horizontal=True, vertical_alignment="center"):
        if dataset.rows > results.ROWS_SHOWN:
            st.caption(f"The first {results.ROWS_SHOWN:,} of {dataset.rows:,} rows")
        if len(dataset.schema) > COLUMNS_SHOWN:
            st.caption(f"The first {COLUMNS_SHOWN:,} of {len(dataset.schema):,} columns")
        results.table_button(dataset, "Clean CSV", f"{dataset.name.rsplit('.', 1)[0]}-clean.csv", "load_clean")


def columns(dataset: Dataset) -> dict[str, str]:
    """The columns with their kind and its evidence; returns the kinds that the user changed, by column."""
    frame = _column_frame(dataset)
    edited = st.data_editor(
        frame,
        key="load_kinds",
        hide_index=True,
        disabled=["column", "missing", "distinct", "example", "why this kind"],
        column_config={
            "kind": st.column_config.SelectboxColumn("kind", options=list(KINDS), required=True, pinned=True),
            "column": st.column_config.TextColumn("column", pinned=True),
            "missing": st.column_config.NumberColumn("missing", format="percent"),
            "why this kind": st.column_config.TextColumn("why this kind", width="large"),
        },
        alt="The columns, their kinds and the evidence for them",
    )
    results.csv_button(frame, f"{dataset.name.rsplit('.', 1)[0]}-columns", key="load_kinds_csv")
    kinds = zip(dataset.schema, edited["kind"], strict=True)
    return {column.name: kind for column, kind in kinds if kind != column.kind}


def dialect_form(dataset: Dataset) -> dict[str, Any] | None:
    """How it was read, each guess correctable; returns the changed fields when the form is sent, else None."""
    dialect = dataset.dialect
    if dialect is None:
        st.caption("This format says itself how it is read.")
        return None
    with st.form("dialect", border=False):
        given = _dialect_inputs(dialect.__dict__)
        sent = st.form_submit_button("Read again", icon=":material/refresh:")
    changed = {key: value for key, value in given.items() if value != getattr(dialect, key)}
    return changed if sent else None


def apply(changed: dict[str, Any]) -> None:
    """Read the original bytes again with these corrections on top of the earlier ones."""
    from components.sources import load

    source, dataset = state.work().source, state.work().dataset
    assert source is not None
    assert dataset is not None
    merged = {**dict(source.corrections), **changed}
    if "kinds" in changed:
        earlier = dict(dict(source.corrections).get("kinds", ()))
        merged["kinds"] = tuple(sorted({**earlier, **changed["kinds"]}.items()))
    load(source.name, source.data, tuple(sorted(merged.items())))
    read = state.work().read
    if read is not None and len(dataset.recipe):
        fitting, left = what_fits(read, dataset.recipe)
        state.decide(fitting)
        if left:
            said = ", ".join(f"“{step.words}”" for step in left)
            st.toast(f"These steps cannot be done on the new reading and were let go: {escape(said)}.", duration="long")


def _dialect_inputs(now: dict[str, Any]) -> dict[str, Any]:
    left, middle, right = st.columns(3)
    with left:
        encoding = st.text_input("Encoding", now["encoding"], key="load_encoding")
        delimiter = st.text_input(
            "Delimiter (\\t is a tab)", now["delimiter"].replace("\t", "\\t"), key="load_delimiter"
        )
        decimal = st.selectbox("Decimal mark", [".", ","], index=[".", ","].index(now["decimal"]), key="load_decimal")
    with middle:
        header_rows = st.number_input("Header rows", 0, 10, now["header_rows"], key="load_header_rows")
        skip_lines = st.number_input("Lines to skip before them", 0, 10_000, now["skip_lines"], key="load_skip_lines")
        comment = st.text_input("Comment lines start with", now["comment"], key="load_comment")
    with right:
        quotechar = st.text_input("Quote", now["quotechar"], max_chars=1, key="load_quotechar")
        thousands = st.text_input("Thousands mark", now["thousands"], max_chars=1, key="load_thousands")
        escapechar = st.text_input("Escape (empty: doubled quotes)", now["escapechar"], max_chars=1, key="load_escape")
        marks = st.text_input("Missing-value marks", ", ".join(now["missing_values"]), key="load_missing_values")
    sheet = st.text_input("Sheet", now["sheet"], key="load_sheet") if now["sheet"] else ""
    return {
        "encoding": encoding,
        "delimiter": delimiter.replace("\\t", "\t"),
        "decimal": decimal,
        "thousands": thousands,
        "sheet": sheet,
        "header_rows": int(header_rows),
        "skip_lines": int(skip_lines),
        "comment": comment,
        "quotechar": quotechar,
        "escapechar": escapechar,
        "missing_values": tuple(mark.strip() for mark in marks.split(",") if mark.strip()),
    }


def _column_frame(dataset: Dataset) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": [column.name for column in dataset.schema],
            "kind": [column.kind for column in dataset.schema],
            "missing": [column.missing for column in dataset.schema],
            "distinct": [column.distinct for column in dataset.schema],
            "example": ["" if column.example is None else str(column.example) for column in dataset.schema],
            "why this kind": [column.evidence for column in dataset.schema],
        }
    )


def _preview(dataset: Dataset) -> pd.DataFrame:
    """The first rows; yes and no in the file's own words instead of check boxes, dates without a midnight."""
    shown = dataset.schema.columns[:COLUMNS_SHOWN]
    head = dataset.frame.iloc[: results.ROWS_SHOWN, :COLUMNS_SHOWN].copy()
    for column in (column for column in shown if column.kind == "boolean"):
        head[column.name] = head[column.name].map(spellings(column))
    for column in (column for column in shown if column.kind == "datetime"):
        dates = head[column.name]
        if (dates.dropna() == dates.dropna().dt.normalize()).all():
            head[column.name] = dates.dt.strftime("%Y-%m-%d")
    return head


def _repairs(notes: tuple[Note, ...]) -> list[Note]:
    return [note for note in notes if note.severity != "info"]


def _repairs_in_words(notes: tuple[Note, ...]) -> str:
    repairs = _repairs(notes)
    if not repairs:
        return "Nothing had to be repaired."
    return f"{number_of(len(repairs), 'thing')} had to be repaired; nothing was changed silently."


def _lines(note: Note) -> str:
    shown = ", ".join(f"{line:,}" for line in note.lines[:10])
    more = f" and {note.count - 10:,} more" if note.count > 10 and len(note.lines) >= 10 else ""
    return f"line{'s' if len(note.lines) > 1 else ''} {shown}{more}"
