"""One live Gradio page per published model, below /widgets: for people who want to try a model, and for their programs.

- `/widgets/` lists what is published.
- `/widgets/{name}/` asks the model by its route, `/widgets/{name}/{version}/` one version: a number, "champion" or
  "staging". `…/card` is the model card as a page.
- Below each of them Gradio's own API has the endpoint `/predict` (`gradio_client` speaks it), and `gradio_api/mcp/`
  is a Model Context Protocol server with one tool that asks the model.

A widget is built on its first visit, and again when the version behind it has changed; archived is gone.

The page answers a value that lies outside the training data's range, or is a level that it does not have, and says
beside the answer what is unlike anything seen. The API and the tool refuse such a value, as `/api/v1` does: a program
reads no warnings. A required value that is missing, or one that cannot be read, is refused everywhere.

Who may call: widgets are for people without a key and answer everybody, also where `WORKBENCH_API_KEYS` is set. Their
API and their MCP tool do what the page does, one row at a time. Each request counts against the rate limit of the
caller's address, but for the files that a page is made of; answers that stay open have places of their own (see
`streams`). Every prediction is in the log, under the key name "widget".
"""

from backends.serving.widgets.gradio_app import warm
from backends.serving.widgets.mount import Widgets

__all__ = ["Widgets", "warm"]
