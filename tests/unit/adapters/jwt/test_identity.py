"""JwtIdentity: whom a token names, and which tokens name nobody."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from chalicelib.adapters.jwt.identity import LARGEST, MOST_ROLES, JwtIdentity
from chalicelib.adapters.jwt.keys import KeySet
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Unauthenticated
from tests.support.tokens import AUDIENCE, ISSUER, Issuer, bearer, claims, key_set

pytestmark = pytest.mark.requirement("R12")

ISSUERS = {name: Issuer(algorithm=name) for name in ("RS256", "ES256", "EdDSA")}
ONE = ISSUERS["EdDSA"]


def identity_of(*issuers: Issuer) -> JwtIdentity:
    content = key_set(*issuers)
    return JwtIdentity(KeySet(lambda: content), ISSUER, AUDIENCE)


def refusal(token: str, identity: JwtIdentity | None = None) -> str:
    """Return why a token is refused; it is never quoted."""
    with pytest.raises(Unauthenticated) as refused:
        (identity or identity_of(ONE)).principal(bearer(token))
    assert token not in str(refused.value)
    return str(refused.value)


def encoded(value: object) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ISSUERS)
def test_a_token_names_a_principal(algorithm):
    """Groups are roles; scopes are, too, under a name that no group can have."""
    issuer = ISSUERS[algorithm]

    expected = Principal(
        "user", "alice", "default", ("orders.clerk", "scope:temporal:read", "scope:operations")
    )
    assert expected == identity_of(issuer).principal(bearer(issuer.token()))


def test_groups_and_scopes_may_be_missing():
    """Such a principal has no roles, and policies let him do nothing."""
    token = ONE.token(groups=None, scope=None, sub="auth0|a b@example.com")

    expected = Principal("user", "auth0|a b@example.com", "default", ())
    assert expected == identity_of(ONE).principal(bearer(token))


def test_clocks_may_differ_a_little():
    """By less than the leeway."""
    now = int(time.time())
    token = ONE.token(exp=now - 5, nbf=now + 10)

    assert "alice" == identity_of(ONE).principal(bearer(token)).id


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exp": 1_000_000_000}, "the token has expired"),
        ({"nbf": 9_000_000_000}, "the token is not valid yet"),
        ({"iat": 9_000_000_000}, "the token is not valid yet"),
        ({"aud": "other"}, "the token is for another audience"),
        ({"aud": ["other"]}, "the token is for another audience"),
        ({"iss": "https://issuer.example.evil"}, "the token is from another issuer"),
        *(({name: None}, f"lacks the claim {name}") for name in ("exp", "sub", "tenant")),
        *(({name: None}, f"lacks the claim {name}") for name in ("iss", "aud")),
        ({"tenant": 7}, "claim tenant"),
        ({"tenant": ".."}, "claim tenant"),
        ({"tenant": "a/b"}, "claim tenant"),
        ({"tenant": "*"}, "claim tenant"),
        ({"tenant": "t" * 65}, "claim tenant"),
        ({"tenant": ["default"]}, "claim tenant"),
        ({"sub": ""}, "claim sub"),
        ({"sub": "a\nb"}, "claim sub"),
        ({"sub": "a" * 257}, "claim sub"),
        ({"groups": "developer"}, "claim groups"),
        ({"groups": [["developer"]]}, "claim groups"),
        ({"groups": ["scope:operations"]}, "claim groups"),
        ({"groups": {"developer": True}}, "claim groups"),
        ({"scope": ["operations"]}, "claim scope"),
        ({"scope": "a\x00b"}, "claim scope"),
        ({"groups": [f"g{n}" for n in range(MOST_ROLES)]}, "more than 100 groups and scopes"),
        ({"exp": float("inf")}, "malformed"),
        ({"exp": float("nan")}, "malformed"),
        ({"exp": []}, "malformed"),
    ],
    ids=str,
)
def test_a_token_is_refused_for_its_claims(changes, told):
    """Though the issuer has signed it: each with a sentence that says why."""
    assert told in refusal(ONE.token(**changes))


def test_a_subject_is_text():
    """And no number."""
    odd = jwt.api_jws.encode(json.dumps(claims() | {"sub": 7}).encode(), ONE.key, "EdDSA")

    assert refusal(odd)


def test_a_foreign_key_is_refused():
    """Under its own id, and under that of a key which is trusted."""
    assert "does not have" in refusal(Issuer("two").token())
    assert "signature is not its issuer's" in refusal(Issuer("one").token())


def test_a_changed_token_is_refused():
    """Whoever makes himself a developer breaks the seal."""
    head, _, seal = ONE.token().split(".")
    body = encoded(claims() | {"groups": ["developer"]})

    assert "signature is not its issuer's" in refusal(f"{head}.{body}.{seal}")


@pytest.mark.parametrize("name", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(name):
    """However it is written, with or without a key's id."""
    for kid in ({"kid": "one"}, {}):
        head = encoded({"alg": name, "typ": "JWT", **kid})
        assert refusal(f"{head}.{encoded(claims())}.")


@pytest.mark.parametrize("algorithm", ISSUERS)
def test_a_public_key_is_no_secret(algorithm):
    """A token signed with HMAC, and the public key as its secret, is refused."""
    issuer = ISSUERS[algorithm]
    pem = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signer = jwt.get_algorithm_by_name("HS256")
    text = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{encoded(claims())}"
    seal = encoded(signer.sign(text.encode(), pem))

    told = refusal(f"{text}.{seal}", identity_of(issuer))

    assert "not signed as its issuer signs" in told


def test_the_algorithm_is_the_keys_own():
    """An RSA key for RS256 verifies no PS256, though it could."""
    issuer = ISSUERS["RS256"]
    token = jwt.encode(claims(), issuer.key, "PS256", {"kid": "one"})

    assert "not signed as its issuer signs" in refusal(token, identity_of(issuer))


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b.c",
        "....",
        "a b",
        "é.é.é",
        f"{encoded([])}.e30.x",
        f"{encoded({'alg': 'EdDSA', 'kid': 7})}.e30.x",
        f"{encoded({'alg': 'EdDSA', 'kid': ['one']})}.e30.x",
        f"{encoded({'alg': 'EdDSA', 'kid': 'one', 'crit': ['x']})}.e30.x",
        f"{encoded(b'[' * 5_000)}.e30.x",
    ],
)
def test_nonsense_is_refused(token):
    """As malformed, whatever it is."""
    assert "the token is malformed" == refusal(token)


def test_a_huge_token_is_not_looked_at():
    """It would only cost time."""
    assert f"longer than {LARGEST}" in refusal(ONE.token(pad="x" * LARGEST))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x"])
def test_a_request_without_a_token_is_refused(header):
    """There is no other way in."""
    with pytest.raises(Unauthenticated):
        identity_of(ONE).principal({"authorization": header})
    with pytest.raises(Unauthenticated):
        identity_of(ONE).principal({})


def test_of_two_tokens_neither_counts():
    """Two headers arrive as one, with a comma between."""
    assert refusal(f"{ONE.token()}, Bearer {ONE.token()}")


def test_no_group_makes_a_developer():
    """An issuer may call a group of people so; the role may do everything, on a laptop."""
    token = ONE.token(groups=["developer", "orders.clerk"], scope="")

    assert ("orders.clerk",) == identity_of(ONE).principal(bearer(token)).roles
