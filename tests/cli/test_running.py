"""``nexus run``, ``nexus dlq redrive`` and ``nexus doctor``: with a running system, and without."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chalicelib.cli import checks
from chalicelib.cli.checks import OLDEST_PYTHON, TOOLS
from chalicelib.cli.progress import progress
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.hygiene import ROOT
from tests.support.server import Server

NOON = "2026-01-31T12:00:00Z"
RUNNING = {
    "index": "order-details-v2",
    "state": "running",
    "handled": 3,
    "total": 7,
    "startedAt": NOON,
    "finishedAt": None,
    "error": None,
}
NEEDED = ["Python", "SQLite", "packages", "schemas", "policies", "data folder", "port"]


@contextmanager
def answering(status, body):
    """Something that answers every request alike; gives its address and what it was asked."""
    asked: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            size = int(self.headers.get("Content-Length", 0))
            asked.append((self.command, self.path, self.rfile.read(size)))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_args):
            asked.extend(())

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(name="nobody")
def _nobody():
    """An address where nobody answers."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.requirement("T11")
class TestRedrive:
    words = ("dlq", "redrive", "order-details-v2", "default/Order/o-1")

    def test_makes_a_stream_go_on(self, nexus, stopped):
        """
        The letter and what waited behind it are applied, in order; both are seen at once.
        """
        with Server(stopped) as server:
            url = str(server.http.base_url)
            before = nexus("dlq", "list", "--data", stopped, "--json").json["items"]
            done = nexus(*self.words, "--url", url, "--json")
            after = nexus("dlq", "list", "--data", stopped, "--json").json["items"]
            parked = nexus("projections", "list", "--data", stopped, "--json").json["items"][0]
            order = server.query("/api/orders/o-1").json()

        assert (0, {"redriven": True}) == (done.code, done.json)
        assert (1, 0, []) == (len(before), len(after), parked["parked"])
        assert ("delivered", 5) == (order["status"], order["version"])

    def test_tells_a_log_now_and_then(self, monkeypatch, capsys):
        """
        Where there is no terminal; how far, how fast, how long still.
        """
        monkeypatch.delenv("FORCE_COLOR", raising=False)
        monkeypatch.setattr("chalicelib.cli.progress.EVERY", 0.0)

        with progress("Rebuilding", 1000, done=200) as moved:
            moved(600)
        with progress("Rebuilding", 1000, quiet=True) as moved:
            moved(600)

        (line,) = capsys.readouterr().err.splitlines()
        assert re.fullmatch(r"Rebuilding: 600 of 1,000, [0-9,]+ commits/s, 0 s left", line)

    def test_asks_the_system(self, nexus):
        """
        By the contract; a consumer's name may have a dot.
        """
        with answering(200, b'{"redriven": true}') as (url, asked):
            nexus("dlq", "redrive", "sales-v1.core", "Order/o-1", "--url", url)

        ((method, path, body),) = asked
        assert ("POST", "/api/operations/dlq/sales-v1.core/redrive") == (method, path)
        assert {"stream": "default/Order/o-1"} == json.loads(body)

    def test_in_vain(self, nexus):
        """
        Exit code 1, and where to look.
        """
        with answering(200, b'{"redriven": false}') as (url, _):
            done = nexus(*self.words, "--url", url)

        assert 1 == done.code
        assert "default/Order/o-1 has stopped again: `nexus dlq show" in done.out

    def test_of_what_has_not_stopped(self, nexus, data):
        """
        The system's own sentence, and exit code 2.
        """
        with Server(data) as server:
            done = nexus(*self.words, "--url", server.http.base_url)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert done.err.startswith("nexus: There is no such thing: order-details-v2 ")

    def test_where_no_system_runs(self, nexus, nobody, monkeypatch):
        """
        It says what to do; the address may come from the port that the system would take.
        """
        monkeypatch.setenv("NEXUS_PORT", nobody.rpartition(":")[2])

        done = nexus(*self.words)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert f"no system answers at {nobody}" in done.err
        assert "start it with `nexus run`, or give --url" in done.err

    @pytest.mark.parametrize(
        ("status", "body", "told"),
        [
            (200, b"<html>", "is no Nexus"),
            (502, b"<html>", "the system answered 502"),
            (409, b'{"title": "Parked", "detail": "later"}', "nexus: Parked: later"),
        ],
    )
    def test_where_something_else_answers(self, nexus, status, body, told):
        """
        One sentence.
        """
        with answering(status, body) as (url, _):
            done = nexus(*self.words, "--url", url)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert told in done.err

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "localhost:8000", "ftp://x"])
    def test_an_address_is_http(self, nexus, url):
        """
        Nothing else is opened.
        """
        done = nexus(*self.words, "--url", url)

        assert 2 == done.code
        assert "is no address of a system" in done.err


@pytest.mark.requirement("R5")
class TestRebuild:
    words = ("projections", "rebuild", "order-details")

    def test_fills_a_read_model_anew(self, nexus, stopped):
        """
        All of history is applied: what had stopped is shown, by code that can apply it.
        """
        with Server(stopped) as server:
            done = nexus(*self.words, "--url", server.http.base_url, "--json")
            order = server.query("/api/orders/o-1").json()
            letters = server.query("/api/operations/dlq").json()["items"]

        assert (0, "") == (done.code, done.err)
        assert ("done", 5, 5) == tuple(done.json[each] for each in ("state", "handled", "total"))
        assert ("delivered", 5, []) == (order["status"], order["version"], letters)

    def test_is_told_to_people(self, nexus, data):
        """
        In a sentence; there is no bar where nobody looks on, and no line in a moment.
        """
        with Server(data) as server:
            done = nexus(*self.words, "--url", server.http.base_url)

        assert (0, "") == (done.code, done.err)
        assert done.out.startswith("order-details is rebuilt from 7 commits; seconds: ")

    def test_shows_a_bar(self, monkeypatch, capsys):
        """
        To those who look on: how far, how fast, how long still.
        """
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", "120")

        with progress("Rebuilding", 1000, done=200) as moved:
            moved(600)

        shown = capsys.readouterr().err
        assert "Rebuilding" in shown
        assert "600/1000" in shown
        assert " commits/s, " in shown
        assert " s left" in shown

    def test_asks_the_system(self, nexus):
        """
        By the contract.
        """
        with answering(202, RUNNING | {"state": "done", "finishedAt": NOON}) as (url, asked):
            done = nexus(*self.words, "--url", url)

        ((method, path, _body),) = asked
        assert ("POST", "/api/operations/projections/order-details/rebuild") == (method, path)
        assert 0 == done.code

    def test_that_has_failed(self, nexus):
        """
        Exit code 1, and why.
        """
        failed = RUNNING | {"state": "failed", "error": "1 streams would go back"}
        with answering(202, failed) as (url, _):
            done = nexus(*self.words, "--url", url)

        assert 1 == done.code
        assert "order-details was not rebuilt: 1 streams would go back\n" == done.out

    def test_that_is_held(self, nexus):
        """
        Exit code 1, how they differ, and what to do.
        """
        held = RUNNING | {"state": "held", "error": "3 documents are now 4"}
        with answering(202, held) as (url, _):
            done = nexus(*self.words, "--url", url)

        assert 1 == done.code
        assert "order-details-v2 is filled, and differs: 3 documents are now 4\n" in done.out
        assert "nexus projections switch order-details" in done.out

    def test_may_differ_if_that_is_accepted(self, nexus, data):
        """
        Then the new index answers, though another one was there before.
        """
        with Embedded.assemble(Settings(data=data)) as embedded:
            lost = "DELETE FROM documents WHERE index_name = 'order-details-v2'"
            with embedded.folder.read_models.write() as connection:
                connection.execute(lost)
        with Server(data) as server:
            address = ("--url", server.http.base_url)
            held = nexus(*self.words, *address)
            accepted = nexus(*self.words, *address, "--accept-differences")

        assert (1, 0) == (held.code, accepted.code)
        assert "0 documents are now 3; 3 of 3 compared differ" in held.out
        assert "order-details-v2-r2 answers." in accepted.out

    def test_of_what_there_is_not(self, nexus, data):
        """
        The system's own sentence, and exit code 2.
        """
        with Server(data) as server:
            done = nexus("projections", "rebuild", "no-such", "--url", server.http.base_url)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert "there is no projection no-such" in done.err

    def test_where_no_system_runs(self, nexus, nobody):
        """
        It says what to do.
        """
        done = nexus(*self.words, "--url", nobody)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert "start it with `nexus run`" in done.err


class TestRun:
    def test_serves_until_it_is_told_to_stop(self, nexus, tmp_path):
        """
        As `make run` does, in the folder and on the port that it is told.
        """
        data = tmp_path / "a folder"
        words = ["run", "--port", "0", "--data", str(data)]
        with subprocess.Popen(
            [sys.executable, "-m", "chalicelib.cli", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            first = process.stdout.readline()
            running = nexus("streams", "list", "--data", data, "--json")
            process.send_signal(signal.SIGINT)
            code = process.wait(timeout=30)

        assert "http://127.0.0.1:" in first
        assert (0, {"items": [], "more": False}) == (running.code, running.json)
        assert 0 == code

    def test_can_not_without_its_port(self, tmp_path):
        """
        Exit code 2, and a sentence.
        """
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            words = ["run", "--port", str(taken.getsockname()[1]), "--data", str(tmp_path / "d")]
            done = subprocess.run(
                [sys.executable, "-m", "chalicelib.cli", *words],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )

        assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))


class TestDoctor:
    def found(self, done):
        return {check["name"]: check for check in done.json["checks"]}

    def test_where_all_is_well(self, nexus, data):
        """
        What is needed is there; a tool is there, or there is a word on how to get it.
        """
        done = nexus("doctor", "--data", data, "--port", "0", "--json")

        found = self.found(done)
        assert (0, True) == (done.code, done.json["healthy"])
        assert [*NEEDED, *TOOLS] == list(found)
        assert [True] * len(NEEDED) == [found[name]["ok"] for name in NEEDED]
        assert all(found[name]["ok"] or found[name]["advice"] for name in TOOLS)
        assert "nobody runs on it" in found["data folder"]["found"]

    def test_beside_a_running_system(self, nexus, data):
        """
        It names the process that has the folder, and knows its own server by its health.
        """
        with Server(data) as server:
            port = server.http.base_url.port
            found = self.found(nexus("doctor", "--data", data, "--port", port, "--json"))
            process = server.process.pid

        assert f"process {process} runs on it" in found["data folder"]["found"]
        assert f"a Nexus serves {port}, and is ok" == found["port"]["found"]

    def test_after_a_kill(self, nexus, data):
        """
        The lock file names a process that is gone: nobody has the folder.
        """
        with Server(data) as server:
            server.stop(signal.SIGKILL)

        found = self.found(nexus("doctor", "--data", data, "--port", "0", "--json"))

        assert "nobody runs on it" in found["data folder"]["found"]

    def test_a_process_that_only_has_the_same_number(self, nexus, data):
        """
        Has locked nothing.
        """
        (data / "lock").write_text(str(os.getpid()))

        found = self.found(nexus("doctor", "--data", data, "--port", "0", "--json"))

        assert "nobody runs on it" in found["data folder"]["found"]

    def test_a_port_that_another_has(self, nexus, data):
        """
        Exit code 1, and what to do.
        """
        with answering(404, b"no") as (url, _):
            done = nexus("doctor", "--data", data, "--port", url.rpartition(":")[2], "--json")

        port = self.found(done)["port"]
        assert (1, False, False) == (done.code, done.json["healthy"], port["ok"])
        assert "nexus run --port" in port["advice"]

    def test_a_folder_that_is_not_there_yet(self, nexus, tmp_path):
        """
        Will be made, and not by the doctor.
        """
        done = nexus("doctor", "--data", tmp_path / "none", "--port", "0", "--json")

        assert (0, []) == (done.code, list(tmp_path.iterdir()))
        assert "it will be made" in self.found(done)["data folder"]["found"]

    def test_a_file_where_the_folder_should_be(self, nexus, tmp_path):
        """
        Exit code 1.
        """
        (tmp_path / "data").write_text("")

        done = nexus("doctor", "--data", tmp_path / "data", "--port", "0", "--json")

        assert (1, False) == (done.code, self.found(done)["data folder"]["ok"])

    def test_what_is_too_old_or_missing(self, nexus, data, monkeypatch):
        """
        Is named to people, too: needed ones make the exit code 1, tools don't.
        """
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(checks, "INSTALLED", data)
        without_tools = nexus("doctor", "--data", data, "--port", "0")
        monkeypatch.setattr(checks, "OLDEST_PYTHON", (99, 0))
        monkeypatch.setattr(checks, "OLDEST_SQLITE", (99, 0))
        monkeypatch.setattr(checks, "PACKAGES", ("fastavro", "no_such_package"))

        done = nexus("doctor", "--data", data, "--port", "0", "--json")

        assert OLDEST_PYTHON < (99, 0)
        assert 0 == without_tools.code
        assert len(TOOLS) == without_tools.out.count("absent")
        assert 1 == done.code
        assert ["Python", "SQLite", "packages"] == [
            check["name"] for check in done.json["checks"] if check["needed"] and not check["ok"]
        ]
        assert "no no_such_package" == self.found(done)["packages"]["found"]

    def test_schemas_that_make_no_registry(self, nexus, data, monkeypatch, tmp_path):
        """
        Exit code 1, with the file.
        """
        (tmp_path / "stray.avsc").write_text("{}")
        monkeypatch.setattr("chalicelib.wiring.resources.resource", lambda _name: tmp_path)

        done = nexus("doctor", "--data", data, "--port", "0", "--json")

        found = self.found(done)
        assert 1 == done.code
        assert "stray.avsc should lie at" in found["schemas"]["found"]
        assert "there are no policies in" in found["policies"]["found"]


@pytest.mark.requirement("R5")
@pytest.mark.requirement("T8")
def test_indexes_are_compared_and_chosen(nexus, data):
    """
    After a rebuild the one before is the same, can answer again, and can be dropped.
    """
    with Server(data) as server:
        address = ("order-details", "--url", server.http.base_url)
        alone = nexus("projections", "compare", *address)
        nexus("projections", "rebuild", *address)
        compared = nexus("projections", "compare", *address)
        told = [
            nexus("projections", action, *address)
            for action in ("roll-back", "retire", "retire", "switch", "discard")
        ]

    assert 2 == alone.code
    assert (0, "3 documents, 3 in the other index.\n0 of 3 compared differ.\n") == (
        compared.code,
        compared.out,
    )
    assert [0, 0, 2, 2, 2] == [each.code for each in told]
    assert (
        "order-details: order-details-v2 answers; kept for a roll-back: order-details-v2-r2.\n"
        == told[0].out
    )
    assert "order-details: order-details-v2 answers; kept for a roll-back: none.\n" == told[1].out
