"""What explains the rest: the pages, the table of problems as pages, the document's address."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from html import unescape
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib import wiring
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.http.openapi.document import openapi
from chalicelib.entrypoints.http.problems import PROBLEMS
from chalicelib.wiring.contexts import CONTEXTS

pytestmark = [pytest.mark.requirement("T17"), pytest.mark.requirement("T5")]

PAGES = ["/docs", "/problems", "/problems/rejected"]
LOADED = """
import sys
import chalicelib.entrypoints.http
chalicelib.entrypoints.http.create_app()
print("pydantic" in sys.modules)
"""


@pytest.fixture(name="get", scope="module")
def _get():
    app = create_app()

    def get(path: str, accept: str = "*/*") -> dict[str, Any]:
        """Return the app's answer, as a Lambda's."""
        name = path.removeprefix("/problems/") if path.startswith("/problems/") else None
        resource = "/problems/{type}" if name else path
        event = {
            "requestContext": {"httpMethod": "GET", "resourcePath": resource},
            "headers": {"Accept": accept},
            "multiValueQueryStringParameters": None,
            "pathParameters": {"type": name} if name else None,
            "stageVariables": None,
            "body": None,
        }
        with wiring.use(cast("Any", SimpleNamespace())):
            return dict(app(event, None))

    return get


def hash_of(text):
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def test_the_document_is_served(get):
    """As JSON, in the order in which it was put together."""
    served = get("/openapi.json")
    assert (200, "application/json") == (served["statusCode"], served["headers"]["Content-Type"])
    assert json.dumps(openapi(CONTEXTS), ensure_ascii=False) == served["body"]


def test_nothing_heavy_is_loaded_before_it_is_asked_for():
    """A cold start does not pay for documentation."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    assert "False" == done.stdout.strip()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_its_own_script_and_style_and_nothing_else(get, path):
    """The policy names them by their hashes; nothing is allowed by default."""
    page = get(path)
    (style,) = re.findall(r"<style>(.*?)</style>", page["body"], re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page["body"], re.DOTALL)
    rules = page["headers"]["Content-Security-Policy"].split("; ")

    assert (200, "text/html; charset=utf-8") == (
        page["statusCode"],
        page["headers"]["Content-Type"],
    )
    assert "nosniff" == page["headers"]["X-Content-Type-Options"]
    assert f"style-src {hash_of(style)}" in rules
    assert f"script-src {hash_of(script)}" in rules
    assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(rules)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_works_without_internet(get, path):
    """It names no other host, and leads to pages that are served here."""
    body = get(path)["body"]
    assert [] == re.findall(r"https?://|(?:src|href)=[\"']//|@import|:\s*url\(", body)
    routes = {"docs", "problems", "openapi.json", "health"}
    links = re.findall(r'<a href="(?:\.\./)?([^"/]*)', body)
    assert links
    assert set(links) <= routes


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_found_one_s_way_in(get, path):
    """A language, a title, one main part, one first heading; no markup that would move focus."""
    body = get(path)["body"]
    assert '<html lang="en">' in body
    assert re.search(r"<title>[^<]+</title>", body)
    assert (1, 1) == (body.count("<main"), body.count("<h1"))
    assert 'tabindex="1' not in body


def test_every_problem_is_explained(get):
    """What it means and what to do, at the address that is its type."""
    for problem in PROBLEMS.values():
        page = unescape(re.sub(r"</?code>", "", get(problem.type)["body"]))
        for text in (problem.title, problem.meaning, problem.remedy):
            assert text.endswith(".") or text is problem.title
            assert text.replace("`", "") in page
        expected = {**problem._asdict(), "type": problem.type}
        del expected["name"]
        assert expected == json.loads(get(problem.type, "application/json")["body"])


def test_all_problems_are_listed(get):
    """Each with its address: a page, or JSON if that is asked for; caches keep the two apart."""
    page, listed = get("/problems"), get("/problems", "application/json")
    assert {problem.type for problem in PROBLEMS.values()} == {
        f"/{link}" for link in re.findall(r'href="(problems/[^"]+)"', page["body"])
    }
    assert [problem.type for problem in PROBLEMS.values()] == [
        item["type"] for item in json.loads(listed["body"])["items"]
    ]
    assert ("Accept", "Accept") == (page["headers"]["Vary"], listed["headers"]["Vary"])


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
def test_an_unknown_type_is_a_problem_itself(get, accept):
    """404, and the list is named."""
    answer = get("/problems/bad-luck", accept)
    assert (404, "application/problem+json") == (
        answer["statusCode"],
        answer["headers"]["Content-Type"],
    )
    assert "/problems lists" in json.loads(answer["body"])["detail"]
