"""SQL over the loaded tables: the editor, what runs, what came of it, and the way back into the workbench."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from backends.datasets import Dataset
from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.query import (
    Limits,
    QueryResult,
    QueryWork,
    as_dataset,
    completions,
    examples,
    load_result,
    renamed,
    table_names,
)
from backends.tasks import JobError
from components import cached, results, sql_editor, state
from components.feedback import errors_shown, escape, show_error

if TYPE_CHECKING:
    from backends.tasks import Job

LIMITS = Limits()
AT_ONCE_SECONDS = 1.5  # a query that ends within it is shown without a progress bar in between
EVERY_SECONDS = 0.5
CELL_SHOWN = 1_000  # characters
SQL_SHOWN = 80  # characters of an earlier query
Use = Callable[[str, bytes], None]


def show(tables: Sequence[Dataset], use: Use) -> None:
    """Ask the loaded tables, the one in hand first.

    `use` takes a file's name and bytes and makes them the table in hand.
    """
    named = table_names(tables)
    _panel(named, tables, use)


@st.fragment
def _panel(named: Mapping[str, Dataset], tables: Sequence[Dataset], use: Use) -> None:
    with errors_shown():
        _about(named)
        _suggestions(tables[0])
        _ask(named)
        work = _work()
        if work.job is not None:
            _watch(work.job)
            return
        if work.error is not None:
            show_error(WorkbenchError(work.error.message, hint=work.error.hint))
        if work.cancelled is not None:
            _cancelled(work.cancelled, work.result)
        if work.result is not None:
            _result(work.result, use)


def _work() -> QueryWork:
    return state.work().query or QueryWork()


def _keep(work: QueryWork) -> None:
    state.update(query=work)


def _put(text: str) -> None:
    _keep(_work().put(text))


def _about(named: Mapping[str, Dataset]) -> None:
    """Which tables there are, under which names."""
    by_table: dict[int, list[str]] = {}
    for name, table in named.items():
        by_table.setdefault(id(table), []).append(name)
    distinct = {id(table): table for table in named.values()}
    parts = [
        f"{' or '.join(f'`{name}`' for name in names)} is {escape(distinct[key].name)} "
        f"({number_of(distinct[key].rows, 'row')} × {number_of(len(distinct[key].schema), 'column')})"
        for key, names in by_table.items()
    ]
    st.caption("Tables: " + " · ".join(parts))
    for key in by_table:
        called = renamed(list(distinct[key].frame.columns))
        if called:
            st.caption(renamed_words(distinct[key], called))


def renamed_words(table: Dataset, called: Mapping[int, str], most: int = 5) -> str:
    """Which columns have another name in SQL, where case does not count and no name is blank."""
    names = list(table.frame.columns)
    shown = [f"{escape(repr(names[at]))} is {escape(name)}" for at, name in list(called.items())[:most]]
    more = f" and {len(called) - most:,} more (DESCRIBE lists all)" if len(called) > most else ""
    return f"Names are unique in SQL but for case: in {escape(table.name)} column {', '.join(shown)}{more}."


def _suggestions(dataset: Dataset) -> None:
    """Queries to begin with, and the ones asked before; a click puts one into the editor."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Examples", width="content")
        for at, (title, sql) in enumerate(examples(dataset).items()):
            label = escape(title if len(title) <= 60 else title[:59] + "…")
            st.button(
                label, key=f"explore_query_example_{at}", on_click=_put, args=(sql,), type="tertiary", help="Try it"
            )
        history = _work().history
        if history:
            with st.popover("History", icon=":material/history:", type="tertiary", key="explore_query_history"):
                for at, sql in enumerate(history):
                    label = escape(" ".join(sql.split())[:SQL_SHOWN])
                    st.button(label, key=f"explore_query_past_{at}", on_click=_put, args=(sql,), type="tertiary")


def _ask(named: Mapping[str, Dataset]) -> None:
    work = _work()
    text, asked = sql_editor.editor(work.draft, completions(named), key="explore_query_editor")
    if text != work.draft.text:
        _keep(work.typed(text))
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Run", key="explore_query_run", icon=":material/play_arrow:", type="primary", disabled=work.job is not None
        )
        st.caption(
            f"One SELECT; the first {LIMITS.rows:,} rows are kept, it may take {LIMITS.seconds:g} s and "
            f"{LIMITS.memory_mb:,} MB."
        )
    if asked or pressed:
        _start(named)


def _start(named: Mapping[str, Dataset]) -> None:
    """Run the text; a quick one has ended when this returns."""
    work = _work()
    if not work.draft.text.strip():
        raise WorkbenchError("There is no query yet.", hint="Write one, or press one of the examples.")
    job = cached.queries().start(state.owner(), named, work.draft.text, LIMITS)
    _keep(work.started(job.id))
    job = cached.queries().wait(job.id, state.owner(), AT_ONCE_SECONDS)
    if job.ended:
        _take_over(job)


def _watch(identity: str) -> None:
    """How long it runs, and the button that ends it, until it has ended."""

    @st.fragment(run_every=EVERY_SECONDS)
    def panel() -> None:
        job = _job(identity)
        if job is None or job.ended:
            if job is not None:
                _take_over(job)
            st.rerun()
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/hourglass_top: {_progress(job)}")
            if st.button("Cancel", key="explore_query_cancel", disabled=job.state == "cancelling"):
                cached.queries().cancel(identity, state.owner())

    panel()


def _job(identity: str) -> Job | None:
    try:
        return cached.queries().get(identity, state.owner())
    except WorkbenchError:
        lost = JobError("The query is gone: the server was started anew.", hint="Run it again.")
        _keep(_work().ended(error=lost))
        return None


def _progress(job: Job) -> str:
    if job.state == "queued":
        return f"Waiting: place {job.place} in the queue"
    return "Cancelling" if job.state == "cancelling" else f"Running for {job.seconds:.0f} s"


def _take_over(job: Job) -> None:
    """Make what an ended query left the thing that is shown."""
    work = _work()
    if job.state == "done":
        _keep(work.ended(result=load_result(job)))
    else:
        _keep(work.stopped(job.seconds) if job.state == "cancelled" else work.ended(error=job.error))


def _cancelled(seconds: float, earlier: QueryResult | None) -> None:
    """That the last query left nothing, and whose the result below is."""
    st.info(f"Cancelled after {max(1, round(seconds))} s; nothing was kept.", icon=":material/cancel:")
    if earlier is not None:
        st.caption(f"The earlier result, of: {escape(' '.join(earlier.sql.split())[:SQL_SHOWN])}")


def _result(result: QueryResult, use: Use) -> None:
    shown, cut = shortened(result.frame.head(results.ROWS_SHOWN))
    said = [result.words]
    if result.rows > len(shown):
        said.append(f"shown are the first {len(shown):,}, the download has all {result.rows:,}")
    if cut:
        said.append(f"long texts are cut after {CELL_SHOWN:,} characters here, not in the download")
    st.caption(" · ".join(said))
    st.dataframe(
        shown, hide_index=True, key="explore_query_result", alt="The result of the query", column_config=_types(result)
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        results.csv_button(result.frame, "query", key="explore_query_csv")
        label = "Use the result as the dataset"
        if st.button(label, key="explore_query_use", icon=":material/table_view:", disabled=not result.rows):
            data, name = as_dataset(result, "query")
            use(name, data)
            _keep(_work().cleared())
            st.rerun()


def shortened(frame: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """The frame with texts cut to what can be sent to a browser, and whether one was."""
    long = {
        name: column.str.slice(0, CELL_SHOWN) + "…"
        for name, column in frame.items()
        if isinstance(column.dtype, pd.StringDtype) and column.str.len().max() > CELL_SHOWN
    }
    cut = {name: text.where(frame[name].str.len() > CELL_SHOWN, frame[name]) for name, text in long.items()}
    return frame.assign(**{str(name): text for name, text in cut.items()}), bool(cut)


def _types(result: QueryResult) -> dict[Any, Any]:
    """The engine's name of each column's type, to be seen at its header."""
    named = zip(result.frame.columns, result.types, strict=True)
    return {name: st.column_config.Column(help=kind) for name, kind in list(named)[:200]}
