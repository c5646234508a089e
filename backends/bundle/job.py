"""An export as a background job: the folder holds the model and what is asked for, and then the bundles."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import joblib

from backends.bundle import Bundle, assemble, exchanged, pack, unpack
from backends.datasets import Dataset, load_dataset, save_dataset
from backends.datasets.grouping import Grouping
from backends.training.results import Comparison, TrainedModel
from backends.training.store import Trusted

ADDRESS = "backends.bundle.job:run"
BUNDLE = "bundle.zip"
VARIANTS = "variants.json"
BASELINE = "dummy"  # the key of the baseline among the models
_INPUT = "export.joblib"  # written by the server into the job's private folder, read by the job alone
_DATASET = "dataset"
_PROVING = 0.6  # how far the job is when the certificate is made


@dataclass(frozen=True)
class Order:
    """What the person who exports has to say: for the card, and what the bundle may hold."""

    intended_use: str = ""
    sensitive: tuple[Grouping, ...] = ()  # whom the fairness figures of the card compare
    private: bool = False  # no row of the data leaves
    smaller: bool = False  # try int8 and float16 too


@dataclass(frozen=True)
class Smaller:
    """A variant of the graph with fewer bits: what it gains, or why it is not offered."""

    key: str
    title: str
    why: str


@dataclass(frozen=True)
class Exported:
    """What an export leaves: the bundle and its bytes, and the variants with the bytes of those that are offered."""

    bundle: Bundle
    data: bytes
    variants: tuple[tuple[Smaller, bytes | None], ...] = ()


def prepare(dataset: Dataset, comparison: Comparison, model: TrainedModel, order: Order) -> Callable[[Path], None]:
    """What writes the input of the job into its folder."""
    needed = {key: comparison.models[key] for key in (BASELINE,) if key in comparison.models}
    alone = replace(comparison, models={**needed, model.key: model})

    def write(folder: Path) -> None:
        joblib.dump((alone, model, order), folder / _INPUT)
        (folder / _DATASET).mkdir()
        save_dataset(dataset, folder / _DATASET)

    return write


def run(folder: Path, report: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]) -> None:
    """Convert, prove, gather and pack; nothing is left when it is cancelled before that."""
    from backends.fairness import assess
    from backends.onnx_export.export import export

    comparison, model, order = joblib.load(folder / _INPUT)
    dataset = load_dataset(folder / _DATASET)
    artifact = export(model, dataset, lambda words, part: report({"doing": words, "fraction": _PROVING * part}))
    if cancelled():
        return
    report({"doing": "Writing the model card", "fraction": _PROVING})
    fairness = assess(model, order.sensitive) if order.sensitive else None
    bundle = assemble(artifact, model, comparison, dataset, fairness, order.intended_use, order.private)
    (folder / BUNDLE).write_bytes(pack(bundle))
    if order.smaller and not cancelled():
        share = 1 - _PROVING
        _smaller(
            folder,
            model,
            bundle,
            lambda words, part: report({"doing": words, "fraction": _PROVING + share * part}),
        )


def _smaller(folder: Path, model: TrainedModel, bundle: Bundle, report: Callable[[str, float], None]) -> None:
    """Write each variant that gains as a bundle of its own, and what there is to say of all."""
    from backends.onnx_export.certificate import Certifier
    from backends.onnx_export.variants import variants

    tried = variants(Certifier(model, bundle.signature), bundle.model, report)
    for one in tried:
        if one.gains and one.model is not None and one.certificate is not None:
            packed = pack(exchanged(bundle, one.model, one.certificate))
            (folder / f"bundle-{one.key}.zip").write_bytes(packed)
    told = [Smaller(one.key, one.title, one.why) for one in tried]
    (folder / VARIANTS).write_text(json.dumps([asdict(one) for one in told]), encoding="utf-8")


def read(trusted: Trusted, files: dict[str, str]) -> Exported:
    """What the job left; `trusted` hands out a file's path after checking that it is the job's own (`Job.output`)."""
    data = trusted(BUNDLE).read_bytes()
    told = json.loads(trusted(VARIANTS).read_text(encoding="utf-8")) if VARIANTS in files else []
    tried = tuple(Smaller(**one) for one in told)
    kept = tuple(
        (one, trusted(f"bundle-{one.key}.zip").read_bytes() if f"bundle-{one.key}.zip" in files else None)
        for one in tried
    )
    return Exported(unpack(data), data, kept)
