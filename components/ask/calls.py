"""Calls of a collection that work when they are pasted."""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote

import streamlit as st

from backends.retrieval import Collection
from components import cached
from components.address import address
from components.ask import known

KEY = "$WORKBENCH_KEY"


def show(collection: Collection) -> None:
    """Add, search and ask, from a shell and from Python."""
    if known.is_own(known.key_of(collection)):
        st.markdown("The API knows the collections that everybody sees. This one is yours alone.")
        return
    base, keyed = address("ask"), cached.served().keys.required
    where = f"{base}/api/v1/collections/{quote(collection.name, safe='')}"
    for title, language, text in (
        ("Ask, from a shell", "bash", ask(where, keyed)),
        ("The same, as it is written", "bash", streamed(where, keyed)),
        ("Search, from Python", "python", search(where, keyed)),
        ("Add a document", "bash", upload(where, keyed)),
    ):
        st.markdown(f"**{title}**")
        st.code(text, language=language, wrap_lines=True)
    st.markdown(f"Everything else, such as measuring, is described at {base}/api/docs and {base}/api/openapi.json.")


def ask(where: str, keyed: bool) -> str:
    """A question, answered with citations.

    >>> print(ask("http://x/api/v1/collections/a", keyed=False))
    curl -sS http://x/api/v1/collections/a/ask \\
      -H 'Content-Type: application/json' \\
      -d '{"question": "What is a fold?"}'
    """
    body = shlex.quote(json.dumps({"question": "What is a fold?"}))
    return f"curl -sS {where}/ask \\\n  -H 'Content-Type: application/json'{_key(keyed)} \\\n  -d {body}"


def streamed(where: str, keyed: bool) -> str:
    """The same question with the answer as server-sent events."""
    return (
        ask(where, keyed)
        .replace("curl -sS", "curl -sSN")
        .replace("-H 'Content", "-H 'Accept: text/event-stream' \\\n  -H 'Content")
    )


def upload(where: str, keyed: bool) -> str:
    """A file of this folder put into the collection."""
    return f"curl -sS {where}/documents{_key(keyed)} \\\n  -F files=@report.pdf"


def search(where: str, keyed: bool) -> str:
    """A search with Python's standard library."""
    needs = "import json, os, urllib.request" if keyed else "import json, urllib.request"
    key = ', "Authorization": "Bearer " + os.environ["WORKBENCH_KEY"]' if keyed else ""
    return (
        f"{needs}\n\n"
        f"request = urllib.request.Request(\n"
        f'    "{where}/search",\n'
        f'    json.dumps({{"question": "What is a fold?", "k": 5}}).encode(),\n'
        f'    {{"Content-Type": "application/json"{key}}},\n'
        f")\n"
        f'for hit in json.load(urllib.request.urlopen(request))["hits"]:\n'
        f'    print(hit["rank"], hit["document"]["name"], hit["passage"]["text"][:80])'
    )


def _key(keyed: bool) -> str:
    return f' \\\n  -H "Authorization: Bearer {KEY}"' if keyed else ""
