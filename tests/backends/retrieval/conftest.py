"""What tests of retrieval share."""

from __future__ import annotations

import pytest

from backends.retrieval.embedding import Embedder, open_embedder
from backends.settings import Settings


@pytest.fixture(scope="session")
def real_embedder() -> Embedder:
    """The shipped model, converted once per machine into the user's cache folder and kept there."""
    return open_embedder(Settings())
