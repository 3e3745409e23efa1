"""Many commands in one request: each is answered in its place, as it would be by itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import jsonschema
import pytest

from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.http.batches import MAX_COMMANDS, ROOM
from chalicelib.entrypoints.http.openapi.document import openapi
from chalicelib.entrypoints.http.request import MAX_BATCH, MAX_BODY
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.stream import StreamId
from chalicelib.wiring import use
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.embedded import Embedded
from tests.http.test_bad_input import AMOUNTS, BAD_IDS, FIELDS, TEXTS, too_large_order
from tests.support.stores import WrappedStore

pytestmark = [pytest.mark.requirement("T5"), pytest.mark.requirement("R2")]

DOCUMENT = openapi(CONTEXTS)
JSON = {"Content-Type": "application/json"}


class HeaderIdentity:
    """Stands in for tokens, which an embedded system has none of: headers say who asks."""

    def principal(self, headers):
        roles = tuple(headers.get("roles", "developer").split())
        return Principal("user", "u-1", headers.get("tenant", "default"), roles)


class MoodyStore(WrappedStore):
    """Appends to one stream fail; nothing is known of their outcome."""

    strong = True
    asked = 0

    def append(self, commit):
        if commit.stream.id == "broken":
            self.asked += 1
            raise Unavailable("no answer")
        super().append(commit)


@pytest.fixture(name="embedded")
def _embedded(settings):
    """The whole system, over a store that takes no order named broken."""

    def adapt(ports):
        return replace(ports, events=MoodyStore(ports.events))

    with Embedded.assemble(settings, adapt=adapt) as embedded:
        embedded.pump.start()
        with use(replace(embedded.system, identity=HeaderIdentity())):
            yield embedded


@pytest.fixture(name="http")
def _http(embedded):
    with LocalServer(create_app(), 0) as server:
        address = f"http://127.0.0.1:{server.port}"
        with httpx.Client(base_url=address, timeout=60, headers=JSON) as http:
            yield http


def entry(name, data, key=None, **more):
    """A command of a batch."""
    return {"command": name, **({"idempotencyKey": key} if key else {}), "data": data, **more}


def place(order, **more):
    return entry("PlaceOrder", {"orderId": order, "customerId": "c-1", "totalAmount": 1.1}, **more)


def pay(order, **more):
    return entry("PayOrder", {"orderId": order, "paymentId": "p", "amount": 1.1}, **more)


def ship(order, **more):
    return entry("ShipOrder", {"orderId": order, "carrier": "c", "trackingNumber": "t"}, **more)


def check(component, value):
    """Check a value by a schema of the OpenAPI document."""
    schema = {**DOCUMENT, "$ref": f"#/components/schemas/{component}"}
    jsonschema.Draft202012Validator(schema).validate(value)


def send(http, *commands, **headers):
    """Send a batch, check the form of what comes back, and return the results."""
    answer = http.post("/api/commands", content=json.dumps({"commands": commands}), headers=headers)
    assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
    check("BatchResult", answer.json())
    results = answer.json()["results"]
    asked = answer.headers["x-correlation-id"]
    for number, result in enumerate(results):
        assert result.get("instance", f"{asked}#{number}") == f"{asked}#{number}"
    return results


def alone(http, command):
    """Send the same command by itself, and return the answer."""
    headers = {
        header: str(command[name]) if name != "ifMatch" else f'"{command[name]}"'
        for name, header in (
            ("idempotencyKey", "Idempotency-Key"),
            ("ifMatch", "If-Match"),
            ("effectiveAt", "Nexus-Effective-At"),
        )
        if name in command
    }
    text = json.dumps(command["data"])
    return http.post(f"/api/commands/{command['command']}", content=text, headers=headers)


def statuses(results):
    return [result["status"] for result in results]


def commits(embedded, order, tenant="default"):
    stream = StreamId(tenant, "Order", order)
    return list(embedded.ports.events.read(stream, strong=True))


class TestResults:
    def test_each_command_has_its_own_in_order(self, http):
        """
        Of several streams, and of one stream in the order in which its commands stand.
        """
        results = send(http, place("a", idempotencyKey="k-1"), place("b"), pay("a"), ship("a"))

        assert [("a", 1), ("b", 1), ("a", 2), ("a", 3)] == [
            (result["stream"].removeprefix("default/Order/"), result["version"])
            for result in results
        ]
        token = results[0].pop("consistencyToken")
        assert token
        assert {
            "status": 201,
            "commandId": "k-1",
            "stream": "default/Order/a",
            "version": 1,
            "events": [{"id": "default/Order/a@1", "type": "orders.OrderPlaced"}],
        } == results[0]

    def test_a_token_of_each_shows_its_write(self, http):
        """
        A query that brings it waits until it does.
        """
        results = send(http, place("a"), place("b"), pay("a"))

        for order, result in zip(("a", "b", "a"), results, strict=True):
            headers = {"Nexus-Consistency": result["consistencyToken"], "Prefer": "wait=10"}
            shown = http.get(f"/api/orders/{order}", headers=headers)
            assert 200 == shown.status_code
            assert shown.json()["version"] >= result["version"]

    def test_500_are_taken_and_501_are_not(self, http, embedded):
        """
        The limit itself is allowed; above it nothing is done.
        """
        commands = [place(f"o-{number}") for number in range(MAX_COMMANDS)]

        refused = http.post("/api/commands", json={"commands": [place("one-more"), *commands]})
        assert (400, "/commands") == (refused.status_code, refused.json()["errors"][0]["pointer"])
        assert [] == commits(embedded, "one-more") + commits(embedded, "o-0")
        results = send(http, *commands)
        assert [201] * MAX_COMMANDS == statuses(results)
        streams = [f"default/Order/o-{number}" for number in range(MAX_COMMANDS)]
        assert streams == [result["stream"] for result in results]

    def test_a_batch_that_is_sent_again_is_answered_as_the_first_time(self, http, embedded):
        """
        Each result is marked, refusals are refused again, and nothing more is stored.
        """
        batch = [place("a", key="1"), pay("a", key="2"), place("a", key="3"), place("b", key="1")]
        first, again = send(http, *batch), send(http, *batch)

        assert [201, 201, 409, 201] == statuses(first)
        assert [{**r, "replayed": True} if r["status"] == 201 else None for r in first] == [
            r if r["status"] == 201 else None for r in again
        ]
        assert 409 == again[2]["status"]
        assert ([1, 2], [1]) == tuple(
            [commit.version for commit in commits(embedded, order)] for order in "ab"
        )

    def test_a_command_is_the_same_alone_and_in_a_batch(self, http):
        """
        Sent alone first, it is recognised in the batch by key, data and effective time; and the
        other way round.
        """
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
        first = place("a", key="k-1", effectiveAt=yesterday)
        second = pay("a", key="k-2", ifMatch=1)

        answered = alone(http, first).json()
        results = send(http, first, second)
        assert {"status": 201, **answered, "replayed": True} == results[0]
        repeated = alone(http, second)
        assert "true" == repeated.headers["nexus-replayed"]
        assert {"status": 201, **repeated.json()} == results[1]

    def test_every_commit_names_the_conversation(self, http, embedded):
        """
        The request's correlation id, no cause, and the command's own id.
        """
        send(http, place("a", key="1"), pay("a", key="2"), **{"X-Correlation-Id": "talk-1"})

        codec = embedded.system.router._codec
        headers = [codec.header(commit) for commit in commits(embedded, "a")]
        assert [("talk-1", None, "1"), ("talk-1", None, "2")] == [
            (header.correlation_id, header.causation_id, header.command_id) for header in headers
        ]


NO_OBJECTS: tuple[object, ...] = ([], "order", 5, None, True)
BAD_DATA: list[tuple[str, object]] = [
    *(("PlaceOrder", data) for data, _ in FIELDS.values()),
    *(("PlaceOrder", {**FIELDS["unknown"][0], "orderId": text}) for text in BAD_IDS.values()),
    *(
        ("PlaceOrder", {"orderId": "n", "customerId": "c", "totalAmount": float(text)})
        for text, said in AMOUNTS.values()
        if said == "/totalAmount"
    ),
    *(("PlaceOrder", data) for data in NO_OBJECTS),
    ("PlaceOrder", too_large_order()),
    ("FlyOrder", {}),
    ("placeorder", {}),
    *(("PayOrder", {"orderId": order, "paymentId": "p", "amount": 5}) for order in ("old", "none")),
    ("PlaceOrder", {"orderId": "old", "customerId": "c-2", "totalAmount": 5}),
    ("DeliverOrder", {"orderId": "old"}),
]
"""Names and data of commands that are refused, each by itself."""
BAD_ENTRIES = {
    "null": (None, ""), "text": ("PlaceOrder", ""), "array": ([], ""),
    "nothing": ({}, "/command /data"),
    "no-command": ({"data": {}}, "/command"),
    "no-data": ({"command": "PlaceOrder"}, "/data"),
    "unknown": (place("x", tenant="other"), "/tenant"),
    "another-spelling": (place("x", if_match=1), "/if_match"),
    "slash": (place("x", **{"a/b~": 1}), "/a~1b~0"),
    "command-number": (entry(5, {}), "/command"),
    "command-path": (entry("../health", {}), "/command"),
    "key-number": (place("x", idempotencyKey=5), "/idempotencyKey"),
    "key-empty": (place("x", idempotencyKey=""), "/idempotencyKey"),
    "key-dots": (place("x", idempotencyKey=".."), "/idempotencyKey"),
    "key-long": (place("x", idempotencyKey="x" * 129), "/idempotencyKey"),
    "match-text": (place("x", ifMatch="1"), "/ifMatch"),
    "match-tag": (place("x", ifMatch='"1"'), "/ifMatch"),
    "match-flag": (place("x", ifMatch=True), "/ifMatch"),
    "match-negative": (place("x", ifMatch=-1), "/ifMatch"),
    "match-decimal": (place("x", ifMatch=1.5), "/ifMatch"),
    "match-19-digits": (place("x", ifMatch=10**18), "/ifMatch"),
    "effective": (place("x", effectiveAt="yesterday"), "/effectiveAt"),
    "effective-no-zone": (place("x", effectiveAt="2026-01-01T00:00:00"), "/effectiveAt"),
    "effective-early": (place("x", effectiveAt="1500-01-01T00:00:00Z"), "/effectiveAt"),
    "several": ({"command": "x y", "ifMatch": -1}, "/command /data /ifMatch"),
}  # fmt: skip
"""Entries that are no commands, and the places that are told."""


class TestRefusals:
    def test_a_bad_one_harms_no_other(self, http):
        """
        Each is refused as it would be alone, with pointers into the batch, between two that are
        carried out.
        """
        alone(http, place("old"))
        bad = [entry(name, data) for name, data in BAD_DATA]
        bad += [place("old", ifMatch=7), pay("old", ifMatch=0), place("old", key="k", ifMatch=9)]
        good = [place(f"good-{number}") for number in range(len(bad))]
        results = send(http, *(each for pair in zip(good, bad, strict=True) for each in pair))

        assert [201] * len(good) == statuses(results[::2])
        for number, (command, result) in enumerate(zip(bad, results[1::2], strict=True)):
            expected = alone(http, command).json()
            for fault in expected.get("errors", ()):
                fault["pointer"] = f"/commands/{2 * number + 1}/data{fault['pointer']}"
            assert {**expected, "instance": result["instance"]} == result

    @pytest.mark.parametrize("name", BAD_ENTRIES)
    def test_a_malformed_entry_is_its_own_problem(self, http, embedded, name):
        """
        All its places are told, and its neighbours are carried out.
        """
        bad, places = BAD_ENTRIES[name]
        before, refused, after = send(http, place("a"), bad, place("b"))

        assert (201, 201) == (before["status"], after["status"])
        assert (400, "/problems/invalid-input") == (refused["status"], refused["type"])
        told = sorted(fault["pointer"] for fault in refused["errors"])
        assert [f"/commands/1{place}" for place in places.split(" ")] == told
        assert [] == commits(embedded, "x")

    def test_what_comes_later_is_told_beside_it(self, http, embedded):
        """
        One that a dependency fails is not tried again; the header says when the caller may.
        """
        batch = {"commands": [place("a"), place("broken", key="k"), place("b")]}
        answer = http.post("/api/commands", json=batch)

        assert [201, 503, 201] == statuses(answer.json()["results"])
        assert (200, "1") == (answer.status_code, answer.headers["retry-after"])
        assert 1 == embedded.ports.events.asked
        assert "retry-after" not in http.post("/api/commands", json={"commands": [{}]}).headers

    def test_each_is_authorised_by_itself(self, http):
        """
        A clerk may place an order but not ship one, also in a batch.
        """
        results = send(http, place("a"), pay("a"), ship("a"), place("b"), roles="orders.clerk")

        assert [201, 403, 201] == [results[number]["status"] for number in (0, 2, 3)]
        assert any("nexus.commands.roles" in reason for reason in results[2]["reasons"])

    def test_no_command_reaches_another_tenant(self, http, embedded):
        """
        All of a batch are the caller's tenant's, whatever ids they name.
        """
        results = send(http, place("a"), place("default/Order/a"), pay("a"), tenant="acme")

        assert [201, 400, 201] == statuses(results)
        assert ["acme/Order/a"] * 2 == [results[number]["stream"] for number in (0, 2)]
        assert (2, 0) == (len(commits(embedded, "a", "acme")), len(commits(embedded, "a")))

    def test_an_answer_has_an_end(self, http):
        """
        What the first problems have to tell leaves no room for that of the others, which keep what
        every problem has.
        """
        wrong = entry("PlaceOrder", {f"{number}".zfill(200): 1 for number in range(50)})
        results = send(http, *[wrong] * 300)

        assert [400] * 300 == statuses(results)
        told = ["errors" in result for result in results]
        assert sorted(told, reverse=True) == told
        assert 0 < sum(told) < 300
        assert len(json.dumps(results)) < 1.2 * ROOM


def batch_of(text):
    """A batch with a command whose data is written so, after one that is well formed."""
    head = json.dumps({"commands": [place("a")]})[:-2].encode()
    return head + b', {"command": "PlaceOrder", "data": ' + text + b"}]}"


NO_BATCHES = {
    "array": b"[]", "text": b'"x"', "null": b"null", "empty": b"", "object": b"{}",
    "no-array": b'{"commands": {}}', "null-commands": b'{"commands": null}',
    "no-commands": b'{"commands": []}',
    "a-command": json.dumps(place("a")).encode(),
    "unknown": json.dumps({"commands": [place("a")], "atomic": True}).encode(),
    "twice": b'{"commands": [{}], "commands": [{}]}',
    **{f"data-{name}": batch_of(text) for name, (text, said) in TEXTS.items()
       if said != "must be an object" and name not in ("nothing", "two")},
    **{f"amount-{name}": batch_of(b'{"totalAmount": ' + text.encode() + b"}")
       for name, (text, said) in AMOUNTS.items() if said != "/totalAmount"},
}  # fmt: skip


class TestWhole:
    @pytest.mark.parametrize("name", NO_BATCHES)
    def test_what_is_no_batch_is_refused_as_a_whole(self, http, embedded, name):
        """
        One problem, and nothing is done.
        """
        refused = http.post("/api/commands", content=NO_BATCHES[name])

        assert (400, "/problems/invalid-input") == (refused.status_code, refused.json()["type"])
        assert refused.json()["instance"] == refused.headers["x-correlation-id"]
        assert [] == commits(embedded, "a")

    def test_another_type_or_method_is_refused(self, http):
        """
        As it is for single commands.
        """
        text = {"Content-Type": "text/plain"}
        assert 415 == http.post("/api/commands", content=b"{}", headers=text).status_code
        refused = http.get("/api/commands")
        assert (405, "POST") == (refused.status_code, refused.headers["allow"])

    def test_a_batch_may_have_4_mib_and_a_command_1(self, http):
        """
        The limit itself is allowed, and the answer names it.
        """
        batch = json.dumps({"commands": [place("a")]}).encode()

        for path in ("/api/commands", "/api/commands/", "/api/commands?a=b"):
            assert 200 == http.post(path, content=batch.ljust(MAX_BATCH)).status_code
            above = http.post(path, content=batch.ljust(MAX_BATCH + 1))
            assert (413, f"the body may have at most {4 * 1024 * 1024} bytes") == (
                above.status_code,
                above.json()["detail"],
            )
        for path in ("/api/commands/PlaceOrder", "/api/commands//", "/api/operations"):
            above = http.post(path, content=batch.ljust(MAX_BODY + 1))
            assert (413, f"the body may have at most {1024 * 1024} bytes") == (
                above.status_code,
                above.json()["detail"],
            )
