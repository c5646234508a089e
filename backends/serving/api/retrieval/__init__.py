"""Collections of documents over HTTP: what the Ask page can do, for programs.

- `/v1/collections`: `GET` lists them, `POST` makes one; `/v1/collections/{name}`: `GET` says how far it is, `DELETE`
  takes it away with all that is in it.
- `…/documents`: `GET` lists, `POST` adds files with a result for each; `…/documents/{document}`: `GET` with its text
  and passages, `DELETE`.
- `…/search`, `…/ask` (JSON, or server-sent events as they happen), `…/evaluate`.

Keys, limits and problem documents are those of the model API. Whoever may ask the API may read, search and ask every
collection: they belong to the workbench, not to a key. Making and deleting collections, adding and deleting documents
is for the administrator where there is one, who sends `X-Admin-Token`; where there is none, for this machine alone.
"""

from backends.serving.api.retrieval.routes import ROUTES

__all__ = ["ROUTES"]
