"""A page for people about the API: what is published and how to ask it, with nothing from another host."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from backends.serving.api.edge import Call, in_thread
from backends.serving.api.models import base, shown_of

if TYPE_CHECKING:
    from backends.serving.api.openapi import Shown

SHOWN = 50  # models on the page
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Demo Workbench API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{color-scheme:light dark}
body{color:CanvasText;background:Canvas}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:.75rem;border:1px solid #8884;border-radius:.4rem}table{border-collapse:collapse}
td,th{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884}</style></head>
<body><main><h1>Demo Workbench API</h1>
"""


async def page(call: Call) -> Response:
    """`GET /docs`: each published model with its columns and a call to paste."""
    found = await in_thread(_shown, call)
    address = f"{call.request.url.scheme}://{call.headers.get('host', 'localhost')}{base(call)}"
    said = "".join(_section(one, address, call.service.keys.required) for one in found)
    said = said or "<p>Nothing is published yet.</p>"
    said += _collections(address, call.service.keys.required)
    links = f'<p>For tools: <a href="{escape(base(call))}/openapi.json">openapi.json</a>.</p>'
    return HTMLResponse(f"{HEAD}{links}{said}</main></body></html>", headers={"Content-Security-Policy": POLICY})


def _shown(call: Call) -> list[Shown]:
    return [shown_of(call.service, served) for served in call.service.catalogue.models()[:SHOWN]]


def _section(shown: Shown, address: str, keyed: bool) -> str:
    rows = "".join(_row(name, about) for name, about in shown.schema["properties"].items())
    key = " \\\n  -H 'Authorization: Bearer YOUR-KEY'" if keyed else ""
    body = json.dumps({"records": [shown.row]}, ensure_ascii=False, default=str).replace("'", "'\\''")
    kind = " \\\n  -H 'Content-Type: application/json'"
    command = f"curl {address}/v1/models/{shown.name}/predict{key}{kind} \\\n  -d '{body}'"
    head = "<tr><th>column</th><th>type</th><th>in training</th></tr>"
    return f"<h2>{escape(shown.name)}</h2><pre tabindex=0>{escape(command)}</pre><table>{head}{rows}</table>"


def _collections(address: str, keyed: bool) -> str:
    """How documents are put in and asked: the three calls that everything else is a variation of."""
    key = " -H 'Authorization: Bearer YOUR-KEY'" if keyed else ""
    base, kind = f"{address}/v1/collections", " -H 'Content-Type: application/json'"
    calls = (
        f'curl {base}{key}{kind} -d \'{{"name": "handbook"}}\'',
        f"curl {base}/handbook/documents{key} -F files=@report.pdf -F files=@notes.md",
        f'curl {base}/handbook/ask{key}{kind} -d \'{{"question": "What was decided?"}}\'',
    )
    return f"<h2>Documents</h2><pre tabindex=0>{escape(chr(10).join(calls))}</pre>"


def _row(name: str, about: dict[str, object]) -> str:
    kind = about["type"]
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    seen = about.get("description") or ""
    if "minimum" in about:
        seen = f"{about['minimum']} to {about.get('maximum')}"
    if isinstance(levels := about.get("enum"), list):
        seen = ", ".join(str(level) for level in levels[:12] if level is not None) + (" …" if len(levels) > 12 else "")
    return f"<tr><td>{escape(name)}</td><td>{escape(words)}</td><td>{escape(str(seen))}</td></tr>"
