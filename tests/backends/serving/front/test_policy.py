from __future__ import annotations

from pathlib import Path

import pytest
from starlette.datastructures import Headers

from backends.serving.front.policy import REPORT, Policy, digest, page_policy
from backends.serving.origins import Origins
from tests.backends.serving.front.asgi import Echo, Given, ask, request

NONE, ONE, ANY = Origins(), Origins(("https://example.org",)), Origins(any=True)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "index.html"
    path.write_text("<script>\n one()\n</script><script src='two.js'></script>")
    return path


def headers(page: Path, path: str, ancestors: Origins = NONE, given: Given = (), scheme: str = "http") -> Headers:
    host = [("host", "lab.example.org")]
    return ask(Policy(Echo(given), ancestors, page), request(path, headers=host, scheme=scheme)).headers


@pytest.mark.parametrize("path", ["/", "/api/health", "/widgets/iris/", "/static/js/a.js", "/media/a.png", "/none"])
def test_every_answer_has_the_headers(page: Path, path: str) -> None:
    found = headers(page, path)
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "same-origin"
    assert "camera=()" in found["permissions-policy"]


def test_a_page_runs_its_own_scripts_and_those_that_are_named(page: Path) -> None:
    policy = page_policy(page)
    scripts = policy.partition("script-src ")[2].partition(";")[0]
    assert scripts == " ".join(("'self'", "blob:", digest("\n one()\n"), digest(REPORT.read_text(encoding="utf-8"))))
    assert "http" not in policy
    assert headers(page, "/train").getlist("content-security-policy")[0] == policy


def test_a_file_that_somebody_made_is_no_page_of_the_workbench(page: Path) -> None:
    assert "sandbox" in headers(page, "/media/report.html").getlist("content-security-policy")[0]


@pytest.mark.parametrize(
    ("path", "ancestors", "found"),
    [
        ("/", NONE, ["frame-ancestors 'self'"]),
        ("/", ONE, ["frame-ancestors 'self' https://example.org"]),
        ("/", ANY, []),
        ("/api/docs", NONE, ["frame-ancestors 'self'"]),
        ("/widgets/iris/", NONE, []),
        ("/widgets/iris/", ONE, ["frame-ancestors 'self' https://example.org"]),
        ("/widgets/iris/", ANY, []),
    ],
)
def test_who_may_show_it_in_a_frame(page: Path, path: str, ancestors: Origins, found: list[str]) -> None:
    policies = headers(page, path, ancestors).getlist("content-security-policy")
    assert [policy for policy in policies if "frame-ancestors" in policy] == found


def test_a_policy_of_its_own_is_kept(page: Path) -> None:
    own = [("content-security-policy", "default-src 'self'"), ("referrer-policy", "no-referrer")]
    found = headers(page, "/widgets/iris/", ONE, own)
    assert found.getlist("content-security-policy")[0] == "default-src 'self'"
    assert found["referrer-policy"] == "no-referrer"


def test_only_widgets_are_for_other_sites(page: Path) -> None:
    kept = {path: headers(page, path)["cross-origin-resource-policy"] for path in ("/", "/api/docs", "/widgets/a/")}
    assert kept == {"/": "same-origin", "/api/docs": "same-origin", "/widgets/a/": "cross-origin"}


def test_encryption_is_asked_for_where_there_is_some(page: Path) -> None:
    assert headers(page, "/", scheme="https")["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in headers(page, "/")
    local = ask(Policy(Echo(), NONE, page), request("/", scheme="https")).headers
    assert "strict-transport-security" not in local, "a browser would refuse every other page of this machine"
