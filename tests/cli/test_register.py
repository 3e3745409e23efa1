"""``nexus schemas register``, at each provider: the real schemas, in real registries."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys

import pytest

from chalicelib.adapters.confluent.http import RegistryHttp
from chalicelib.wiring.registries import own_schemas
from tests.support.confluent_registry import running
from tests.support.hygiene import ROOT
from tests.support.scripted_server import HTML, Answer, scripted

pytestmark = [pytest.mark.requirement("T3"), pytest.mark.requirement("T17")]

REGISTER = ("schemas", "register")


def outcomes(done):
    return {item["outcome"] for item in done.json["items"]}


class TestFiles:
    def test_the_repository_has_what_it_has(self, nexus):
        """
        By default there is nothing to do.
        """
        done = nexus(*REGISTER, "--json")

        assert (0, {"there"}) == (done.code, outcomes(done))
        assert len(own_schemas().everything()) == len(done.json["items"])

    def test_another_folder_gets_a_copy(self, nexus, tmp_path):
        """
        Which then is a registry of its own.
        """
        done = [nexus(*REGISTER, "--registry", tmp_path, "--json") for _ in range(2)]

        assert [(0, {"registered"}), (0, {"there"})] == [
            (each.code, outcomes(each)) for each in done
        ]
        item = done[0].json["items"][0]
        assert {"type", "version", "digest", "outcome", "reason"} == item.keys()


class TestConfluent:
    def test_registers_once(self, nexus, confluent_program):
        """
        A rehearsal first, which changes nothing; then all of it; then nothing is left to do.
        """
        with running(confluent_program) as url:
            line = (*REGISTER, "--provider", "confluent", "--registry", url)
            done = [
                nexus(*line, "--dry-run", "--json"),
                nexus(*line, "--json"),
                nexus(*line, "--json"),
            ]
            subjects = RegistryHttp(url).call("GET", "/subjects")

        assert [{"registered"}, {"registered"}, {"there"}] == [outcomes(each) for each in done]
        assert [True, False, False] == [each.json["dryRun"] for each in done]
        assert {schema.ref.type for schema in own_schemas().everything()} == set(subjects)

    def test_says_who_asks(self, nexus, confluent_program, monkeypatch):
        """
        User and password are settings, as others could read a command line.
        """
        header = f"Basic {base64.b64encode(b'nexus:secret').decode()}"
        with running(confluent_program, header) as url:
            monkeypatch.setenv("NEXUS_REGISTRY", "confluent")
            monkeypatch.setenv("NEXUS_REGISTRY_URL", url)
            monkeypatch.setenv("NEXUS_REGISTRY_USER", "nexus")
            done = []
            for password in ("wrong", "secret"):
                monkeypatch.setenv("NEXUS_REGISTRY_PASSWORD", password)
                done.append(nexus(*REGISTER, "--json"))

        assert [2, 0] == [each.code for each in done]
        assert "does not let us in" in done[0].err
        assert {"registered"} == outcomes(done[1])

    def test_a_refusal_is_told_and_the_others_registered(self, nexus, confluent_program):
        """
        One type has another first version there: exit code 1, and its reason.
        """
        schemas = own_schemas().everything()
        other = {**schemas[0].definition, "doc": "Something else."}
        with running(confluent_program) as url:
            path = f"/subjects/{schemas[0].ref.type}/versions"
            RegistryHttp(url).call("POST", path, {"schema": json.dumps(other)})
            done = nexus(*REGISTER, "--provider", "confluent", "--registry", url, "--json")

        refused = [item for item in done.json["items"] if item["outcome"] == "refused"]
        assert (1, {"refused", "registered"}) == (done.code, outcomes(done))
        assert {schemas[0].ref.type} == {item["type"] for item in refused}
        assert "another definition" in refused[0]["reason"]

    def test_what_was_done_before_a_failure_is_told(self, nexus):
        """
        Exit code 2, and a sentence; typing it again goes on.
        """
        with scripted(lambda *_: Answer(404, HTML)) as server:
            done = nexus(*REGISTER, "--provider", "confluent", "--registry", server.url, "--json")

        assert (2, []) == (done.code, done.json["items"])
        assert "no schema registry" in done.err

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--provider", "paper"], "paper"),
            (["--provider", "confluent"], "NEXUS_REGISTRY_URL"),
            (["--provider", "confluent", "--registry", "http://schemas.example.com"], "https"),
            (["--registry", "nowhere"], "nowhere"),
        ],
        ids=["provider", "no URL", "no TLS", "no folder"],
    )
    def test_what_can_t_be_is_told(self, nexus, words, told):
        """
        Exit code 2.
        """
        done = nexus(*REGISTER, *words)

        assert 2 == done.code
        assert told in done.err


class TestGlue:
    def test_registers_once(self, moto_glue):
        """
        In a process of its own, as AWS's settings are the environment's.
        """
        with moto_glue.a_registry() as name:
            line = [*REGISTER, "--provider", "glue", "--registry", name, "--json"]
            environment = {
                **os.environ,
                "AWS_ENDPOINT_URL_GLUE": moto_glue.endpoint,
                "AWS_REGION": "eu-west-1",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local",
            }
            done = [
                subprocess.run(
                    [sys.executable, "-m", "chalicelib.cli", *line],
                    cwd=ROOT,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=True,
                )
                for _ in range(2)
            ]
        items = [json.loads(each.stdout)["items"] for each in done]
        assert [{"registered"}, {"there"}] == [{item["outcome"] for item in each} for each in items]
