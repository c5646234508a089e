"""The model card, read by the readers it is written for: YAML, the Hub's own library, a Markdown renderer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from backends.bundle import Bundle, exchanged
from backends.bundle.card import SECTIONS, write_card
from backends.bundle.card_text import cell
from backends.bundle.yaml_text import yaml_text
from backends.errors import WorkbenchError
from backends.fairness.thresholds import LAWFUL_WARNING


def metadata_of(card: str) -> dict[str, Any]:
    _, text, _ = card.split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def section(card: str, title: str) -> str:
    return card.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def html(card: str) -> str:
    return MarkdownIt("gfm-like", {"linkify": False}).render(card.split("\n---\n", 1)[1])


def test_the_metadata_are_what_the_hub_asks_for(bundle: Bundle) -> None:
    found = metadata_of(bundle.card)
    assert (found["library_name"], found["pipeline_tag"]) == ("onnx", "tabular-classification")
    assert found["license"] == "unknown"
    assert "tabular-classification" in found["tags"]
    [model] = found["model-index"]
    [result] = model["results"]
    assert result["dataset"]["name"] == "Kunden | 2024.csv"
    assert result["dataset"]["revision"] == bundle.signature.digest
    scores = {row["type"]: row for row in result["metrics"]}
    expected = {row["metric"]: row for row in bundle.metrics["hold_out"]}
    assert scores["roc_auc"]["value"] == expected["roc_auc"]["value"]
    assert scores["roc_auc"]["args"]["low"] == expected["roc_auc"]["low"]
    assert scores["matthews_correlation"]["value"] == expected["mcc"]["value"]


def test_the_hubs_own_library_reads_the_scores(bundle: Bundle) -> None:
    found = ModelCard(bundle.card).data
    assert found.model_name == bundle.title
    results = {one.metric_type: one for one in found.eval_results}
    expected = {row["metric"]: row["value"] for row in bundle.metrics["hold_out"]}
    assert results["accuracy"].metric_value == expected["accuracy"]
    assert {one.task_type for one in found.eval_results} == {"tabular-classification"}


def test_every_section_is_there_in_order(bundle: Bundle) -> None:
    titles = re.findall(r"^## (.*)$", bundle.card, re.MULTILINE)
    assert titles == [title for title, _ in SECTIONS]


def test_figures_are_those_of_the_metrics(bundle: Bundle) -> None:
    row = next(row for row in bundle.metrics["hold_out"] if row["metric"] == "roc_auc")
    said = f"{row['value']:.3f} (95 % interval {row['low']:.3f} to {row['high']:.3f})"
    assert f"ROC AUC is {said}" in bundle.card
    assert f"| ROC AUC (ranks the models) | {said} | 0.500 |" in section(bundle.card, "Metrics")


def test_the_data_can_be_known_again(bundle: Bundle) -> None:
    said = section(bundle.card, "Data")
    assert f"`{bundle.signature.digest}`" in said
    assert "400 rows" in said
    assert r"merge 1 spellings in 'city'; keep 2 levels of 'grade'" in said


def test_what_is_not_known_is_said(bundle: Bundle) -> None:
    silent = write_card(replace(bundle, intended_use=""))
    assert "Not stated" in section(silent, "Intended use")
    assert "Not assessed" in section(bundle.card, "Fairness")
    assert "Not stated" in section(bundle.card, "Licence")


def test_texts_of_the_table_and_the_user_are_read_as_they_stand(bundle: Bundle) -> None:
    """A column `re|view</script>`, a level `</script> "x"`, a level with a code span, a use with a tag in it."""
    assert "</script>" not in bundle.card.replace(r"\</script\>", "").split("\n---\n", 1)[1]
    page = html(bundle.card)
    assert "<script" not in page
    assert "<b>" not in page
    assert "<td>re|view&lt;/script&gt;</td>" in page
    assert "a|b`c`" in page
    assert "<p>&lt;b&gt;Not&lt;/b&gt; | fire.</p>" in page
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("<h2>Features</h2>")[1].split("<h2>")[0], re.DOTALL)
    assert [row.count("<td>") for row in rows[1:]] == [4] * len(bundle.signature.columns)


def test_thresholds_per_group_come_with_their_warning(with_groups: Any, bundle: Bundle) -> None:
    _, own = with_groups
    said = section(own.card, "Decision")
    assert "at least 0.4" in said
    assert "| Bern, below 1,000 | at least 0.05 |" in said
    assert LAWFUL_WARNING in said
    assert r"Chosen for: fewer \|missed\|." in said
    assert "Scores of labels on held-out rows are of the decision below" in section(own.card, "Metrics")
    assert "above 0.5" in section(bundle.card, "Decision")
    assert LAWFUL_WARNING not in bundle.card


def test_the_certificate_is_told_in_words_passed_or_not(bundle: Bundle) -> None:
    assert "The certificate is passed" in section(bundle.card, "Parity")
    none = replace(bundle.certificate.probes[0], title="A | kind", rows=0, max_difference=None)
    certificate = replace(bundle.certificate, probes=(none,))
    failed = replace(certificate, passed=False, reasons=("3 held-out rows | decide otherwise.",))
    said = section(exchanged(bundle, bundle.model, failed).card, "Parity")
    assert r"**The certificate is not passed.** 3 held\-out rows \| decide otherwise." in said
    assert r"| A \| kind | 0 | 0 | not measurable |" in said


def test_the_example_can_be_sent(bundle: Bundle) -> None:
    block = section(bundle.card, "How to use").split("```json\n")[1].split("\n```")[0]
    assert json.loads(block) == {"records": [bundle.examples[0]]}


def test_another_graph_gets_a_card_about_itself(bundle: Bundle) -> None:
    digest = sha256(b"smaller").hexdigest()
    certificate = replace(bundle.certificate, sha256={**bundle.certificate.sha256, "graph": digest})
    other = exchanged(bundle, b"smaller", certificate)
    assert other.model == b"smaller"
    assert digest in section(other.card, "Parity")
    assert bundle.certificate.sha256["graph"] not in other.card
    with pytest.raises(WorkbenchError, match="certificate is of another graph"):
        exchanged(bundle, b"smaller", bundle.certificate)


SIGNS = st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" :#-'\"\\|>&*!%@`")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    SCALARS | st.text(SIGNS, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a-b", "c", "d_e"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(data=st.dictionaries(st.sampled_from(["name", "model-index"]), PLAIN, min_size=1))
def test_yaml_text_is_read_back_as_it_was(data: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_text(data)) == _shown(data)


def _shown(data: Any) -> Any:
    """A text of blanks alone is made visible."""
    if isinstance(data, dict):
        return {key: _shown(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_shown(value) for value in data]
    return "(blank)" if isinstance(data, str) and data and not data.strip() else data


@pytest.mark.parametrize("text", ["a\nlicense: mit", "\x00\x7f\x85\u2028\ufeff", '"', "\\", "---", "\ud800", "x" * 999])
def test_no_text_breaks_out_of_the_metadata(bundle: Bundle, text: str) -> None:
    found = metadata_of(write_card(replace(bundle, title=text)))
    assert found["license"] == "unknown"
    assert isinstance(found["model-index"][0]["name"], str)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_a_cell_stays_one_cell_of_text(text: str) -> None:
    page = MarkdownIt("gfm-like", {"linkify": False}).render(f"| a | b |\n| --- | --- |\n| {cell(text)} | end |\n")
    assert page.count("<td>") == 2
    assert set(re.findall(r"</?([a-z0-9]+)", page)) == {"table", "thead", "tbody", "tr", "th", "td"}
