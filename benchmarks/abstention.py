"""When "Not in your documents" is said, and when it should be: ``python -m benchmarks.abstention``.

Fitted on: Cranfield's odd questions (answered there), the odd ones of the built-in unanswerable questions, and
four small collections with questions that they answer, mostly in other words, and questions of their subjects that
they do not. Checked on: Cranfield's even questions, the even unanswerable ones, and four other small collections.
Shares are at the shipped weights and threshold, with Wilson's 95 % interval. The fitted weights are printed: the
shipped ones are those of hybrid search, rounded. What the search's features alone do is printed before it.

The hard case has no bar: every Cranfield question is asked once more with its relevant documents left out. What
stays is 1,400 abstracts of the same field, and some of them answer it although nobody judged them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from backends.retrieval.answering.calibration import Share, calibrate, unanswerable_questions
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, SENTENCES, confidence
from backends.retrieval.answering.once import Encoder, Once
from backends.retrieval.answering.signs import signs
from backends.retrieval.collection import Collection
from backends.retrieval.documents.document import Document
from backends.retrieval.embedding import open_embedder
from backends.retrieval.search.hit import Filter, Found
from backends.settings import Settings
from benchmarks import _rows
from benchmarks._small_collections import CHECKED, FITTED, Small, named

CRANFIELD = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "retrieval" / "cranfield"
MODES = ("hybrid", "dense", "lexical")
RIDGE = 2e-4  # of the weights
Founds = dict[str, list[Found]]


def main() -> None:
    """Search for everything in every mode, fit, and print Markdown tables."""
    if not CRANFIELD.is_dir():
        sys.exit(f"{CRANFIELD} is not there; set WORKBENCH_EXTRA_DATA.")
    fitted_on, held_out = {"five documents": FITTED, **named("fitted")}, {"three": CHECKED, **named("held-out")}
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment({**os.environ, "WORKBENCH_HOME": home})
        embedder = open_embedder(settings)
        fitted = [small(settings, name, of) for name, of in fitted_on.items()]
        checked = [small(settings, name, of) for name, of in held_out.items()]
        with cranfield(settings) as collection:
            large = {mode: of_cranfield(collection, mode) for mode in MODES}
            hard = without_relevant(collection)
    for mode in MODES:
        groups = (large[mode], together(fitted, mode), together(checked, mode))
        show(mode, groups, None)
        show(mode, groups, Once(embedder))
    once = Once(embedder)
    print(f"\n## Cranfield without the relevant documents\n\nrefused: {shown(refused(hard, once))} (no bar)")
    made = calibrate(large["hybrid"]["answered"], large["hybrid"]["other"], once)
    print(f"\n`calibrate` on all: threshold {made.threshold}, kept {shown(made.kept)}, refused {shown(made.refused)}")
    _rows.report("abstention", rows(large["hybrid"], once))


def rows(found: Founds, encoder: Encoder) -> list[_rows.Row]:
    """Shares of Cranfield's held-out half in hybrid search, judged by sentences beside the search's features alone."""
    even, least = slice(1, None, 2), (_rows.Bar(">=", 0.9, "here"),)
    kinds = (
        ("answerable questions that are answered, share", kept, found["answered"][even]),
        ("unanswerable questions that are refused, share", refused, found["other"][even]),
    )
    return [
        _rows.Row(what, share(of, encoder).value, "", "the search's features alone", share(of, None).value, least)
        for what, share, of in kinds
    ]


def small(settings: Settings, name: str, of: Small) -> dict[str, Founds]:
    """What a small collection finds for its questions and for the unanswerable ones."""
    with Collection.open(settings, name) as collection:
        for document, text in of.documents.items():
            collection.add(document, text.encode())
        groups = {"answered": of.answered, "near": of.near, "other": unanswerable_questions()}
        return {mode: {key: searched(collection, asked, mode) for key, asked in groups.items()} for mode in MODES}


def together(collections: Sequence[dict[str, Founds]], mode: str) -> Founds:
    """What several collections found in one mode; of the unanswerable questions every second one is kept apart."""
    keys = ("answered", "near")
    found = {key: [one for collection in collections for one in collection[mode][key]] for key in keys}
    for half, key in enumerate(("odd", "even")):
        found[key] = [one for collection in collections for one in collection[mode]["other"][half::2]]
    return found


def cranfield(settings: Settings) -> Collection:
    collection = Collection.open(settings, "cranfield")
    read = (json.loads(line) for line in (CRANFIELD / "corpus.jsonl").read_text(encoding="utf-8").splitlines())
    collection.add_documents(
        Document(one["id"], "txt", one["text"], title=one["title"]) for one in read if one["text"].strip()
    )
    return collection


def of_cranfield(collection: Collection, mode: str) -> Founds:
    return {
        "answered": searched(collection, questions(), mode),
        "other": searched(collection, unanswerable_questions(), mode),
    }


def questions() -> list[str]:
    lines = (CRANFIELD / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def searched(collection: Collection, asked: Iterable[str], mode: str) -> list[Found]:
    return [collection.search(question, mode=mode) for question in asked]


def without_relevant(collection: Collection) -> list[Found]:
    """Each question, searched for in all documents but its relevant ones."""
    relevant: dict[int, set[str]] = {}
    for line in (CRANFIELD / "qrels_binary.tsv").read_text(encoding="utf-8").splitlines():
        question, document, grade = line.split("\t")
        if int(grade):
            relevant.setdefault(int(question), set()).add(document)
    known = {document.name: document.id for document in collection.documents()}
    found = []
    for number, question in enumerate(questions(), start=1):
        ids = tuple(key for name, key in known.items() if name not in relevant.get(number, set()))
        found.append(collection.search(question, mode="hybrid", filter=Filter(documents=ids)))
    return found


def show(mode: str, groups: tuple[Founds, Founds, Founds], encoder: Encoder | None) -> None:
    """The table of one way of searching, judged with the sentences' vectors or by the search's features alone."""
    large, fitted, checked = groups
    how = "the search's features alone" if encoder is None else f"sentences; fitted: {weights(large, fitted, encoder)}"
    print(f"\n## {mode}, judged by {how}\n")
    print(f"| at {DEFAULT_THRESHOLD} | fitted on | held out | bar |\n| --- | ---: | ---: | ---: |")
    odd, even = slice(0, None, 2), slice(1, None, 2)
    rows = (
        ("Cranfield, answerable, kept", kept, large["answered"][odd], large["answered"][even], "≥ 90 %"),
        ("Cranfield, unanswerable, refused", refused, large["other"][odd], large["other"][even], "≥ 90 %"),
        ("small collections, answerable, kept", kept, fitted["answered"], checked["answered"], ""),
        ("small collections, same subject, refused", refused, fitted["near"], checked["near"], ""),
        ("small collections, unanswerable, refused", refused, fitted["odd"], checked["even"], ""),
    )
    for name, share, before, after, bar in rows:
        print(f"| {name} | {shown(share(before, encoder))} | {shown(share(after, encoder))} | {bar} |")


def weights(large: Founds, fitted: Founds, encoder: Encoder) -> str:
    """Logistic regression, each group weighing the same; no weight has a sign against what its feature means."""
    from scipy.optimize import minimize

    names = list(SENTENCES.weights)
    groups = (
        *((large["answered"][::2], 1, 1.0), (large["other"][::2], 0, 1.0), (fitted["answered"], 1, 4.0)),
        *((fitted["near"], 0, 4.0), (fitted["odd"], 0, 1.6)),
    )
    measured = [signs(found, encoder) for founds, _, _ in groups for found in founds]
    features = np.array([[1.0, *(one.get(name, 0.0) for name in names)] for one in measured])
    labels = np.concatenate([np.full(len(founds), label) for founds, label, _ in groups])
    heavy = np.concatenate([np.full(len(founds), weight / len(founds)) for founds, _, weight in groups])
    heavy /= heavy.sum()

    def loss(tried: np.ndarray) -> float:
        margins = np.where(labels == 1, 1, -1) * (features @ tried)
        return float(heavy @ np.logaddexp(0, -margins) + RIDGE * np.sum(tried[1:] ** 2))

    bounds = [(None, None), *((0, None) if SENTENCES.weights[name] > 0 else (None, 0) for name in names)]
    found = minimize(loss, np.zeros(len(names) + 1), bounds=bounds, method="L-BFGS-B").x
    return " ".join(f"{value:+.1f} {name}" for value, name in zip(found, ("", *names), strict=True))


def kept(found: Sequence[Found], encoder: Encoder | None) -> Share:
    return Share(sum(confidence(one, encoder) >= DEFAULT_THRESHOLD for one in found), len(found))


def refused(found: Sequence[Found], encoder: Encoder | None) -> Share:
    return Share(sum(confidence(one, encoder) < DEFAULT_THRESHOLD for one in found), len(found))


def shown(share: Share) -> str:
    return f"{share.count}/{share.of} = {share.value:.1%} ({share.low:.0%}–{share.high:.0%})"


if __name__ == "__main__":
    main()
