"""One question from a widget: the same for its page, its API and its tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backends.serving.session import Options
from backends.serving.widgets import unlike
from backends.serving.widgets.words import threshold_of

if TYPE_CHECKING:
    from backends.onnx_export.signature import Signature
    from backends.serving.explaining import Contributions
    from backends.serving.service import Answer, Service
    from backends.serving.widgets.place import Place

KEY = "widget"  # who asked, in the prediction log
STRICT, LENIENT = Options(), Options(unusual="accept")


def session_of(request: Any) -> str | None:
    """The session of a request of Gradio's, which keeps its version of a split."""
    return getattr(request, "session_hash", None)


@dataclass(frozen=True)
class Reply:
    """The answer about a row, and what the version that gave it takes and gives."""

    row: Mapping[str, Any]
    answer: Answer
    signature: Signature

    def as_data(self) -> dict[str, Any]:
        """For programs: label, probabilities by class, the threshold of a decision between two classes, the version."""
        answer, predictions = self.answer, self.answer.predictions
        return {
            "model": answer.model,
            "version": answer.version,
            "label": predictions.labels[0],
            "probabilities": dict(zip(predictions.classes, predictions.probabilities[0].tolist(), strict=True)),
            "threshold": threshold_of(self.signature.policy, self.row)[0] if self.signature.binary else None,
            "request": answer.request,
        }


@dataclass(frozen=True)
class Asking:
    """Asks the model behind a widget."""

    service: Service
    place: Place

    def predict(self, row: Mapping[str, Any], session: str | None = None, lenient: bool = False) -> Reply:
        """Predict a row. Raises WorkbenchError: nothing published any more, a wrong value.

        `session` keeps who asks at one version of a split. `lenient` is for people, who read warnings: a value out of
        the training data's range or a level it does not have is answered with one (see `unlike`). A value that may not
        be missing, or cannot be read, never is.
        """
        with self.service.session(self.place.name, self.place.asked, session) as held:
            if lenient:
                unlike.check(held.predictor, row)
            answer = held.predict([row], KEY, LENIENT if lenient else STRICT)
            return Reply(row, answer, held.predictor.signature)

    def explain(self, row: Mapping[str, Any], version: int) -> Contributions:
        """Why this version says what it says of a row."""
        with self.service.session(self.place.name, version) as session:
            return session.explain([row], LENIENT)
