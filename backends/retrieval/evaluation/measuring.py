"""One or two configurations of a collection, evaluated on one question set and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError
from backends.retrieval.answering.answer import Answer
from backends.retrieval.evaluation.judging import Judging, evaluate
from backends.retrieval.evaluation.paired import compare
from backends.retrieval.evaluation.questions import QuestionSet, resolved
from backends.retrieval.evaluation.result import FORMAT, Evaluation, Paired
from backends.retrieval.evaluation.variants import Configuration, Report, Stopped, Variants, checked
from backends.retrieval.search.hit import Found

if TYPE_CHECKING:
    from backends.retrieval.collection import Collection

_INDEXING = 0.6  # share of a configuration's time that goes to its index, where it needs one


@dataclass(frozen=True)
class Order:
    """What to measure: the second configuration, where there is one, is compared with the first.

    Rankings are cut at `k`. With `answers`, every question is answered too, with extracts, to judge the citations.
    """

    collection: str
    questions: QuestionSet
    configurations: tuple[Configuration, ...] = (Configuration(),)
    k: int = 10
    answers: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Measured:
    """An evaluation per configuration, and their comparison where there are two."""

    evaluations: tuple[Evaluation, ...]
    paired: Paired | None = None

    def to_json(self) -> dict[str, Any]:
        """Everything, with full frames, ready for `json.dumps`."""
        return {
            "format": FORMAT,
            "evaluations": [evaluation.to_json() for evaluation in self.evaluations],
            "paired": self.paired.to_json() if self.paired else None,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Measured:
        """What `to_json` gave."""
        paired = Paired.from_json(stored["paired"]) if stored["paired"] else None
        return cls(tuple(Evaluation.from_json(evaluation) for evaluation in stored["evaluations"]), paired)


def measure(
    collection: Collection,
    order: Order,
    variants: Variants,
    report: Report = lambda words, share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Measured:
    """Evaluate each configuration, and compare the second with the first.

    Judgements are of documents by their name in the collection, with or without ending; of those that are not there
    the notes speak. Raises Stopped when it is cancelled, WorkbenchError for an order that makes no sense.
    """
    configurations = _titled(order.configurations)
    asked = resolved(order.questions, [document.name for document in collection.documents()])
    evaluations = []
    for number, configuration in enumerate(configurations):

        def told(words: str, share: float, before: int = number) -> None:
            report(f"{configurations[before].title}: {words}", (before + share) / len(configurations))

        one = replace(order, questions=asked, configurations=(configuration,))
        evaluations.append(_evaluated(one, variants, told, cancelled))
    paired = None
    if len(evaluations) == 2 and asked.answerable:
        paired = compare(evaluations[0], evaluations[1], seed=order.seed)
    return Measured(tuple(evaluations), paired)


def _titled(configurations: tuple[Configuration, ...]) -> tuple[Configuration, ...]:
    """The configurations, each with a title of its own."""
    if not 1 <= len(configurations) <= 2:
        raise WorkbenchError(
            f"{len(configurations)} configurations cannot be measured together.", hint="Choose one, or two to compare."
        )
    titled = [replace(checked(one), title=one.words) for one in configurations]
    if len(titled) == 2 and titled[0].title == titled[1].title:
        titled = [replace(one, title=f"{one.title} ({letter})") for one, letter in zip(titled, "AB", strict=True)]
    return tuple(titled)


def _evaluated(order: Order, variants: Variants, report: Report, cancelled: Callable[[], bool]) -> Evaluation:
    """The evaluation of the one configuration of `order`."""
    (configuration,) = order.configurations
    indexing = _INDEXING if variants.needs_index(configuration) else 0.0
    collection = variants.of(configuration, lambda words, share: report(words, indexing * share), cancelled)
    judging = _judging(order, configuration, collection, variants)

    def asked(done: int, of: int) -> None:
        if cancelled():
            raise Stopped
        report(f"question {done:,} of {of:,}", indexing + (1 - indexing) * done / of)

    evaluation = evaluate(configuration.search(collection), order.questions, judging, asked)
    return replace(evaluation, notes=(*evaluation.notes, *(variants.notes if indexing else ())))


def _judging(order: Order, configuration: Configuration, collection: Collection, variants: Variants) -> Judging:
    """How to judge, with the collection's own threshold or the shipped one."""
    from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, confidence

    embedder = variants.embedder(collection)  # waits until the model is ready, where a search would go on without it
    kept, language = collection.options.threshold, collection.options.language
    threshold = DEFAULT_THRESHOLD if kept is None else kept
    return Judging(
        title=configuration.title,
        k=order.k,
        reader=replace(configuration, hits=order.k).search(collection) if configuration.hits > order.k else None,
        confidence=lambda found: confidence(found, embedder, language),
        threshold=threshold,
        answer=_answering(collection, variants, threshold) if order.answers else None,
        seed=order.seed,
    )


def _answering(collection: Collection, variants: Variants, threshold: float) -> Callable[[Found], Answer]:
    """What answers with extracts: a language model would take long, and its wording is not what is judged."""
    from backends.retrieval.answering.answer_with import Asking, answer
    from backends.retrieval.answering.events import Answered

    settings, embedder = replace(collection.settings, llm_base_url=""), variants.embedder(collection)
    asking = Asking(threshold=threshold, language=collection.options.language)

    def answered(found: Found) -> Answer:
        *_, last = answer(found, settings, embedder, asking)
        if not isinstance(last, Answered):
            raise TypeError(f"the last event is {type(last).__name__}")
        return last.answer

    return answered
