"""KeySet: which keys are taken, and when they are read."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from chalicelib.adapters.jwt import sources
from chalicelib.adapters.jwt.keys import MAX_AGE, PAUSE, KeySet
from chalicelib.adapters.jwt.sources import LARGEST, key_source
from chalicelib.kernel.errors import Misconfigured, Unauthenticated, Unavailable
from tests.support.scripted_server import Answer, scripted
from tests.support.tokens import Issuer, key_set

pytestmark = pytest.mark.requirement("R12")

ONE, TWO = Issuer("one"), Issuer("two")


class Source:
    """An issuer's key set that a test changes or takes away, and a clock."""

    def __init__(self, *issuers: Issuer) -> None:
        self.content: bytes | None = key_set(*issuers)
        self.now = 1000.0
        self.readings = 0
        self.keys = KeySet(self.read, lambda: self.now)

    def read(self) -> bytes:
        self.readings += 1
        if self.content is None:
            raise Unavailable("out")
        return self.content

    def knows(self, kid: str | None) -> bool:
        try:
            return self.keys.find(kid) is not None
        except Unauthenticated:
            return False


def test_a_key_is_found_by_its_id():
    """Of two, each by its own; without an id neither is guessed."""
    source = Source(ONE, TWO)

    assert ["one", "two"] == [source.keys.find(kid).key_id for kid in ("one", "two")]
    assert not source.knows(None)
    assert Source(ONE).knows(None)


def test_a_new_key_is_read_when_a_token_names_it():
    """Rotation: at once, but not more often than every so often, whatever tokens name."""
    source = Source(ONE)
    assert source.knows("one")
    source.content = key_set(ONE, TWO)

    assert not source.knows("two")
    source.now += PAUSE
    assert source.knows("two")
    assert [False] * 5 == [source.knows(f"none-{n}") for n in range(5)]
    assert 2 == source.readings


def test_a_withdrawn_key_is_forgotten():
    """When the keys have reached their age."""
    source = Source(ONE, TWO)
    assert source.knows("one")
    source.content = key_set(TWO)

    source.now += MAX_AGE - 1
    assert source.knows("one")
    source.now += 1
    assert not source.knows("one")
    assert source.knows("two")


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b'{"keys": []}', b'{"keys": 7}', b"[" * 9999]
)
def test_known_keys_go_on_when_the_issuer_is_out(content):
    """It is asked again after a pause, not with each token."""
    source = Source(ONE)
    assert source.knows("one")
    source.content = content
    source.now += MAX_AGE

    assert [True] * 3 == [source.knows("one") for _ in range(3)]
    assert 2 == source.readings
    source.content, source.now = key_set(TWO), source.now + PAUSE
    assert not source.knows("one")


def test_without_any_key_nobody_is_refused_for_it():
    """The issuer's silence is no fault of the token's: that is an outage."""
    source = Source()
    source.content = None

    for _ in range(2):
        with pytest.raises(Unavailable):
            source.keys.find("one")
    assert 1 == source.readings


def test_keys_that_must_not_verify_are_passed_over():
    """Secrets, keys to encrypt with, weak ones, other algorithms, and nonsense."""
    short = rsa.generate_private_key(65_537, 1024)  # noqa: S505 - that is what is proved
    weak = RSAAlgorithm.to_jwk(short.public_key(), as_dict=True)
    listed = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        TWO.jwk(kid="encrypting", use="enc"),
        {**weak, "kid": "weak"},
        Issuer("other", "RS256").jwk(alg="RS512"),
        {"kty": "RSA", "kid": "empty"},
        {"kty": ["RSA"], "kid": "odd"},
        {"kty": "OKP", "crv": 7, "x": 7, "kid": "odder"},
        7,
        ONE.jwk(use="sig", alg="EdDSA"),
    ]
    source = Source()
    source.content = json.dumps({"keys": listed}).encode()

    assert source.knows("one")
    names = ("secret", "encrypting", "weak", "other", "empty", "odd", "odder")
    assert [] == [name for name in names if source.knows(name)]


@pytest.mark.parametrize(
    "place",
    [
        "no/such/file.json",
        "http://issuer.example/keys",
        "http://127.0.0.1.evil.example/keys",
        "ftp://issuer.example/keys",
        "https://user:password@issuer.example/keys",
        "https://",
    ],
)
def test_a_place_has_to_be_a_file_or_safe(place):
    """Keys that come in the clear could be anybody's."""
    with pytest.raises(Misconfigured):
        key_source(place)


def test_a_url_is_asked():
    """On this machine, plain HTTP will do."""
    with scripted(lambda *_: Answer(body=key_set(ONE))) as server:
        assert "one" == KeySet(key_source(f"{server.url}/keys")).find("one").key_id
        assert [("GET", "/keys", b"")] == server.asked


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, key_set(ONE)),
        Answer(302, key_set(ONE), headers={"Location": "/elsewhere"}),
        Answer(body=b" " * (LARGEST + 1)),
        Answer(body=key_set(ONE), drip=4, seconds=0.02),
    ],
    ids=["failing", "elsewhere", "huge", "slow"],
)
def test_what_a_url_may_not_answer_is_an_outage(answer, monkeypatch):
    """Nothing of it is taken, and no redirect followed."""
    monkeypatch.setattr(sources, "BUDGET", 0.01 if answer.drip else 20)

    with scripted(lambda *_: answer) as server:
        with pytest.raises(Unavailable):
            key_source(server.url)()
        assert 1 == len(server.asked)


def test_a_file_is_read_anew_each_time(tmp_path):
    """And its absence is an outage."""
    file = tmp_path / "jwks.json"
    file.write_bytes(b"1")
    read = key_source(str(file))

    file.write_bytes(b"2")
    assert b"2" == read()
    file.unlink()
    with pytest.raises(Unavailable):
        read()
