"""Whole tables through a model: CSV and Parquet in, CSV and JSON lines out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from backends.datasets import Dataset
from backends.serving.api import csv_tables

PREDICT = "/api/v1/models/club/predict"
CSV = {"Content-Type": "text/csv"}
HEAD = "age,income,city,member,since\n"
GOOD = "44,5200.5,Rome,true,2021-05-17\n"


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_csv_gets_a_line_for_each_of_its_rows(client: TestClient, dataset: Dataset) -> None:
    text = dataset.frame.drop(columns="stays").to_csv(index=False)
    found = lines(client.post(PREDICT, content=text, headers=CSV))
    assert [int(one["row"]) for one in found] == list(range(300))
    rows = [
        {
            "age": int(age),
            "income": None if pd.isna(income) else income,
            "city": city,
            "member": bool(member),
            "since": str(since),
        }
        for age, income, city, member, since in dataset.frame.drop(columns="stays").itertuples(index=False)
    ]
    asked = client.post(PREDICT, json=rows).json()["predictions"]
    assert [one["label"] for one in found] == [one["label"] for one in asked]
    shares = [one["probabilities"]["yes"] for one in asked]
    assert [float(one["probability of yes"]) for one in found] == pytest.approx(shares, abs=1e-12)
    assert all(one["problem"] == "" for one in found)


def test_blocks_make_no_difference(client: TestClient, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    text = dataset.frame.drop(columns="stays").to_csv(index=False)
    whole = client.post(PREDICT, content=text, headers=CSV).text
    monkeypatch.setattr(csv_tables, "BLOCK", 7)
    for on_error in ("fail", "skip"):
        assert client.post(f"{PREDICT}?on_error={on_error}", content=text, headers=CSV).text == whole


def test_parquet_and_a_form_say_the_same_as_csv(client: TestClient, dataset: Dataset) -> None:
    frame = dataset.frame.drop(columns="stays")
    table, text = io.BytesIO(), frame.to_csv(index=False)
    frame.to_parquet(table)
    as_csv = lines(client.post(PREDICT, content=text, headers=CSV))
    kind = {"Content-Type": "application/vnd.apache.parquet"}
    assert lines(client.post(PREDICT, content=table.getvalue(), headers=kind)) == as_csv
    for name, data in (("rows.csv", text.encode()), ("rows.parquet", table.getvalue())):
        form = {"file": (name, data, "application/octet-stream")}
        assert lines(client.post(PREDICT, files=form)) == as_csv


@pytest.mark.parametrize("on_error", ["fail", "skip"])
def test_the_very_table_of_the_training_is_predicted_and_what_is_left_aside_is_said(
    client: TestClient, dataset: Dataset, on_error: str
) -> None:
    whole = dataset.frame.assign(**{"no, id": range(len(dataset.frame))})
    table = io.BytesIO()
    whole.to_parquet(table)
    plain = client.post(PREDICT, content=dataset.frame.drop(columns="stays").to_csv(index=False), headers=CSV)
    assert "x-ignored-columns" not in plain.headers
    for name, data in (("rows.csv", whole.to_csv(index=False).encode()), ("rows.parquet", table.getvalue())):
        answer = client.post(f"{PREDICT}?on_error={on_error}", files={"file": (name, data)})
        assert lines(answer) == lines(plain)
        assert answer.headers["x-ignored-columns"] == "stays, no%2C%20id"
        assert answer.headers["x-ignored-columns-total"] == "2"
    as_json = client.post(PREDICT, json=[{"stays": "yes", **next(csv.DictReader(io.StringIO(HEAD + GOOD)))}])
    assert [one["kind"] for one in as_json.json()["errors"]] == ["unknown column"]


def test_a_column_that_is_not_there_is_told_once_and_can_be_taken_as_missing(client: TestClient) -> None:
    text = "age,income,City,member,since\n" + GOOD * 3
    for on_error in ("fail", "skip"):
        answer = client.post(f"{PREDICT}?on_error={on_error}", content=text, headers=CSV)
        assert answer.status_code == 422
        assert answer.json()["message"].startswith("The table has no column 'city'. It has 'City'")
        assert "errors" not in answer.json()
    accepted = client.post(f"{PREDICT}?unusual=accept", content=text, headers=CSV)
    assert all(one["label"] and "'city' has no value" in one["warning"] for one in lines(accepted))
    assert accepted.headers["x-ignored-columns"] == "City"


def test_an_unusual_row_is_refused_with_the_way_out_and_then_predicted_with_a_warning(client: TestClient) -> None:
    text = HEAD + GOOD + GOOD.replace("44", "190")
    refused = client.post(PREDICT, content=text, headers=CSV).json()
    assert "?unusual=accept" in refused["hint"]
    assert "?unusual=accept" in refused["detail"]
    answer = client.post(f"{PREDICT}?unusual=accept", content=text, headers=CSV)
    usual, unusual = lines(answer)
    assert usual["label"]
    assert unusual["label"]
    assert (usual["warning"], unusual["problem"]) == ("", "")
    assert "holds '190'" in unusual["warning"]
    kind = {**CSV, "Accept": "application/x-ndjson"}
    answer = client.post(f"{PREDICT}?unusual=accept", content=text, headers=kind)
    said = [json.loads(line) for line in answer.text.splitlines()]
    assert "warnings" not in said[0]
    assert [(one["row"], one["column"], one["kind"]) for one in said[1]["warnings"]] == [(1, "age", "range")]


def test_a_row_that_cannot_be_read_is_not_said_to_be_acceptable(client: TestClient) -> None:
    refused = client.post(PREDICT, content=HEAD + GOOD.replace("44", "old"), headers=CSV).json()
    assert "accept" not in refused["hint"]


def test_json_lines_come_when_they_are_accepted(client: TestClient) -> None:
    answer = client.post(PREDICT, content=HEAD + GOOD, headers={**CSV, "Accept": "application/x-ndjson"})
    [one] = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert one["row"] == 0
    assert sum(one["probabilities"].values()) == pytest.approx(1)
    assert client.post(PREDICT, content=HEAD + GOOD, headers={**CSV, "Accept": "image/png"}).status_code == 406


def test_a_bad_row_fails_all_or_is_skipped_with_its_problem(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_tables, "BLOCK", 2)
    text = HEAD + GOOD * 3 + GOOD.replace("44", "old") + GOOD
    refused = client.post(PREDICT, content=text, headers=CSV)
    assert refused.status_code == 422
    assert [(one["row"], one["column"]) for one in refused.json()["errors"]] == [(3, "age")]
    found = lines(client.post(f"{PREDICT}?on_error=skip", content=text, headers=CSV))
    assert [bool(one["label"]) for one in found] == [True, True, True, False, True]
    assert "old" in found[3]["problem"]
    answer = client.post(
        f"{PREDICT}?on_error=skip&probabilities=no", content=text, headers={**CSV, "Accept": "application/x-ndjson"}
    )
    said = [json.loads(line) for line in answer.text.splitlines()]
    assert said[3]["errors"][0]["row"] == 3
    assert set(said[4]) == {"row", "label"}


@pytest.mark.parametrize("accept", [pytest.param("text/csv", marks=pytest.mark.slow), "application/x-ndjson"])
def test_every_row_has_its_line_however_many_are_bad(client: TestClient, accept: str) -> None:
    bad = "old,much,Paris,perhaps,later\n"  # five problems
    text = HEAD + bad * 1_990 + GOOD * 10 + bad * 5
    answer = client.post(f"{PREDICT}?on_error=skip", content=text, headers={**CSV, "Accept": accept})
    found = lines(answer) if accept == "text/csv" else [json.loads(line) for line in answer.text.splitlines()]
    assert [int(one["row"]) for one in found] == list(range(2_005))
    said = [bool(one.get("problem") or one.get("errors")) for one in found]
    assert said == [True] * 1_990 + [False] * 10 + [True] * 5
    assert [bool(one.get("label")) for one in found] == [not bad for bad in said]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"", "headers": CSV}, 422),
        ({"content": b"age\n1\n", "headers": CSV}, 422),
        ({"content": (HEAD + "1,2\n").encode(), "headers": CSV}, 422),
        ({"content": b"PAR1", "headers": {"Content-Type": "application/vnd.apache.parquet"}}, 422),
        ({"files": {"file": ("rows.xls", b"x", "application/octet-stream")}}, 415),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=y"}}, 400),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
    ],
)
def test_what_is_no_table_is_refused(client: TestClient, sent: dict[str, Any], status: int) -> None:
    answer = client.post(PREDICT, **sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_table_may_be_larger_than_a_json_body_but_not_than_an_upload(start: Any) -> None:
    client = start(max_request_mb=0, max_upload_mb=1)
    assert len(lines(client.post(PREDICT, content=HEAD + GOOD * 1_000, headers=CSV))) == 1_000
    large = HEAD + GOOD * 40_000
    assert client.post(PREDICT, content=large, headers=CSV).status_code == 413
    assert client.post(PREDICT, files={"file": ("rows.csv", large.encode(), "text/csv")}).status_code == 413


def test_a_table_lets_go_of_its_model_however_it_ends(client: TestClient) -> None:
    service = client.service  # type: ignore[attr-defined]
    for text in (HEAD + GOOD, HEAD + "x\n", "age\n1\n"):
        for on_error in ("fail", "skip"):
            client.post(f"{PREDICT}?on_error={on_error}", content=text, headers=CSV)
    assert (service.gate.taken, service.tables.taken) == (0, 0)
    assert all(place.leases == 0 for place in service.pool._places.values())


def test_every_unusual_row_has_its_warning_however_many_there_are(client: TestClient) -> None:
    odd = "190,5200.5,Paris,true,1921-05-17\n"  # three warnings
    found = lines(client.post(f"{PREDICT}?unusual=accept", content=HEAD + odd * 1_990 + GOOD * 15, headers=CSV))
    assert [bool(one["warning"]) for one in found] == [True] * 1_990 + [False] * 15
    assert all(one["label"] for one in found)
