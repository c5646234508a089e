"""The HTTP API: published models for programs.

- /api/v1: REST. `GET /models`, `GET /models/{name}`, `POST /models/{name}/predict` and `…/explain`, the same below
  `/models/{name}/versions/{version}`; a version is a number, or "champion" or "staging". Rows are JSON (records or
  columns), or a CSV or Parquet file. Errors are problem documents (RFC 9457).
  A cell of a file is read as the model's own table was: without the blanks around it, and missing where it is one of
  the table's marks, such as NA. JSON and tensors say exactly what they mean: the text "NA", "A " or " " for a column of
  levels is that level, and null (in tensors of BYTES the empty text) is a missing value.
  Below `/collections`: documents that can be searched and asked, see `retrieval`.
- /v2: the Open Inference Protocol, for clients that speak it.
- /metrics: counts and times for Prometheus.

Who may call, see `access`. Each path is an `Endpoint`, which knows the rules; `routes` has all of them in one table.
"""

from backends.serving.api.routes import build_api, build_routes, end_service

__all__ = ["build_api", "build_routes", "end_service"]
