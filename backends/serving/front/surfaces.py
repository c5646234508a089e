"""What a path belongs to: the rules at the door differ between the pages, the API and the widgets."""

from __future__ import annotations

from typing import Any, Literal

from starlette.types import Scope

Surface = Literal["pages", "api", "widgets"]
OURS: dict[str, Surface] = {"api": "api", "v2": "api", "metrics": "api", "widgets": "widgets"}
STREAM, UPLOAD, HOST_CONFIG = "/_stcore/stream", "/_stcore/upload_file/", "/_stcore/host-config"
_PATH = "workbench.path"


def surface(path: str) -> Surface:
    """What a path, as it is inside the workbench, belongs to.

    >>> surface("/api/v1/models"), surface("/widgets"), surface("/v2/models/iris"), surface("/train")
    ('api', 'widgets', 'api', 'pages')
    """
    return OURS.get(path[1:].partition("/")[0], "pages")


def inside(scope: Scope) -> str:
    """The path of a request without the prefix that the workbench is reached under."""
    return str(scope.get(_PATH, scope["path"]))


def surface_of(scope: Scope) -> Surface:
    """What a request is for."""
    return surface(inside(scope))


def prefixed(scope: Scope, prefix: str, base: str) -> dict[str, Any]:
    """The request's paths, with what is in front of them.

    `prefix` was taken off by a proxy; `base` is the one that Streamlit knows of (`server.baseUrlPath`) and is still
    there. Streamlit's own routes are relative to the first and have the second; ours are told both as the root path.
    """
    path = scope["path"]
    kept = base if base and (path == base or path.startswith(f"{base}/")) else ""
    within = path.removeprefix(kept) or "/"
    if surface(within) == "pages":
        return {_PATH: within}
    raw = scope.get("raw_path") or path.encode()
    return {
        _PATH: within,
        "root_path": prefix + kept + scope.get("root_path", ""),
        "path": prefix + path,
        "raw_path": prefix.encode() + raw,
    }
