import pytest

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.kernel.commit import SchemaRef
from chalicelib.kernel.errors import Misconfigured, SchemaViolation, Unavailable
from chalicelib.services.governance.pinned_registry import PAUSE, PinnedSchemaRegistry
from tests.contract.schema_registry import FIRST, SECOND, a_schema, permissive
from tests.support.registries import DOWN, Switched

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

FIRED = "pots.PotFired"


def having(folder, *definitions):
    """Return a registry with these."""
    folder.mkdir()
    files = FileSchemaRegistry(folder)
    for definition in definitions:
        permissive(files).register(definition)
    return files


class Deployed:
    """Code that was built with some schemas, and a registry with others."""

    def __init__(self, folder, own, registered):
        self.own = having(folder / "own", *own)
        self.there = having(folder / "registered", *registered)
        self.remote = Switched(self.there)
        self.time = 0.0
        self.pinned = PinnedSchemaRegistry(self.own, self.remote, lambda: self.time)


def test_writes_what_it_was_built_with(tmp_path):
    """
    The next release's schema is registered before its code is there.
    """
    deployed = Deployed(tmp_path, [FIRST], [FIRST, SECOND])

    assert FIRST == deployed.pinned.latest(FIRED).definition
    assert [FIRED] == deployed.pinned.types()


def test_reads_what_others_wrote(tmp_path):
    """
    With a newer version, or of a type that is nothing to us.
    """
    deployed = Deployed(tmp_path, [FIRST], [FIRST, SECOND, a_schema("PotBroken")])

    for theirs in (SECOND, a_schema("PotBroken")):
        ref = permissive(deployed.there).register(theirs).ref
        assert theirs == deployed.pinned.get(ref).definition
        schema_id = deployed.pinned.id_of(ref)
        assert ref == deployed.pinned.by_id(schema_id).ref


@pytest.mark.parametrize("registered", [[], [{**FIRST, "doc": "Other."}]], ids=["none", "other"])
def test_writes_nothing_that_is_not_registered_alike(tmp_path, registered):
    """
    Nobody else could read it.
    """
    deployed = Deployed(tmp_path, [FIRST], registered)

    with pytest.raises(SchemaViolation):
        deployed.pinned.latest(FIRED)


def test_asks_once(tmp_path):
    """
    A version that is confirmed stays so, though the registry goes down.
    """
    deployed = Deployed(tmp_path, [FIRST], [FIRST])
    ref = deployed.pinned.latest(FIRED).ref
    deployed.remote.failure = DOWN

    assert [ref] * 3 == [deployed.pinned.latest(FIRED).ref for _ in range(3)]
    assert {"get": 1} == deployed.remote.asked


@pytest.mark.parametrize("failure", [DOWN, Misconfigured("the password is wrong")], ids=str)
def test_goes_by_its_own_while_the_registry_is_down(tmp_path, failure):
    """
    From the start, too; it is asked again now and then, not by every event.
    """
    deployed = Deployed(tmp_path, [FIRST], [FIRST])
    deployed.remote.failure = failure
    own = deployed.own.latest(FIRED)

    assert [own] * 3 == [deployed.pinned.latest(FIRED) for _ in range(3)]
    assert own == deployed.pinned.get(own.ref)
    assert {"get": 1} == deployed.remote.asked
    deployed.time = PAUSE
    assert own == deployed.pinned.latest(FIRED)
    assert {"get": 2} == deployed.remote.asked


def test_learns_of_the_truth_when_the_registry_is_back(tmp_path):
    """
    What was taken on trust is confirmed, or is refused from then on.
    """
    deployed = Deployed(tmp_path, [FIRST], [])
    deployed.remote.failure = DOWN
    deployed.pinned.latest(FIRED)
    deployed.remote.failure, deployed.time = None, PAUSE

    with pytest.raises(SchemaViolation):
        deployed.pinned.latest(FIRED)


def test_waits_for_what_is_not_its_own(tmp_path):
    """
    While the registry is down it can't be known, and may be asked for again.
    """
    deployed = Deployed(tmp_path, [FIRST], [FIRST, SECOND])
    theirs = deployed.there.latest(FIRED).ref
    deployed.remote.failure = DOWN

    for ref in (theirs, SchemaRef(FIRED, 1, bytes(32))):
        with pytest.raises(Unavailable):
            deployed.pinned.get(ref)
    deployed.remote.failure = None
    assert SECOND == deployed.pinned.get(theirs).definition
