"""What becomes of an OpenSearch that is slow, full, half there, or talks nonsense."""

from __future__ import annotations

import hashlib
import json
import logging
import time

import pytest

from chalicelib.adapters.deadline import within
from chalicelib.adapters.opensearch.cluster import Cluster
from chalicelib.adapters.opensearch.connection import Connection
from chalicelib.adapters.opensearch.documents import LONGEST
from chalicelib.adapters.opensearch.failures import IndexGone, Lasting
from chalicelib.adapters.opensearch.layout import Layout, mapping
from chalicelib.adapters.opensearch.read_models import OpenSearchReadModels
from chalicelib.kernel.errors import Misconfigured, NexusError, TooManyRequests, Unavailable
from chalicelib.services.read_models import Grouping
from tests.contract.read_models import a_document, a_query
from tests.support.scripted_server import HTML, Answer, scripted

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

INDEX = "orders-v1"
FIELDS = {"total": int, "status": str}
SECRET = "swordfish"
DONE = {"index": {"status": 201}}
WHOLE = {"total": 1, "successful": 1, "failed": 0}
SHARDS = {"_shards": WHOLE, "timed_out": False, "hits": {"hits": []}, "count": 0}


def error(kind, status):
    reason = f"failed to parse: {SECRET}"
    told = {"error": {"type": kind, "reason": reason}, "status": status}
    return Answer(status, json.dumps(told).encode(), headers={"Content-Type": "application/json"})


def item(status, kind):
    return {"index": {"status": status, "error": {"type": kind, "reason": SECRET}}}


def bulk(*items):
    return Answer.of({"errors": True, "items": list(items)})


def read_models_at(url, budget=0.6, **cluster):
    connection = Connection(Cluster(url, **cluster), budget=budget, patience=budget)
    return OpenSearchReadModels(connection, Layout(replicas=0))


class Script:
    """Answers one after the other, the last one again and again; tells the fields when asked."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def __call__(self, method, path, body):
        if path.endswith("/_mapping"):
            name = path.split("/")[1]
            return Answer.of({name: {"mappings": mapping(FIELDS, "somebody")}})
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def documents_in(body):
    return [json.loads(line)["id"] for line in body.splitlines()[1::2]]


class TestBulk:
    def test_tries_again_what_was_too_much(self):
        """Only that: what was taken, or was there already, is not sent twice."""
        first = bulk(DONE, item(429, "es_rejected_execution_exception"), item(503, "shard_gone"))
        with scripted(Script(first, bulk(DONE, DONE))) as server:
            read_models_at(server.url).put(INDEX, [a_document(name, total=1) for name in "abc"])

        sent = [documents_in(body) for _, path, body in server.asked if "_bulk" in path]
        assert [["a", "b", "c"], ["b", "c"]] == sent

    def test_gives_up_in_time(self):
        """Still throttled: that is no fault of anybody, and says when to come back."""
        full = bulk(item(429, "es_rejected_execution_exception"))
        began = time.monotonic()

        with scripted(Script(full)) as server, pytest.raises(TooManyRequests, match=INDEX) as told:
            read_models_at(server.url).put(INDEX, [a_document(total=1)])

        assert 1 <= told.value.retry_after
        assert time.monotonic() - began < 1
        assert 1 < len(server.asked)

    @pytest.mark.parametrize(
        ("status", "kind", "expected", "told"),
        [
            (400, "mapper_parsing_exception", Misconfigured, "mapper_parsing_exception"),
            (403, "cluster_block_exception", Lasting, "full"),
            (429, "cluster_block_exception", Lasting, "full"),
            (403, "security_exception", Misconfigured, "does not let us in"),
            (404, "index_not_found_exception", IndexGone, "no such index"),
        ],
    )
    def test_tells_what_no_second_try_would_change(self, status, kind, expected, told):
        """After one request, with the index's name, and without what OpenSearch quotes."""
        answer = bulk(item(429, "es_rejected_execution_exception"), item(status, kind))
        with scripted(Script(answer)) as server, pytest.raises(expected, match=told) as refused:
            read_models_at(server.url).put(INDEX, [a_document(name, total=1) for name in "ab"])

        assert 1 == len(server.asked)
        assert INDEX in str(refused.value)
        assert SECRET not in str(refused.value)

    @pytest.mark.parametrize("answer", [{}, [], {"items": []}, {"items": [1]}, {"items": [{}]}])
    def test_takes_no_nonsense(self, answer):
        """What does not tell of each document may have lost one."""
        with scripted(Script(Answer.of(answer))) as server, pytest.raises(Unavailable):
            read_models_at(server.url).put(INDEX, [a_document(total=1)])


class TestQuestions:
    @pytest.mark.parametrize(
        "part",
        [
            {"_shards": {"total": 2, "successful": 1, "failed": 1}},
            {"_shards": {"total": 2, "successful": 1, "failed": 0}},
            {"_shards": {"total": 2, "successful": 1, "failed": 0}, "status": "red"},
            {"timed_out": True},
            {"_shards": None},
            {"_shards": {}},
        ],
        ids=str,
    )
    def test_are_not_answered_in_part(self, part):
        """What some of the shards have is never shown as the whole."""
        with scripted(Script(Answer.of(SHARDS | part))) as server:
            read_models = read_models_at(server.url)
            for question in (
                lambda: read_models.find(INDEX, a_query()),
                lambda: read_models.group(INDEX, Grouping("default", (), (), ())),
                lambda: read_models.count(INDEX),
                lambda: read_models.page(INDEX, None, 10),
                lambda: read_models.settle(INDEX),
            ):
                with pytest.raises(Unavailable, match=INDEX):
                    question()

    @pytest.mark.parametrize("answer", [{"_shards": WHOLE}, {"docs": []}, {"docs": [{}]}, []])
    def test_are_not_answered_by_nonsense(self, answer):
        """As something else at that address gives."""
        with scripted(Script(Answer.of(answer))) as server:
            read_models = read_models_at(server.url, budget=0.2)
            for question in (
                lambda: read_models.get(INDEX, "default", "a"),
                lambda: read_models.find(INDEX, a_query()),
                lambda: read_models.group(INDEX, Grouping("default", (), (), ())),
                lambda: read_models.count(INDEX),
            ):
                with pytest.raises(Unavailable, match="makes no sense"):
                    question()

    @pytest.mark.parametrize(
        "failed",
        [
            error("search_phase_execution_exception", 503),
            error("es_rejected_execution_exception", 429),
            Answer(502, HTML),
            Answer(504, HTML),
            Answer(200, HTML, headers={"Content-Type": "application/json"}),
            Answer.of(SHARDS | {"timed_out": True}),
        ],
        ids=lambda answer: f"{answer.status}-{len(answer.body)}",
    )
    def test_are_asked_again(self, failed):
        """What passes by itself is waited for."""
        with scripted(Script(failed, Answer.of(SHARDS))) as server:
            assert [] == read_models_at(server.url).find(INDEX, a_query())

    @pytest.mark.parametrize("status", [401, 403])
    def test_that_are_not_allowed_are_not_repeated(self, status):
        """Somebody has to change settings or grants first."""
        refusal = error("security_exception", status)
        with scripted(Script(refusal)) as server, pytest.raises(Misconfigured, match="let us in"):
            read_models_at(server.url).count(INDEX)

        assert 1 == len(server.asked)

    def test_whose_long_text_has_gone_are_asked_again_by_the_caller(self):
        """A group tells of its text's beginning; the whole is in a document, until that changes."""
        key = {"0": "default", "1": "x" * LONGEST}
        groups = {"groups": {"buckets": [{"key": key, "doc_count": 1}]}}
        script = Script(Answer.of(SHARDS | {"aggregations": groups}), Answer.of(SHARDS))
        with scripted(script) as server, pytest.raises(Unavailable, match="has gone meanwhile"):
            read_models_at(server.url).group(INDEX, Grouping("default", (), ("status",), ()))

    def test_end_with_the_deadline(self):
        """However much the budget would leave, and however slow the answer is."""
        slow = Answer(200, json.dumps(SHARDS).encode(), seconds=3)
        with scripted(Script(slow)) as server:
            read_models = read_models_at(server.url, budget=20)
            began = time.monotonic()
            with within(1.0), pytest.raises(Unavailable):
                read_models.count(INDEX)
            taken = time.monotonic() - began
            with within(0), pytest.raises(Unavailable, match="time for it is over"):
                read_models.count(INDEX)

        assert taken < 0.9
        assert 1 == len(server.asked)

    def test_reach_nobody(self):
        """A node that is down is told in time; that is not the same as nothing found."""
        with scripted(Script(Answer())) as server:
            url = server.url
        began = time.monotonic()

        with pytest.raises(Unavailable, match="ConnectionError"):
            read_models_at(url).get(INDEX, "default", "a")

        assert time.monotonic() - began < 1


class TestCreate:
    def test_knows_its_own_index_though_the_answer_was_lost(self):
        """Else nobody would fill it: it was made, and is empty."""
        made: list[dict[str, object]] = []

        def answer(method, path, body):
            if path.endswith("/_mapping"):
                return Answer.of({"nexus-orders-v1": {"mappings": made[0]["mappings"]}})
            if method == "PUT" and path == "/nexus-orders-v1":
                made.append(json.loads(body))
                kind = "resource_already_exists_exception"
                return Answer(504, HTML) if len(made) == 1 else error(kind, 400)
            return Answer()

        with scripted(answer) as server:
            assert read_models_at(server.url).create(INDEX, FIELDS)

    def test_knows_that_of_somebody_else(self):
        """It was made before, or by who was quicker."""
        taken = error("resource_already_exists_exception", 400)
        with scripted(Script(Answer(), taken)) as server:
            assert not read_models_at(server.url).create(INDEX, FIELDS)


class TestSecrets:
    def test_are_in_no_message_and_no_log(self, caplog):
        """Whatever OpenSearch quotes, and though somebody logs all there is."""
        caplog.set_level(logging.DEBUG)
        answers = (error("mapper_parsing_exception", 400), error("illegal_state_exception", 500))
        for answer in answers:
            with scripted(Script(answer)) as server, pytest.raises(NexusError) as failed:
                read_models_at(server.url).put(INDEX, [a_document(SECRET, status=SECRET)])
            assert SECRET not in str(failed.value)
            assert failed.value.__suppress_context__

        assert SECRET not in caplog.text

    def test_are_not_part_of_a_url(self):
        """Which is logged; nor does one go over the net in clear text."""
        for url in ("http://user:secret@127.0.0.1:9200", "http://search.example.com", "x://a"):
            with pytest.raises(Misconfigured) as refused:
                read_models_at(url).count(INDEX)
            assert "secret" not in str(refused.value)


class TestSigning:
    def test_covers_the_body(self, monkeypatch):
        """Whoever reads the request can tell that nobody has changed it; by the region's rules."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
        with scripted(Script(bulk(DONE))) as server:
            signing = read_models_at(server.url, region="eu-central-1")
            signing.put(INDEX, [a_document(total=1)])

        ((_, _, body),) = server.asked
        (headers,) = server.headers
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        assert "/eu-central-1/es/aws4_request, SignedHeaders=" in headers["Authorization"]
        assert hashlib.sha256(body).hexdigest() == headers["X-Amz-Content-SHA256"]

    def test_needs_credentials(self, monkeypatch, tmp_path):
        """Without any, it says so, and does not ask unsigned."""
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        refused = pytest.raises(Misconfigured, match="credentials are missing")
        with scripted(Script(Answer())) as server, refused:
            read_models_at(server.url, region="eu-central-1").count(INDEX)

        assert [] == server.asked

    def test_is_not_done_for_a_password(self):
        """A user of the cluster's own is told with each request."""
        with scripted(Script(Answer.of(SHARDS))) as server:
            read_models_at(server.url, user="nexus", password=SECRET).count(INDEX)

        assert server.headers[0]["authorization"].startswith("Basic ")
