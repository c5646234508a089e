"""Sections of the card about its use: what for, its limits, the proof of the graph, how to ask it."""

from __future__ import annotations

from backends.bundle.bundle import Bundle
from backends.bundle.card_text import LONG, bullets, json_block, literal, table
from backends.datasets.example import example_of
from backends.datasets.wording import were
from backends.profiling.report.texts import cut

NOT_STATED = (
    "Not stated. Whoever exported the model has not said what it is for; decide that before anybody relies on it."
)
PARAGRAPH = 2_000  # characters of a paragraph of the intended use
FEW_ROWS = 200  # held-out rows under which an interval is wide for most scores
ALWAYS = (
    "Intervals cover chance among the held-out rows. They do not cover another training, nor a world that has changed "
    "since the table was made.",
    "A value outside the ranges and levels above was never seen in training; what the model makes of it is not known.",
)
AFTERWARDS = (
    "It was made of a compared model afterwards, such as by a fairness mitigation: it was not cross-validated, and "
    "`train.py` does not repeat it."
)
PRIVATE = (
    "Made without rows of the table: there are no examples, and explanations compare with rows whose columns were "
    "shuffled independently. What the model itself knows is in it all the same: the levels of its categories, the "
    "words of its texts, and the ranges of its numbers."
)
RUN = "```bash\npip install -r requirements.txt\npython predict.py rows.csv > predictions.csv\n```"


def intended_use(bundle: Bundle) -> list[str]:
    """What the person who exported it said."""
    paragraphs = [literal(text, PARAGRAPH) for text in bundle.intended_use.splitlines() if text.strip()]
    return paragraphs or [NOT_STATED]


def limits(bundle: Bundle) -> list[str]:
    """What the checks found, what was left out, and what no figure of the card covers."""
    found, held = bundle.metrics, bundle.metrics["rows"]["held_out"]
    few = f"Only {were(held, 'row')} held out, so the intervals are wide."
    checks = [
        f"{check['severity'].capitalize()}: {literal(check['title'], LONG)} {literal(check['what_to_do'], LONG)}"
        for check in found["checks"]
    ]
    notes = [literal(note, LONG) for note in found["notes"]]
    told = ((held < FEW_ROWS, few), (not found["cross_validation"]["folds"], AFTERWARDS), (bundle.private, PRIVATE))
    return [bullets([*checks, *(sentence for so, sentence in told if so), *notes, *ALWAYS])]


def parity(bundle: Bundle) -> list[str]:
    """Whether the graph was shown to be equal to the trained pipeline, and on what."""
    certificate = bundle.certificate
    rows = [
        (literal(one.title), f"{one.rows:,}", f"{one.flips:,}", _difference(one.max_difference))
        for one in (certificate.held_out, *certificate.probes)
    ]
    heads = ("rows", "compared", "decisions that differ", "largest difference of a probability")
    said = "The ONNX graph and the trained pipeline were both run on the held-out rows and on rows made to part them."
    passed = "**The certificate is passed: they decide alike.**"
    failed = "**The certificate is not passed.** " + " ".join(literal(reason, LONG) for reason in certificate.reasons)
    digests = [f"SHA-256 of the {name}: `{certificate.sha256[name]}`." for name in ("graph", "schema", "data")]
    return [said, passed if certificate.passed else failed, table(heads, rows), bullets(digests)]


def _difference(value: float | None) -> str:
    return "not measurable" if value is None else f"{value:.1g}"


def how_to_use(bundle: Bundle) -> list[str]:
    """By the script of the bundle, and by the API of the workbench that publishes it."""
    made_up = {column.name: example_of(column) for column in bundle.signature.columns}
    row = {name: cut(value) for name, value in (bundle.examples or (made_up,))[0].items()}
    return [
        "With ONNX Runtime alone, in the folder of the unpacked bundle; the cells of `rows.csv` are written as in the "
        "table that the model was trained on:",
        RUN,
        "Where it is published, as JSON to `POST /api/v1/models/<name>/predict`; null is a missing value:",
        json_block({"records": [row]}),
        f"Made {bundle.created} by Demo Workbench {bundle.workbench}. `train.py` repeats the training; `schema.json` "
        "says what every column takes.",
    ]


def licence(bundle: Bundle) -> list[str]:
    """Nobody but the user can say."""
    return ["Not stated. Whoever publishes the model sets `license` in the metadata above."]
