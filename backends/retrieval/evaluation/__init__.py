"""How well a collection is searched: question sets, the metrics of trec_eval, intervals, and paired comparisons.

`evaluate` asks every question of a set and judges what is found; `compare` tells two configurations apart by a paired
test. Question sets are typed, read from files or made from the collection itself. `job` does it in the background, for
configurations that need an index of their own too.
"""

from backends.retrieval.evaluation.judging import Judging, evaluate
from backends.retrieval.evaluation.making import make_questions
from backends.retrieval.evaluation.paired import compare
from backends.retrieval.evaluation.questions import Question, QuestionSet, Relevant, resolved
from backends.retrieval.evaluation.reading import read_questions, typed
from backends.retrieval.evaluation.result import Evaluation, Paired
from backends.retrieval.evaluation.writing import to_csv, to_jsonl, to_trec

__all__ = [
    "Evaluation",
    "Judging",
    "Paired",
    "Question",
    "QuestionSet",
    "Relevant",
    "compare",
    "evaluate",
    "make_questions",
    "read_questions",
    "resolved",
    "to_csv",
    "to_jsonl",
    "to_trec",
    "typed",
]
