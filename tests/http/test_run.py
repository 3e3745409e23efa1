"""``python -m chalicelib.entrypoints.local`` as a user meets it: it starts, says how, and stops."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.support.server import ROOT, Server

ORDER = '{"orderId":"test-1","customerId":"cust-1","totalAmount":99.99}'


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_it_is_told_to(tmp_path, with_signal):
    """Exit code 0, and not a word, though a client that has written something stays connected."""
    with Server(tmp_path / "data") as server:
        assert 201 == server.command("PlaceOrder", json.loads(ORDER)).status_code
        said = server.output()
        assert 0 == server.stop(with_signal)
        assert said == server.output()


def test_the_lines_that_it_prints_work(tmp_path):
    """A newcomer's first minute: the order as printed, and the token as printed."""
    with Server(tmp_path / "data") as server:
        printed = server.output()
        assert f"-d '{ORDER}'" in printed
        assert str(tmp_path / "data") in printed

        headers = {"Content-Type": "application/json"}
        placed = server.http.post("/api/commands/PlaceOrder", content=ORDER, headers=headers)

        assert f"'Nexus-Consistency: {placed.headers['nexus-consistency']}'" in printed
        token = placed.headers["nexus-consistency"]
        assert 200 == server.query("/api/orders/test-1", token).status_code


@pytest.mark.parametrize(
    ("port", "said"),
    [
        (None, "can't be had (Address already in use); choose another: make run PORT="),
        ("seventy", "NEXUS_PORT='seventy' is no whole number"),
    ],
    ids=["in use", "no number"],
)
def test_it_says_why_it_can_not_start(server, tmp_path, port, said):
    """One line and exit code 2, before anything is written."""
    ended = subprocess.run(
        [sys.executable, "-m", "chalicelib.entrypoints.local"],
        cwd=ROOT,
        env={
            **os.environ,
            "NEXUS_PORT": port or str(server.port),
            "NEXUS_DATA": str(tmp_path / "data"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (2, "") == (ended.returncode, ended.stdout)
    assert said in ended.stderr
    assert 1 == ended.stderr.count("\n")
    assert not (tmp_path / "data").exists()
