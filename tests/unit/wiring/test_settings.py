from pathlib import Path

import pytest

from chalicelib.kernel.errors import Misconfigured
from chalicelib.wiring import current, use
from chalicelib.wiring.container import code_digest
from chalicelib.wiring.resources import resource
from chalicelib.wiring.settings import (
    OpenSearchSettings,
    PolicySettings,
    RegistrySettings,
    Settings,
    TokenSettings,
)


class TestSettings:
    def test_have_defaults(self):
        """
        Nothing need be set; an empty value is none.
        """
        assert Settings() == Settings.read({"NEXUS_PORT": "", "NEXUS_DATA": ""})

    def test_are_read(self):
        """
        Each has its variable.
        """
        environ = {
            "NEXUS_PORT": "0",
            "NEXUS_DATA": "a b",
            "NEXUS_SNAPSHOT_INTERVAL": "3",
            "NEXUS_CONNECTIONS": "7",
            "NEXUS_TEMPORAL_RATE": "8",
            "NEXUS_MAX_STALENESS": "5",
            "NEXUS_REGISTRY": "confluent",
            "NEXUS_REGISTRY_URL": "https://schemas.example.com",
            "NEXUS_REGISTRY_USER": "nexus",
            "NEXUS_REGISTRY_PASSWORD": "secret",
            "NEXUS_REGISTRY_MAX_AGE": "9",
            "NEXUS_AUTH": "jwt",
            "NEXUS_JWT_ISSUER": "https://issuer.example",
            "NEXUS_JWT_AUDIENCE": "orders",
            "NEXUS_JWKS": "https://issuer.example/keys",
            "NEXUS_POLICY_DIGEST": "a1" * 32,
            "NEXUS_POLICY_LIMIT_MS": "90",
            "NEXUS_OPENSEARCH_URL": "https://search.example.com",
            "NEXUS_OPENSEARCH_REGION": "eu-central-1",
            "NEXUS_OPENSEARCH_USER": "nexus",
            "NEXUS_OPENSEARCH_PASSWORD": "secret",
            "NEXUS_OPENSEARCH_PREFIX": "orders-",
            "NEXUS_OPENSEARCH_REFRESH": "20",
            "NEXUS_OPENSEARCH_SHARDS": "3",
            "NEXUS_OPENSEARCH_REPLICAS": "2",
        }

        registry = RegistrySettings(
            "confluent", "https://schemas.example.com", "nexus", "secret", 9
        )
        tokens = TokenSettings("https://issuer.example", "orders", "https://issuer.example/keys")
        policies = PolicySettings("a1" * 32, 90)
        opensearch = OpenSearchSettings(
            url="https://search.example.com",
            region="eu-central-1",
            user="nexus",
            password="secret",
            prefix="orders-",
            refresh=20,
            shards=3,
            replicas=2,
        )
        expected = Settings(
            0, Path("a b"), "jwt", 3, 7, 8, 5, registry, tokens, policies, opensearch
        )
        assert expected == Settings.read(environ)

    def test_keep_the_password_to_themselves(self):
        """
        Settings may be shown or logged.
        """
        environ = {"NEXUS_REGISTRY_PASSWORD": "secret", "NEXUS_OPENSEARCH_PASSWORD": "secret"}

        assert "secret" not in repr(Settings.read(environ))

    @pytest.mark.parametrize(
        ("environ", "told"),
        [
            ({"NEXUS_REGISTRY": "paper"}, "files, glue, confluent"),
            ({"NEXUS_POLICY_DIGEST": "A1" * 32}, "64 hex digits"),
            ({"NEXUS_POLICY_LIMIT_MS": "0"}, "1 to 60000"),
            ({"NEXUS_REGISTRY": "confluent"}, "NEXUS_REGISTRY_URL is missing"),
            ({"NEXUS_REGISTRY_MAX_AGE": "0"}, "1 to 86400"),
        ],
        ids=str,
    )
    def test_of_a_registry_have_to_be_enough(self, environ, told):
        """
        Before anything is registered, or asked for.
        """
        with pytest.raises(Misconfigured, match=told):
            Settings.read(environ)

    @pytest.mark.parametrize(
        ("environ", "told"),
        [
            ({"NEXUS_OPENSEARCH_PREFIX": "Nexus*"}, "'Nexus\\*' is not made of"),
            ({"NEXUS_OPENSEARCH_REFRESH": "0"}, "10 to 5000"),
        ],
        ids=str,
    )
    def test_of_opensearch_have_to_make_sense(self, environ, told):
        """
        Before any index is made.
        """
        with pytest.raises(Misconfigured, match=told):
            Settings.read(environ)

    @pytest.mark.parametrize("missing", ["NEXUS_JWT_ISSUER", "NEXUS_JWT_AUDIENCE"])
    def test_of_a_foreign_issuer_have_to_be_whole(self, missing):
        """
        Keys alone would let in whoever has any token of that issuer.
        """
        environ = {"NEXUS_JWKS": "x", "NEXUS_JWT_ISSUER": "x", "NEXUS_JWT_AUDIENCE": "x"}
        del environ[missing]

        with pytest.raises(Misconfigured, match=f"{missing} is missing"):
            Settings.read(environ)

    def test_name_all_that_is_wrong_at_once(self):
        """
        One error tells every setting that can't be, with its value and what may be.
        """
        wrong = {"NEXUS_PORT": "65536", "NEXUS_AUTH": "none", "NEXUS_SNAPSHOT_INTERVAL": "-1"}

        with pytest.raises(Misconfigured) as refused:
            Settings.read(wrong)

        for said in ("NEXUS_PORT='65536'", "0 to 65535", "NEXUS_AUTH='none'", "developer", "'-1'"):
            assert said in str(refused.value)


class TestResource:
    def test_finds_what_ships_with_the_code(self):
        """
        Schemas lie beside the code, or wherever the import path has them.
        """
        assert (resource("schemas/avro") / "orders").is_dir()

    def test_finds_it_on_the_import_path(self, tmp_path, monkeypatch):
        """
        A package may have put them elsewhere.
        """
        (tmp_path / "somewhere/else").mkdir(parents=True)
        monkeypatch.syspath_prepend(tmp_path)

        assert tmp_path / "somewhere/else" == resource("somewhere/else")

    def test_says_what_is_missing(self):
        """
        A folder that is nowhere is named.
        """
        with pytest.raises(Misconfigured, match="the folder no/such is neither"):
            resource("no/such")


def test_no_system_runs_by_itself(embedded):
    """
    There is a current system while one is used, and none before or after.
    """
    with pytest.raises(Misconfigured):
        current()
    with use(embedded.system):
        assert embedded.system is current()
    with pytest.raises(Misconfigured):
        current()


def test_the_code_has_one_digest():
    """
    The digest names the code: 32 bytes, the same at every asking.
    """
    assert (64, code_digest()) == (len(code_digest()), code_digest())
