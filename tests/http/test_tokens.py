"""Tokens over HTTP: who has none is asked for one, who may not is refused, tenants stay apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from chalicelib.adapters.jwt.local_issuer import LocalIssuer
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import DEFAULT_AUDIENCE, JWT, LOCAL_ISSUER, Settings, TokenSettings
from tests.support.tokens import AUDIENCE, ISSUER, Issuer, bearer, key_set

pytestmark = pytest.mark.requirement("R12")

ORDER = {"orderId": "o-1", "customerId": "c", "totalAmount": 5}
GUARDED = {
    "/api/streams/Order/o-1": "temporal:read",
    "/api/operations/projections": "operations",
    "/api/operations/consumers": "operations",
    "/api/operations/dlq": "operations",
    "/api/operations/projections/order-details/rebuild": "operations",
}
ONE = Issuer()


@pytest.fixture(name="settings")
def _settings(tmp_path):
    """Settings that trust an issuer whose keys lie in a file."""
    keys = tmp_path / "jwks.json"
    keys.write_bytes(key_set(ONE))
    tokens = TokenSettings(ISSUER, AUDIENCE, str(keys))
    return Settings(data=tmp_path / "data", auth=JWT, tokens=tokens)


@pytest.fixture(name="http")
def _http(settings):
    """A client without a token, of a system that wants them."""
    with (
        Embedded.assemble(settings) as embedded,
        use(embedded.system),
        LocalServer(create_app(), 0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http,
    ):
        yield http


def place(http, token):
    return http.post("/api/commands/PlaceOrder", json=ORDER, headers=bearer(token))


def own_token(folder):
    """Return a clerk's token of the folder's own issuer."""
    signed, _ = LocalIssuer(folder).token(
        {"sub": "alice", "tenant": "default", "groups": ["orders.clerk"]},
        issuer=LOCAL_ISSUER,
        audience=DEFAULT_AUDIENCE,
        lifetime=timedelta(hours=1),
    )
    return signed


@pytest.mark.parametrize(
    "token", ["", ONE.token(exp=1), Issuer().token()], ids=["none", "old", "foreign"]
)
def test_whoever_is_unknown_is_asked_for_a_token(http, token):
    """401 everywhere in the API, and the way to ask; what is public stays so."""
    headers = bearer(token) if token else {}
    answers = [
        http.post("/api/commands/PlaceOrder", json=ORDER, headers=headers),
        *(http.get(path, headers=headers) for path in ("/api/orders", *GUARDED)),
        http.post("/api/operations/projections/order-details/rebuild", headers=headers),
    ]

    assert {(401, "Bearer")} == {(a.status_code, a.headers["WWW-Authenticate"]) for a in answers}
    assert not token or all(token not in answer.text for answer in answers)
    assert 200 == http.get("/health").status_code


def test_policies_decide_by_the_groups(http):
    """A scope named as a group is none; the commit says who it was."""
    assert 403 == place(http, ONE.token(groups=[], scope="orders.clerk developer")).status_code
    assert 403 == place(http, ONE.token(groups=["orders.dispatcher"])).status_code

    assert 201 == place(http, ONE.token()).status_code


@pytest.mark.parametrize("path", GUARDED)
def test_a_scope_is_needed_where_it_says_so(http, path):
    """No group stands for it, not even the developers'."""
    scope = GUARDED[path]
    others = " ".join({"temporal:read", "operations", "x"} - {scope})

    assert 201 == place(http, ONE.token()).status_code
    refused = http.get(
        path, headers=bearer(ONE.token(groups=["developer", scope.split(":")[0]], scope=others))
    )
    allowed = http.get(path, headers=bearer(ONE.token(groups=[], scope=scope)))

    assert (403, [f"it takes the scope {scope}"]) == (
        refused.status_code,
        refused.json()["reasons"],
    )
    assert allowed.status_code in {200, 404}


def test_a_rebuild_and_a_redrive_need_it_too(http):
    """What changes something is guarded as what shows it."""
    headers = bearer(ONE.token(scope="temporal:read"))

    for path in ("projections/order-details/rebuild", "dlq/order-details-v2/redrive"):
        body = {"stream": "default/Order/o-1"}
        assert 403 == http.post(f"/api/operations/{path}", json=body, headers=headers).status_code


def test_tenants_see_their_own(http):
    """The same order id, of two tenants, is two orders; a token has no say over the other's."""
    mine, yours = ONE.token(tenant="mine"), ONE.token(tenant="yours")
    assert 201 == place(http, mine).status_code

    stream = "/api/streams/Order/o-1"
    assert "mine/Order/o-1" == http.get(stream, headers=bearer(mine)).json()["stream"]
    assert 404 == http.get(stream, headers=bearer(yours)).status_code
    assert 201 == place(http, yours).status_code
    assert "yours/Order/o-1" == http.get(stream, headers=bearer(yours)).json()["stream"]


class TestTheFoldersOwnIssuer:
    @pytest.fixture(name="settings")
    def _settings(self, tmp_path):
        return Settings(data=tmp_path / "data", auth=JWT)

    def test_is_trusted_without_another(self, http, settings):
        """
        And only this folder's: another folder's key is another issuer's.
        """
        other = settings.data.with_name("other")

        assert 401 == place(http, own_token(other)).status_code
        assert 201 == place(http, own_token(settings.data)).status_code

    def test_is_not_asked_if_there_is_another(self, settings, tmp_path):
        """
        Then the folder has no key at all.
        """
        keys = tmp_path / "jwks.json"
        keys.write_bytes(key_set(ONE))
        tokens = TokenSettings(ISSUER, AUDIENCE, str(keys))

        with Embedded.assemble(replace(settings, tokens=tokens)):
            assert [] == list(settings.data.glob("token-key*"))
