"""From found passages to an answer whose sentences name the exact characters they rest on.

Found ──confidence──▶ is it in the documents at all? ──extract──▶ their own sentences, or ──generate──▶ those of a
language model, each scored by `support` against what it cites ──▶ Answer. `answer` is the whole way, event by event.

Documents are data: `suspicions` tells what in them reads like an instruction, `prompt` keeps it in a fence.
`whole_question` makes a follow-up question whole, `Conversation` exports what was said with its sources.
"""

from backends.retrieval.answering.answer import EXTRACTS, NOT_FOUND, Answer, Citation, Sentence, Suspicion, Turn
from backends.retrieval.answering.answer_with import Asking, answer
from backends.retrieval.answering.calibration import (
    Calibration,
    Share,
    calibrate,
    calibrate_on,
    unanswerable_questions,
)
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, confidence
from backends.retrieval.answering.conversation import Conversation
from backends.retrieval.answering.events import Answered, Event, Piece, Searched
from backends.retrieval.answering.extract import extract
from backends.retrieval.answering.followup import whole_question
from backends.retrieval.answering.support import SUPPORTED, support
from backends.retrieval.answering.suspicions import suspicions

__all__ = [
    "DEFAULT_THRESHOLD",
    "EXTRACTS",
    "NOT_FOUND",
    "SUPPORTED",
    "Answer",
    "Answered",
    "Asking",
    "Calibration",
    "Citation",
    "Conversation",
    "Event",
    "Piece",
    "Searched",
    "Sentence",
    "Share",
    "Suspicion",
    "Turn",
    "answer",
    "calibrate",
    "calibrate_on",
    "confidence",
    "extract",
    "support",
    "suspicions",
    "unanswerable_questions",
    "whole_question",
]
