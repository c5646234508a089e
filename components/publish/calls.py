"""Calls of a published model that work when they are pasted."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

import streamlit as st

KEY = "$WORKBENCH_KEY"


def show(name: str, base: str, example: Mapping[str, Any], keyed: bool) -> None:
    """The same request for three kinds of reader, and where the rest is described."""
    for title, language, text in (
        ("Shell", "bash", curl(name, base, example, keyed)),
        ("Python", "python", python(name, base, example, keyed)),
        ("JavaScript", "javascript", javascript(name, base, example, keyed)),
    ):
        st.markdown(f"**{title}**")
        st.code(text, language=language, wrap_lines=True)
    st.markdown(
        f"Described at {base}/api/v1/models/{name}/openapi.json. A CSV or Parquet file can be sent instead of records. "
        f"Clients of the Open Inference Protocol find it at {base}/v2/models/{name}, agents as an MCP tool at "
        f"{base}/widgets/{name}/gradio_api/mcp/."
    )


def curl(name: str, base: str, example: Mapping[str, Any], keyed: bool) -> str:
    """A call from a shell."""
    body = shlex.quote(json.dumps({"records": [example]}, ensure_ascii=False))
    key = f' \\\n  -H "Authorization: Bearer {KEY}"' if keyed else ""
    return f"curl -sS {_url(name, base)} \\\n  -H 'Content-Type: application/json'{key} \\\n  -d {body}"


def python(name: str, base: str, example: Mapping[str, Any], keyed: bool) -> str:
    """A call with Python's standard library."""
    body = json.dumps({"records": [example]}, ensure_ascii=False)
    key = ', "Authorization": "Bearer " + os.environ["WORKBENCH_KEY"]' if keyed else ""
    needs = "import json, os, urllib.request" if keyed else "import json, urllib.request"
    return (
        f"{needs}\n\n"
        f"rows = json.loads({body!r})\n"
        f"request = urllib.request.Request(\n"
        f'    "{_url(name, base)}",\n'
        f"    json.dumps(rows).encode(),\n"
        f'    {{"Content-Type": "application/json"{key}}},\n'
        f")\n"
        f"print(json.load(urllib.request.urlopen(request)))"
    )


def javascript(name: str, base: str, example: Mapping[str, Any], keyed: bool) -> str:
    """A call from a browser or Node."""
    body = json.dumps({"records": [example]}, ensure_ascii=False, indent=2)
    key = ', "Authorization": `Bearer ${key}`' if keyed else ""
    return (
        f'const answer = await fetch("{_url(name, base)}", {{\n'
        f'  method: "POST",\n'
        f'  headers: {{"Content-Type": "application/json"{key}}},\n'
        f"  body: JSON.stringify({body}),\n"
        f"}});\n"
        f"console.log(await answer.json());"
    )


def _url(name: str, base: str) -> str:
    return f"{base}/api/v1/models/{name}/predict"
