"""Measuring over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.serving.api.retrieval import evaluate

EVALUATE = "/api/v1/collections/handbook/evaluate"
QUESTIONS = [
    {"id": "1", "question": "When does ice melt?", "relevant": ["ice.md"]},
    {"id": "2", "question": "When does water boil?", "relevant": ["water.md"]},
]


def test_a_question_set_is_measured(handbook: TestClient) -> None:
    said = handbook.post(EVALUATE, json={"questions": QUESTIONS, "k": 5}).json()
    values = {row["metric"]: row for row in said["summary"]}
    assert values["ndcg@5"]["value"] == 1.0
    assert {"low", "high", "unit"} <= set(values["ndcg@5"])
    assert [(row["id"], row["first_rank"]) for row in said["questions"]] == [("1", 1), ("2", 1)]


def test_a_table_says_the_same(handbook: TestClient) -> None:
    table = "id,question,document\n1,When does ice melt?,ice.md\n2,When does water boil?,water.md\n"
    said = handbook.post(f"{EVALUATE}?k=5&mode=lexical", content=table, headers={"Content-Type": "text/csv"}).json()
    assert {row["metric"]: row["value"] for row in said["summary"]}["ndcg@5"] == 1.0


def test_a_document_that_is_not_there_is_noted(handbook: TestClient) -> None:
    questions = [*QUESTIONS, {"id": "3", "question": "Why?", "relevant": ["lost.md"]}]
    assert any("lost.md" in note for note in handbook.post(EVALUATE, json={"questions": questions}).json()["notes"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"questions": []}, 422),
        ({"questions": "x"}, 422),
        ({"questions": QUESTIONS, "k": 0}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_measured_is_said(client: TestClient, body: Any, status: int) -> None:
    assert client.post(EVALUATE, json=body).status_code == status


def test_other_formats_are_refused(handbook: TestClient) -> None:
    assert handbook.post(EVALUATE, content=b"x", headers={"Content-Type": "image/png"}).status_code == 415


def test_a_set_that_is_too_large_is_refused(handbook: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "MOST_QUESTIONS", 1)
    assert "may have 1" in handbook.post(EVALUATE, json={"questions": QUESTIONS}).json()["message"]
