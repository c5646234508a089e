"""When "Not in your documents" is said, and when it should be: ``python -m benchmarks.abstention``.

Fitted on: Cranfield's odd questions (answered there), the odd ones of the built-in unanswerable questions, and
a collection of five short documents with questions that it answers and questions of its subjects that it does
not; each of these groups weighs the same, the last one half. Checked on: Cranfield's even questions, the even
unanswerable ones, and three other short documents. Shares are at the shipped weights and threshold, with
Wilson's 95 % interval; the fitted weights are printed beside the shipped ones, which are those rounded.

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
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, MODELS, confidence
from backends.retrieval.collection import Collection
from backends.retrieval.documents.document import Document
from backends.retrieval.search.hit import Filter, Found
from backends.settings import Settings
from benchmarks._small_collections import CHECKED, FITTED, Small

CRANFIELD = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "retrieval" / "cranfield"
MODES = ("hybrid", "dense", "lexical")
WAYS = {"hybrid": (True, True), "dense": (True, False), "lexical": (False, True)}
Founds = dict[str, list[Found]]


def main() -> None:
    """Search for everything in every mode, fit, and print Markdown tables."""
    if not CRANFIELD.is_dir():
        sys.exit(f"{CRANFIELD} is not there; set WORKBENCH_EXTRA_DATA.")
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment({**os.environ, "WORKBENCH_HOME": home})
        fitted, checked = small(settings, "fitted", FITTED), small(settings, "checked", CHECKED)
        with cranfield(settings) as collection:
            large = {mode: of_cranfield(collection, mode) for mode in MODES}
            hard = without_relevant(collection)
    for mode in MODES:
        report(mode, large[mode], fitted[mode], checked[mode])
    print(f"\n## Cranfield without the relevant documents\n\nrefused: {shown(refused(hard))} (no bar)")
    questions = large["hybrid"]["answered"]
    made = calibrate(questions, large["hybrid"]["other"])
    print(f"\n`calibrate` on all: threshold {made.threshold}, kept {shown(made.kept)}, refused {shown(made.refused)}")


def small(settings: Settings, name: str, of: Small) -> dict[str, Founds]:
    """What a small collection finds for its questions and for the unanswerable ones."""
    with Collection.open(settings, name) as collection:
        for document, text in of.documents.items():
            collection.add(document, text.encode())
        groups = {"answered": of.answered, "near": of.near, "other": unanswerable_questions()}
        return {mode: {key: searched(collection, asked, mode) for key, asked in groups.items()} for mode in MODES}


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


def report(mode: str, large: Founds, fitted: Founds, checked: Founds) -> None:
    """The table of one way of searching."""
    print(f"\n## {mode}\n\nfitted: {weights(mode, large, fitted)}\n\nshipped: {MODELS[WAYS[mode]]}\n")
    print(f"| at {DEFAULT_THRESHOLD} | fitted on | held out | bar |\n| --- | ---: | ---: | ---: |")
    odd, even = slice(0, None, 2), slice(1, None, 2)
    rows = (
        ("Cranfield, answerable, kept", kept(large["answered"][odd]), kept(large["answered"][even]), "≥ 90 %"),
        ("Cranfield, unanswerable, refused", refused(large["other"][odd]), refused(large["other"][even]), "≥ 90 %"),
        ("short documents, answerable, kept", kept(fitted["answered"]), kept(checked["answered"]), ""),
        ("short documents, same subject, refused", refused(fitted["near"]), refused(checked["near"]), ""),
        ("short documents, unanswerable, refused", refused(fitted["other"][odd]), refused(checked["other"][even]), ""),
    )
    for name, before, after, bar in rows:
        print(f"| {name} | {shown(before)} | {shown(after)} | {bar if mode == 'hybrid' else ''} |")


def weights(mode: str, large: Founds, fitted: Founds) -> str:
    """Logistic regression on the features of the shipped model, each group weighing the same."""
    from sklearn.linear_model import LogisticRegression

    names = list(MODELS[WAYS[mode]].weights)
    groups = (
        *((large["answered"][::2], 1, 1.0), (large["other"][::2], 0, 1.0), (fitted["answered"], 1, 1.0)),
        *((fitted["other"][::2], 0, 1.0), (fitted["near"], 0, 0.5)),
    )
    rows = [[found.features[name] for name in names] for founds, _, _ in groups for found in founds]
    labels = np.concatenate([np.full(len(founds), label) for founds, label, _ in groups])
    heavy = np.concatenate([np.full(len(founds), 100 * weight / len(founds)) for founds, _, weight in groups])
    model = LogisticRegression(C=10.0).fit(np.array(rows), labels, sample_weight=heavy)
    terms = [f"{weight:.2f} {name}" for name, weight in zip(names, model.coef_[0], strict=True)]
    return f"{model.intercept_[0]:.2f} + {' + '.join(terms)}"


def kept(found: Sequence[Found]) -> Share:
    return Share(sum(confidence(one) >= DEFAULT_THRESHOLD for one in found), len(found))


def refused(found: Sequence[Found]) -> Share:
    return Share(sum(confidence(one) < DEFAULT_THRESHOLD for one in found), len(found))


def shown(share: Share) -> str:
    return f"{share.value:.1%} ({share.low:.0%}–{share.high:.0%})"


if __name__ == "__main__":
    main()
