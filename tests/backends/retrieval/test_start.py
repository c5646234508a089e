"""What a process has to load before it can answer its first question."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from backends.retrieval import Collection
from backends.retrieval.embedding import Embedder
from backends.settings import Settings

ROOT = Path(__file__).parents[3]
HEAVY = ("pandas", "pyarrow", "sklearn", "scipy", "joblib", "torch", "transformers", "sentence_transformers", "openai")
HEAVY_TOO = ("streamlit", "fastapi", "pypdf", "pypdfium2", "docx", "lxml", "selectolax", "pymilvus")
SEARCH = """
import sys
from backends.retrieval import Collection
from backends.settings import Settings
with Collection.open(Settings(home=sys.argv[1]), create=False) as collection:
    (hit,) = collection.search("Who makes honey?", k=1)
    assert "dense" in hit.places
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_first_search_loads_no_library_that_it_does_not_need(tmp_path: Path, real_embedder: Embedder) -> None:
    with Collection.open(Settings(home=str(tmp_path)), embedder=real_embedder) as collection:
        collection.add("a.txt", b"Bees make honey.")
    command = [sys.executable, "-c", SEARCH, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    loaded = set(done.stdout.split())
    assert {"numpy", "onnxruntime", "tokenizers"} <= loaded
    assert loaded & {*HEAVY, *HEAVY_TOO} == set()
