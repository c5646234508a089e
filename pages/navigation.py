"""The entry script: the list of pages, the frame around them, and who gets to see them."""

from __future__ import annotations

import streamlit as st

from components import account, frame, ready, stay, tour
from components.feedback import errors_shown

frame.configure()
with errors_shown():
    awaited = account.awaited()
    page = st.navigation(
        {
            "": [st.Page("home_page.py", title="Home", icon=":material/home:", url_path="home", default=True)],
            "Data": [
                st.Page("load_page.py", title="Load", icon=":material/upload_file:", url_path="load"),
                st.Page("explore_page.py", title="Explore", icon=":material/query_stats:", url_path="explore"),
            ],
            "Model": [
                st.Page("train_page.py", title="Train", icon=":material/model_training:", url_path="train"),
                st.Page("explain_page.py", title="Explain", icon=":material/psychology:", url_path="explain"),
                st.Page("fairness_page.py", title="Fairness", icon=":material/balance:", url_path="fairness"),
            ],
            "Ship": [
                st.Page("export_page.py", title="Export", icon=":material/verified:", url_path="export"),
                st.Page("publish_page.py", title="Publish", icon=":material/rocket_launch:", url_path="publish"),
            ],
            "Documents": [
                st.Page("ask_page.py", title="Ask", icon=":material/menu_book:", url_path="ask"),
            ],
        },
        position="hidden" if awaited else "sidebar",
    )
    if awaited:
        account.entrance()
        st.stop()
    st.set_page_config(page_title=f"{page.title} · {frame.TITLE}")
    stay.arrive()
    frame.working_on()
    tour.go_along(page.url_path or "home")
    with ready.said():
        page.run()
