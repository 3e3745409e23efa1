"""The reading commands: what each says of a real folder, in JSON and to people."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest

from chalicelib.cli import output
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Forbidden
from chalicelib.kernel.messages import Event
from chalicelib.wiring.container import code_digest
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client
from tests.support.hygiene import ROOT

COMMANDS = [
    ["run"],
    ["demo"],
    ["describe"],
    ["doctor"],
    ["verify"],
    ["streams", "list"],
    ["streams", "show"],
    ["projections", "list"],
    ["projections", "rebuild"],
    ["dlq", "list"],
    ["dlq", "show"],
    ["dlq", "redrive"],
    ["schemas", "list"],
    ["schemas", "check"],
    ["schemas", "diff"],
    ["schemas", "register"],
    ["schemas", "release"],
    ["policies", "list"],
    ["policies", "release"],
    ["policies", "decisions"],
    ["policies", "replay"],
    ["gate"],
    ["token"],
    ["replay", "record"],
    ["replay", "accept"],
]
READING = [
    ["verify"],
    ["streams", "list"],
    ["streams", "show", "Order/o-1"],
    ["projections", "list"],
    ["dlq", "list"],
    ["policies", "decisions"],
]
SHIPMENT = {"carrier": "DHL", "trackingNumber": "t-1"}
BUNDLE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class OrderLost(Event):
    """An event whose schema nobody has written."""

    order_id: str


class TestHelp:
    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_explains_itself(self, nexus, command):
        """
        Each command has its usage, says what it does, and shows lines to type.
        """
        done = nexus(*command, "--help")

        assert 0 == done.code
        assert done.out.startswith(f"Usage: nexus {' '.join(command)} ")
        assert f"  nexus {' '.join(command)}" in done.out.partition("Examples:")[2]
        assert ("--json" in done.out) == (command != ["run"])

    @pytest.mark.parametrize("words", [[], ["streams"], ["dlq"]], ids=str)
    def test_is_what_an_unfinished_line_gets(self, nexus, words):
        """
        With the exit code of what can't be done.
        """
        done = nexus(*words)

        assert 2 == done.code
        assert "Usage: nexus" in done.out + done.err

    def test_comes_at_once(self):
        """
        Help imports neither the platform's libraries nor rich; the platform never imports these.
        """
        script = (
            "import sys, chalicelib.cli.main; "
            "print(*sorted({'rich', 'pydantic', 'fastavro', 'sqlite3', 'regorus', 'chalice'} "
            "& set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        )

        assert "" == done.stdout.strip()

    def test_nothing_of_it_is_in_a_lambda(self):
        """
        What API Gateway calls imports no command line.
        """
        script = (
            "import sys; from chalicelib.entrypoints.http import create_app; create_app(); "
            "print(*sorted({'typer', 'rich', 'chalicelib.cli'} & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        )

        assert "" == done.stdout.strip()


class TestStreams:
    def test_are_listed_the_newest_first(self, nexus, data):
        """
        With version, time and last command.
        """
        items = nexus("streams", "list", "--data", data, "--json").json["items"]

        assert [
            ("default/Order/o-3", 1, "orders.PlaceOrder"),
            ("default/Order/o-2", 2, "orders.PayOrder"),
            ("default/Order/o-1", 5, "orders.DeliverOrder"),
        ] == [(item["stream"], item["version"], item["lastCommand"]) for item in items]

    @pytest.mark.parametrize(
        ("options", "streams", "more"),
        [
            (["--limit", 2], ["o-3", "o-2"], True),
            (["--limit", 3], ["o-3", "o-2", "o-1"], False),
            (["--aggregate", "Order"], ["o-3", "o-2", "o-1"], False),
            (["--aggregate", "Ticket"], [], False),
        ],
        ids=str,
    )
    def test_may_be_chosen(self, nexus, data, options, streams, more):
        """
        By aggregate, and so many at most: it says whether there are more.
        """
        listed = nexus("streams", "list", "--data", data, "--json", *options).json

        names = [item["stream"].rpartition("/")[2] for item in listed["items"]]
        assert (streams, more) == (names, listed["more"])

    def test_show_events_and_who_wanted_them(self, nexus, data):
        """
        Each commit with its provenance; money is exact.
        """
        done = nexus("streams", "show", "default/Order/o-1", "--data", data, "--json")

        shown = done.json
        first, *_, last = shown["commits"]
        assert ("default/Order/o-1", 5) == (shown["stream"], shown["version"])
        assert {"id": "o-1-1", "type": "orders.PlaceOrder"} == first["command"]
        assert ("developer", "test") == (first["principal"]["id"], first["correlationId"])
        assert (code_digest(), "00" * 32) == (first["codeDigest"], first["previousHash"])
        assert '"totalAmount": 99.99' in done.out
        assert [
            ("default/Order/o-1@4", "orders.OrderDelivered", "core"),
            ("default/Order/o-1@5", "orders.FeedbackInvited", "secondary"),
        ] == [(event["id"], event["type"], event["path"]) for event in last["events"]]

    def test_of_the_default_tenant_need_not_name_it(self, nexus, data):
        """
        As over HTTP.
        """
        short, long = (
            nexus("streams", "show", name, "--data", data, "--json").json
            for name in ("Order/o-2", "default/Order/o-2")
        )

        assert long == short

    @pytest.mark.parametrize(
        ("name", "told"),
        [("Order/none", "nothing has happened"), ("o-1", "is no stream"), ("a/b/c/d", "no stream")],
    )
    def test_that_are_not_there(self, nexus, data, name, told):
        """
        One sentence, and exit code 2.
        """
        done = nexus("streams", "show", name, "--data", data)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert told in done.err


class TestProjections:
    def test_that_have_seen_everything(self, nexus, data):
        """
        Their position is the last record's number, and their lag 0.
        """
        told = nexus("projections", "list", "--data", data, "--json").json

        assert {"name": "router.changes", "position": 7, "lag": 0, "parked": []} == told["router"]
        assert ["order-details-v2", "customer-orders-v1", "sales-v1"] == [
            item["live"] for item in told["items"]
        ]
        assert [0] * 7 == [each["lag"] for item in told["items"] for each in item["consumers"]]

    def test_that_have_stopped(self, nexus, stopped):
        """
        Which stream, behind which version, and why.
        """
        told = nexus("projections", "list", "--data", stopped, "--json").json

        (details, *others) = told["items"]
        assert [[], []] == [item["parked"] for item in others]
        (parked,) = details["parked"]
        assert parked["waiting"] >= 1
        assert ("default/Order/o-1", 1, "ZeroDivisionError: no such payment") == (
            parked["stream"],
            parked["behind"],
            parked["reason"],
        )


@pytest.mark.requirement("T11")
class TestDeadLetters:
    def test_are_listed(self, nexus, stopped, data):
        """
        Whose, of which commit, how often tried, and why.
        """
        (item,) = nexus("dlq", "list", "--data", stopped, "--json").json["items"]

        assert "default/Order/o-1" == item["stream"]
        assert ("order-details-v2", 2, 3) == (item["consumer"], item["version"], item["attempts"])
        assert "ZeroDivisionError: no such payment" == item["reason"]
        assert {"items": []} == nexus("dlq", "list", "--data", data, "--json").json

    def test_are_shown_with_what_is_in_them(self, nexus, stopped):
        """
        The events that could not be applied, and who wanted them.
        """
        words = ("dlq", "show", "order-details-v2", "Order/o-1", "--data", stopped)

        (item,) = nexus(*words, "--json").json["items"]
        said = nexus(*words).out

        (event,) = item["commit"]["events"]
        assert ("orders.OrderPaid", 99.99) == (event["type"], event["data"]["amount"])
        assert "o-1-2" == item["commit"]["command"]["id"]
        assert "order-details-v2 has tried it 3 times" in said

    def test_that_are_not_there(self, nexus, stopped):
        """
        One sentence, and exit code 2.
        """
        done = nexus("dlq", "show", "sales-v1", "Order/o-1", "--data", stopped)

        assert (2, "") == (done.code, done.out)
        assert "sales-v1 holds no dead letter of default/Order/o-1" in done.err


class TestGovernance:
    def test_schemas_are_listed(self, nexus):
        """
        With what they say besides the form.
        """
        items = {item["type"]: item for item in nexus("schemas", "list", "--json").json["items"]}

        delivered = items["orders.OrderDelivered"]
        assert 7 == len(items)
        assert (1, "core", ["receivedBy"]) == (
            delivered["version"],
            delivered["path"],
            delivered["personal"],
        )

    def test_schemas_that_keep_the_rules(self, nexus):
        """
        Exit code 0, and no fault.
        """
        done = nexus("schemas", "check", "--json")

        assert (0, {"checked": True, "faults": []}) == (done.code, done.json)

    def test_schemas_that_break_a_rule(self, nexus, monkeypatch):
        """
        Exit code 1, with file and fault: here an event class without its schema.
        """
        (context,) = CONTEXTS
        (aggregate,) = context.aggregates
        grown = replace(aggregate, events=(*aggregate.events, OrderLost))
        monkeypatch.setattr(
            "chalicelib.wiring.contexts.CONTEXTS", (replace(context, aggregates=(grown,)),)
        )

        done = nexus("schemas", "check", "--json")

        assert 1 == done.code
        assert ["orders/OrderLost/v1.avsc"] == [fault["file"] for fault in done.json["faults"]]

    def test_policies_are_listed(self, nexus):
        """
        Each rule with its title and severity, and the digest that commits bear.
        """
        told = nexus("policies", "list", "--json").json

        rules = {item["rule"]: (item["title"], item["severity"]) for item in told["items"]}
        assert ("Effective time", "high") == rules["nexus.commands.effective_time"]
        assert all(title and severity for title, severity in rules.values())
        assert BUNDLE.fullmatch(told["digest"])

    def test_all_that_runs_is_described(self, nexus):
        """
        Contexts with commands, events, read models and views, and the policies.
        """
        told = nexus("describe", "--json").json

        (context,) = told["contexts"]
        (aggregate,) = context["aggregates"]
        assert ("orders", "Order", "orderId") == (
            context["name"],
            aggregate["name"],
            aggregate["identity"],
        )
        place = aggregate["commands"][0]
        assert ("PlaceOrder", "/api/commands/PlaceOrder") == (place["name"], place["route"])
        assert ["orderId", "customerId", "totalAmount", "currency?", "lines?"] == place["fields"]
        assert ("orders.OrderPlaced", 1, "core") == tuple(aggregate["events"][0].values())[:3]
        assert 3 == len(context["projections"])
        assert ("/api/sales", "totals") == tuple(context["views"][-1].values())[:2]
        assert told["policies"]["rules"] == nexus("policies", "list", "--json").json["items"]


class TestPeople:
    @pytest.mark.parametrize("command", [*READING, ["describe"], ["schemas", "list"]], ids=" ".join)
    def test_get_text(self, nexus, data, command):
        """
        Without --json there are tables and sentences, and the same exit code.
        """
        folder = [] if command[0] in ("describe", "schemas") else ["--data", data]

        done = nexus(*command, *folder)

        assert (0, "") == (done.code, done.err)
        assert done.out.strip()

    def test_are_safe_from_what_is_stored(self, nexus, data, monkeypatch):
        """
        What would steer a terminal is shown, and does nothing.
        """
        output.table("Streams", ("stream",), [("\x1b[2J\x07[bold]x[/bold]",)])
        output.say("\x1b]0;title\x07")

        done = nexus("policies", "list")

        assert "\x1b" not in done.out
        assert "\\x1b[2J\\x07[bold]x[/bold]" in done.out


class TestRefusals:
    @pytest.mark.parametrize("command", READING, ids=" ".join)
    def test_a_folder_that_is_not_there(self, nexus, tmp_path, command):
        """
        One sentence that says what to do, exit code 2, and nothing is made.
        """
        done = nexus(*command, "--data", tmp_path / "none")

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert "there is no data folder" in done.err
        assert "nexus run" in done.err
        assert [] == list(tmp_path.iterdir())

    @pytest.mark.parametrize("command", READING, ids=" ".join)
    def test_a_folder_without_a_file(self, nexus, tmp_path, command):
        """
        The same.
        """
        done = nexus(*command, "--data", tmp_path)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert "is not there" in done.err
        assert [] == list(tmp_path.iterdir())

    def test_a_file_of_something_else(self, nexus, data):
        """
        Is named, and left alone.
        """
        (data / "event-store.db").write_text("not a database " * 100)

        done = nexus("streams", "list", "--data", data)

        assert (2, 1) == (done.code, done.err.count("\n"))
        assert "event-store.db is not a database" in done.err

    @pytest.mark.parametrize(
        "words", [["verify", "--nonsense"], ["nonsense"], ["streams", "list", "--limit", "0"]]
    )
    def test_what_there_is_not(self, nexus, words):
        """
        Exit code 2, and a word on how to get help.
        """
        done = nexus(*words)

        assert (2, "") == (done.code, done.out)
        assert "--help" in done.err

    def test_what_nobody_has_foreseen(self, nexus, data, monkeypatch):
        """
        Even that is one sentence.
        """

        def broken(*_args, **_options):
            raise ZeroDivisionError("by zero")

        monkeypatch.setattr("chalicelib.wiring.embedded.Reading.open", broken)

        done = nexus("verify", "--data", data)

        assert (2, "") == (done.code, done.out)
        assert "nexus: ZeroDivisionError: by zero; this should not happen\n" == done.err


def test_the_environment_may_name_the_folder(nexus, data, monkeypatch):
    """NEXUS_DATA, as for the system itself."""
    monkeypatch.setenv("NEXUS_DATA", str(data))

    assert 3 == len(nexus("streams", "list", "--json").json["items"])


def test_it_is_a_module_too(data):
    """``python -m chalicelib.cli``, where nothing is installed."""
    done = subprocess.run(
        [sys.executable, "-m", "chalicelib.cli", "streams", "list", "--data", str(data), "--json"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert '"default/Order/o-1"' in done.stdout


class TestDecisions:
    @pytest.fixture(name="denied")
    def _denied(self, tmp_path):
        """A folder with three denials to a clerk."""
        clerk = Principal("user", "u-1", "default", ("orders.clerk",))
        with Embedded.assemble(Settings(data=tmp_path / "denied")) as embedded:
            for order in ("1", "2", "3"):
                with pytest.raises(Forbidden):
                    Client(embedded, clerk).command("ShipOrder", {"orderId": order, **SHIPMENT})
        return tmp_path / "denied"

    def test_are_listed_the_newest_first(self, nexus, denied):
        """
        With who was refused, by which rule and why; it can be gone on from.
        """
        first = nexus("policies", "decisions", "--data", denied, "--limit", 2, "--json").json
        rest = nexus(
            "policies", "decisions", "--data", denied, "--cursor", first["next"], "--json"
        ).json

        items = [*first["items"], *rest["items"]]
        assert (2, None) == (len(first["items"]), rest["next"])
        streams = ["default/Order/3", "default/Order/2", "default/Order/1"]
        assert streams == [each["stream"] for each in items]
        assert {"u-1"} == {each["principal"]["id"] for each in items}

    def test_are_told_to_people(self, nexus, denied):
        """
        In a table, and how to see more.
        """
        done = nexus("policies", "decisions", "--data", denied, "--limit", 2)

        assert 0 == done.code
        assert "nexus.commands.roles" in done.out
        assert "There are more: --cursor " in done.out

    def test_are_those_of_one_tenant(self, nexus, denied):
        """
        Another has none.
        """
        asked = ("policies", "decisions", "--data", denied, "--tenant", "other", "--json")

        assert {"items": [], "next": None} == nexus(*asked).json
