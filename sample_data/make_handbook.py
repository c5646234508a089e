"""The two handbook documents that are not text files: explanations.docx and searching-documents.pdf.

Run `python -m sample_data.make_handbook`. The same versions of the libraries write the same bytes every time.
"""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from sample_data.writing import Tables

FOLDER = Path(__file__).resolve().parent / "documents"
WRITTEN = datetime(2026, 1, 1)  # the date that the files carry

EXPLANATIONS = """\
# Explanations of a model

An explanation says which columns moved a prediction, and how far. It is about the model, never about the world: \
that a model uses a column does not mean that changing the column would change the outcome.

## SHAP values

SHAP values divide one prediction among the columns of its row. They start at a base, which is what the model \
says on average, and give each column its share: base plus the sum of the values is the prediction. The \
workbench checks this sum on every row that it explains.

The shares are Shapley values from the theory of games. Imagine that the columns become known one after another, \
in every possible order. The value of a column is the mean change in the prediction at the moment when that \
column becomes known. For trees and for linear models this can be computed exactly; other models are asked about \
mixed rows.

Values of log-odds are not percentage points. A value of 0.7 log-odds doubles the odds; how many points of \
probability that is depends on where one starts.

## Importance of the whole model

The mean absolute SHAP value of a column over many rows tells how much the model uses it. Permutation importance \
asks something else: how much does the score fall when the values of the column are shuffled? A model can use a \
column a lot that does not help it. When the two orders disagree, look closer.

Columns that say the same thing share the importance. Each of two copies looks half as important as the one \
column did.

## Counterfactuals

A counterfactual is a row that differs from the given one in as few columns as possible, by as little as \
possible, and that the model decides otherwise. "With an income of 32,000 instead of 29,500 the answer would \
have been yes."

A useful counterfactual keeps to what can be: known categories, whole numbers where the column has them, nothing \
that the user has declared fixed, such as the age. There are usually several, and a person can choose the one \
that is easiest to reach. It is no promise: the model would answer differently, but the world may not.

## Traps

- Correlated columns: mixing rows makes combinations that do not exist, such as a newborn with a driving \
licence.
- Leaks: the column with the largest values may be one that should not be there at all.
- Stories: a reader finds a reason for every bar. Ask what the chart would look like if the story were false.
"""

SEARCHING = """\
# Searching documents

A collection of documents is searched by passages. A passage is short enough to be read at a glance and long \
enough to make sense alone. How documents are cut, how passages are compared and how the result is measured \
decide what a reader finds.

## Chunking

Cutting a document into passages is called chunking. The workbench cuts along headings first, then between \
paragraphs, then between sentences. A passage has at most 200 tokens by default, because an embedding model sees \
only the first few hundred tokens of a text. Neighbours share about 30 tokens, so that a sentence at the edge \
keeps its context. Nothing is lost: every character of the document is in at least one passage, and every \
passage is an exact slice of the document.

Passages that are too long dilute the one sentence that answers. Passages that are too short lose what "it" \
refers to. The best size depends on the documents, so it should be measured.

## Embeddings

An embedding is a vector that stands for the meaning of a text. Two texts are compared by the cosine of the \
angle between their vectors. Dense search finds passages that say the same in other words. It may miss a part \
number or a rare name, which the model has never learned.

## Lexical search

Lexical search compares words. BM25 gives weight to rare words and counts repetitions less and less. It finds \
the part number, and misses the synonym.

## Hybrid search

Hybrid search runs both and joins the two lists. Reciprocal rank fusion gives every passage the sum of 1 / (60 + \
rank) over the lists in which it appears. Only ranks count, so the two scores need not be on one scale.

\f
# Measuring retrieval

Retrieval is measured with questions whose relevant passages or documents are known. Without such a set, every \
change is a matter of taste.

## The measures

Recall at k is the share of the relevant documents that are among the first k hits. Precision at k is the share \
of the first k hits that are relevant. The hit rate is the share of questions with at least one relevant hit.

The reciprocal rank of a question is one divided by the rank of its first relevant hit; MRR is its mean over all \
questions. Average precision is the mean of the precision at the rank of every relevant document, counting zero \
for those not found; MAP is its mean over all questions.

nDCG compares the order found with the best possible order. Each relevant hit adds its grade divided by the \
logarithm, to base two, of its rank plus one. The sum is divided by that of the ideal order, so 1 is perfect.

## Comparing two settings

Ask both settings the same questions and look at the difference per question. A paired randomisation test swaps \
the two results of a question at random many times and asks how often chance alone makes so large a difference. \
Count wins, ties and losses: a mean can rise because of three questions while thirty got slightly worse.

Never choose a setting on the questions that are reported. Tune on one half, report the other.
"""


def docx_bytes(source: str) -> bytes:
    """A Word document of headings, paragraphs and list items, with one date throughout."""
    from docx import Document

    document = Document()
    properties = document.core_properties
    properties.title, properties.author = source.partition("\n")[0].lstrip("# "), "The workbench handbook"
    properties.created = properties.modified = WRITTEN
    for kind, text in _blocks(source):
        if kind.startswith("#"):
            document.add_heading(text, level=len(kind))
        else:
            document.add_paragraph(text, style="List Bullet" if kind == "-" else None)
    buffer = io.BytesIO()
    document.save(buffer)
    return _dated(buffer.getvalue())


def pdf_bytes(source: str) -> bytes:
    """A PDF of headings and paragraphs with a text layer; a form feed in `source` begins a page.

    Laid out by hand in Helvetica, which every reader of PDF has: 46 lines of about 90 characters fit on a page.
    """
    pages = [_page_content(page) for page in source.split("\f")]
    first = 5  # object number of the first page; its content follows it
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    title = source.partition("\n")[0].lstrip("# ")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode("ascii"),
        b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
        b"/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >> >>",
        f"<< /Title ({title}) /CreationDate (D:{WRITTEN:%Y%m%d%H%M%S}) >>".encode("ascii"),
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * number + 1} 0 R "
            "/Resources << /Font 3 0 R >> >>".encode("ascii")
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _pdf_file(objects)


def _pdf_file(objects: list[bytes]) -> bytes:
    """Objects 1, 2, … with the table of their places; object 1 is the catalogue, 4 the information."""
    header = b"%PDF-1.4\n"
    bodies = [b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(objects, 1)]
    places = list(accumulate(map(len, bodies), initial=len(header)))
    table = b"".join(b"%010d 00000 n \n" % place for place in places[:-1])
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, places[-1])
    return b"".join([header, *bodies, b"xref\n0 %d\n0000000000 65535 f \n" % size, table, end])


def _page_content(source: str) -> bytes:
    """The drawing commands of one page: each line of text with its font and size."""
    commands, y = ["BT"], 800
    for kind, text in _blocks(source):
        font, size = {"#": ("F2", 18), "##": ("F2", 13)}.get(kind, ("F1", 11))
        y -= 10 if kind == "" else 16
        for line in textwrap.wrap(text, 90):
            y -= size + 4
            escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            commands.append(f"/{font} {size} Tf 1 0 0 1 60 {y} Tm ({escaped}) Tj")
    return "\n".join([*commands, "ET"]).encode("cp1252")


def _blocks(source: str) -> Iterator[tuple[str, str]]:
    """Each line that is not empty, as its mark ("#", "##", "-" or "") and its text."""
    for line in filter(None, map(str.strip, source.splitlines())):
        mark, _, rest = line.partition(" ")
        yield (mark, rest) if mark in ("#", "##", "-") else ("", line)


def _dated(archive: bytes) -> bytes:
    """The same ZIP archive with every member of the same date."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return made.getvalue()


FILES: Mapping[str, Callable[[], bytes]] = {
    "explanations.docx": lambda: docx_bytes(EXPLANATIONS),
    "searching-documents.pdf": lambda: pdf_bytes(SEARCHING),
}

TABLES: Tables = {}  # what it makes are documents

if __name__ == "__main__":
    for name, made in FILES.items():
        (FOLDER / name).write_bytes(made())
        print(f"{name}: {(FOLDER / name).stat().st_size:,} bytes")
