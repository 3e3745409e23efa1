"""``nexus token``: signs what the running system believes."""

from __future__ import annotations

from datetime import datetime

import jwt
import pytest

from chalicelib.adapters.jwt.local_issuer import KEY
from tests.support.server import Server

pytestmark = pytest.mark.requirement("R12")

ORDER = {"orderId": "o-1", "customerId": "c", "totalAmount": 5}
PROJECTION = "order-details"


@pytest.fixture(name="token")
def _token(nexus, tmp_path):
    """Type the command, over a folder of the test's own."""
    return lambda *words: nexus("token", "--data", tmp_path / "data", *words)


def test_the_running_system_believes_it(nexus, token, tmp_path, monkeypatch):
    """Also for the commands that ask it to change something: they take NEXUS_TOKEN."""
    monkeypatch.setenv("NEXUS_AUTH", "jwt")
    clerk = token("--sub", "alice", "--groups", "orders.clerk").out.strip()
    operator = token("--sub", "bob", "--scope", "operations").out.strip()
    rebuild = ("projections", "rebuild", PROJECTION, "--url")

    with Server(tmp_path / "data") as server:
        assert 401 == server.command("PlaceOrder", ORDER).status_code
        placed = server.command("PlaceOrder", ORDER, Authorization=f"Bearer {clerk}")
        assert 201 == placed.status_code
        refused = nexus(*rebuild, server.http.base_url)
        monkeypatch.setenv("NEXUS_TOKEN", operator)
        done = nexus(*rebuild, server.http.base_url)

    assert (2, 0) == (refused.code, done.code), done.err
    assert "We don't know who you are" in refused.err
    assert "NEXUS_TOKEN" in refused.err


def test_it_says_what_it_was_told(token):
    """The claims, and in JSON when it expires."""
    words = ("--tenant", "other", "--groups", "a, b", "--scope", "x y", "--expires", "90s")
    done = token("--sub", "alice", *words, "--json")

    claims = jwt.decode(done.json["token"], options={"verify_signature": False})
    assert ("alice", "other", ["a", "b"], "x y", "nexus-local", "nexus") == tuple(
        claims[name] for name in ("sub", "tenant", "groups", "scope", "iss", "aud")
    )
    expires = datetime.fromisoformat(done.json["expiresAt"])
    assert int(expires.timestamp()) == claims["exp"]
    assert 90 == claims["exp"] - claims["iat"]


@pytest.mark.parametrize(
    "words",
    [
        ["--sub", ""],
        ["--sub", "a\nb"],
        ["--sub", "a", "--tenant", "a/b"],
        ["--sub", "a", "--groups", "a b"],
        *(["--sub", "a", "--expires", each] for each in ("", "1", "0h", "-1h", "1y", "367d")),
    ],
    ids=str,
)
def test_what_no_system_would_believe_is_refused(token, tmp_path, words):
    """In one sentence, and no key is made for it."""
    done = token(*words)

    assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
    assert not (tmp_path / "data" / KEY).exists()
