"""LocalIssuer: a key of one's own, that nobody else can read, and that AWS doesn't have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.adapters.jwt.identity import JwtIdentity
from chalicelib.adapters.jwt.keys import MAX_AGE, KeySet
from chalicelib.adapters.jwt.local_issuer import KEY, LocalIssuer
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Misconfigured, Unauthenticated
from tests.support.tokens import AUDIENCE, ISSUER, bearer

pytestmark = pytest.mark.requirement("R12")

CLAIMS = {"sub": "alice", "tenant": "default"}
HOUR = timedelta(hours=1)


def token(issuer, lifetime=HOUR):
    return issuer.token(CLAIMS, issuer=ISSUER, audience=AUDIENCE, lifetime=lifetime)[0]


def test_its_tokens_are_believed(tmp_path):
    """As those of any issuer whose public key is known; the set has no private part."""
    issuer = LocalIssuer(tmp_path / "new")
    identity = JwtIdentity(KeySet(issuer.key_set), ISSUER, AUDIENCE)

    expected = Principal("user", "alice", "default", ())
    assert expected == identity.principal(bearer(token(issuer)))
    assert b'"d"' not in issuer.key_set()
    with pytest.raises(Unauthenticated, match="expired"):
        identity.principal(bearer(token(issuer, -HOUR)))


def test_the_key_is_its_owners_and_stays(tmp_path):
    """Made once, readable by nobody else, with nothing left beside it."""
    first = LocalIssuer(tmp_path / "new").key_set()

    assert first == LocalIssuer(tmp_path / "new").key_set()
    assert [KEY] == [file.name for file in (tmp_path / "new").iterdir()]
    assert [0o700, 0o600] == [
        path.stat().st_mode & 0o777 for path in (tmp_path / "new", tmp_path / "new" / KEY)
    ]


def test_a_key_that_others_can_read_is_refused(tmp_path):
    """Any of them could be anybody."""
    LocalIssuer(tmp_path)
    (tmp_path / KEY).chmod(0o640)

    with pytest.raises(Misconfigured, match="others may read"):
        LocalIssuer(tmp_path)


def test_a_new_key_takes_the_place_of_the_old(tmp_path):
    """Deleted and made anew, what the old one has signed is refused when keys are read again."""
    now = 1000.0
    old = LocalIssuer(tmp_path)
    identity = JwtIdentity(KeySet(old.key_set, lambda: now), ISSUER, AUDIENCE)
    signed = token(old)
    assert "alice" == identity.principal(bearer(signed)).id

    (tmp_path / KEY).unlink()
    new = token(LocalIssuer(tmp_path))
    now += MAX_AGE

    assert "alice" == identity.principal(bearer(new)).id
    with pytest.raises(Unauthenticated, match="does not have"):
        identity.principal(bearer(signed))


@pytest.mark.parametrize("content", [b"", b"no key"])
def test_a_damaged_key_is_told(tmp_path, content):
    """At the start, not with the first request."""
    LocalIssuer(tmp_path)
    (tmp_path / KEY).write_bytes(content)

    with pytest.raises(Misconfigured, match="can't be read"):
        LocalIssuer(tmp_path)


@pytest.mark.parametrize("name", ["AWS_LAMBDA_FUNCTION_NAME", "AWS_EXECUTION_ENV"])
def test_there_is_none_on_aws(tmp_path, monkeypatch, name):
    """Nobody issues tokens to himself there."""
    monkeypatch.setenv(name, "nexus-commands")

    with pytest.raises(Misconfigured, match="this is AWS: tokens need an issuer, set NEXUS_JWKS"):
        LocalIssuer(tmp_path)
    assert [] == list(tmp_path.iterdir())
