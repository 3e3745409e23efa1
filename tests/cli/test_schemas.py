"""``nexus schemas``: versions beside each other."""

from __future__ import annotations

import json
import shutil

import pytest

from chalicelib.wiring.resources import resource
from tests.contract.schema_registry import a_schema

pytestmark = [pytest.mark.requirement("T3"), pytest.mark.requirement("T17")]

GLAZE = {"name": "glaze", "type": "string", "doc": "What it is covered with."}
COLOUR = {"name": "colour", "type": "long", "doc": "Of the glaze, as a number."}


@pytest.fixture(name="versions")
def _versions(monkeypatch, tmp_path):
    """Gives an event such versions, beside those that there are."""
    avro = shutil.copytree(resource("schemas"), tmp_path / "schemas") / "avro"
    policies = shutil.copytree(resource("policies"), tmp_path / "policies") / "rego"
    (policies / "schemas/owners/data.json").write_text('{"orders": "", "nexus": "", "pots": ""}')
    monkeypatch.setattr("chalicelib.wiring.resources.resource", tmp_path.joinpath)

    def versions(*schemas):
        folder = avro / "pots/PotFired"
        folder.mkdir(parents=True)
        for number, schema in enumerate(schemas, start=1):
            (folder / f"v{number}.avsc").write_text(json.dumps(schema))

    return versions


class TestCheck:
    def test_a_version_that_may_not_follow(self, nexus, versions):
        """
        Exit code 1, with file, field and advice: what was written before can't be read any more.
        """
        versions(a_schema(propagation="core"), a_schema("PotFired", GLAZE, propagation="core"))

        done = nexus("schemas", "check", "--json")

        reason = "is not in version 1, and the new version has no default for it"
        fault = {
            "file": "pots/PotFired/v2.avsc",
            "field": "glaze",
            "message": f"{reason}: give it a default",
        }
        assert 1 == done.code
        assert fault in done.json["faults"]


class TestDiff:
    def test_shows_what_differs(self, nexus, versions):
        """
        Field by field, with who can read whom and why not; that is no fault to end with.
        """
        versions(a_schema("PotFired", GLAZE), a_schema("PotFired", COLOUR))

        done = nexus("schemas", "diff", "pots.PotFired", "--json")

        told = done.json
        assert (0, 1, 2) == (done.code, told["from"], told["to"])
        assert ("BACKWARD", []) == (told["compatibility"], told["governance"])
        assert [("glaze", "removed"), ("colour", "added")] == [
            (change["field"], change["change"]) for change in told["changes"]
        ]
        assert {"BACKWARD": (False, ["colour"]), "FORWARD": (False, ["glaze"])} == {
            name: (each["compatible"], [finding["field"] for finding in each["findings"]])
            for name, each in told["directions"].items()
        }

    def test_tells_people(self, nexus, versions):
        """
        The same in words, with what the house declares.
        """
        versions(a_schema(), a_schema("PotFired", GLAZE, compatibility="FORWARD"))

        told = nexus("schemas", "diff", "pots.PotFired").out

        assert "declares the compatibility FORWARD, and version 1 BACKWARD" in told
        assert "BACKWARD: version 2 can not read version 1" in told
        assert "  glaze is not in version 1" in told
        assert "FORWARD: version 1 can read version 2" in told

    def test_goes_backwards_too(self, nexus, versions):
        """
        As for a version that is to be taken back.
        """
        versions(a_schema(), a_schema("PotFired", GLAZE))

        told = nexus("schemas", "diff", "pots.PotFired", "--from", 2, "--to", 1, "--json").json

        assert [("glaze", "removed")] == [
            (change["field"], change["change"]) for change in told["changes"]
        ]
        assert [True, False] == [each["compatible"] for each in told["directions"].values()]

    @pytest.mark.parametrize(
        ("options", "pair"),
        [([], (2, 3)), (["--to", 2], (1, 2)), (["--from", 1], (1, 3)), (["--to", 1], (None, 1))],
        ids=["neither", "to", "from", "first"],
    )
    def test_knows_which_versions_are_meant(self, nexus, versions, options, pair):
        """
        The newest and the one before it; of a first version, all is new.
        """
        versions(a_schema(), a_schema("PotFired", GLAZE), a_schema("PotFired", COLOUR))

        told = nexus("schemas", "diff", "pots.PotFired", *options, "--json").json

        assert pair == (told["from"], told["to"])
        assert (pair[0] is None) == ("" in {change["field"] for change in told["changes"]})

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["pots.PotLost"], "no schema is registered for pots.PotLost"),
            (["pots.PotFired", "--to", "2"], "pots.PotFired has no version 2; the newest is 1"),
            (["pots.PotFired", "--from", "2"], "pots.PotFired has no version 2; the newest is 1"),
        ],
        ids=["type", "to", "from"],
    )
    def test_a_version_that_is_not_there(self, nexus, versions, words, message):
        """
        One sentence, and exit code 2.
        """
        versions(a_schema())

        done = nexus("schemas", "diff", *words)

        assert (2, f"nexus: {message}\n") == (done.code, done.err)
