import pytest

from chalicelib.adapters.avro.registrar import AvroSchemaRegistrar
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.kernel.errors import SchemaViolation, Unavailable
from chalicelib.services.governance.registration import Outcome, Rehearsal, register_all
from tests.contract.schema_registry import FIRST, SECOND, a_schema, permissive

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

BROKEN = a_schema("PotBroken")
FIRED_1, FIRED_2, BROKEN_1 = ("pots.PotFired", 1), ("pots.PotFired", 2), ("pots.PotBroken", 1)


def having(folder, *definitions):
    folder.mkdir()
    files = FileSchemaRegistry(folder)
    for definition in definitions:
        permissive(files).register(definition)
    return files


@pytest.fixture(name="own")
def _own(tmp_path):
    return having(tmp_path / "own", FIRST, SECOND, BROKEN)


def outcomes(own, shelf, judge=lambda earlier, new: None):
    done = register_all(own.everything(), shelf, AvroSchemaRegistrar(shelf, judge))
    return {(each.ref.type, each.ref.version): each.outcome for each in done}


class TestRegisterAll:
    def test_registers_what_is_missing_in_order(self, own, tmp_path):
        """
        And only that: a second time there is nothing left to do.
        """
        shelf = having(tmp_path / "there", FIRST)

        done = [outcomes(own, shelf), outcomes(own, shelf)]

        new = Outcome.REGISTERED
        assert {FIRED_1: Outcome.THERE, FIRED_2: new, BROKEN_1: new} == done[0]
        assert dict.fromkeys((FIRED_1, FIRED_2, BROKEN_1), Outcome.THERE) == done[1]
        assert own.everything() == shelf.everything()

    def test_goes_on_after_a_refusal(self, own, tmp_path):
        """
        One type's trouble is not the others'; what comes after the refused version is refused too.
        """
        shelf = having(tmp_path / "there", {**FIRST, "doc": "Other."})

        done = outcomes(own, shelf)

        no = Outcome.REFUSED
        assert {FIRED_1: no, FIRED_2: no, BROKEN_1: Outcome.REGISTERED} == done

    def test_does_what_the_judge_says(self, own, tmp_path):
        """
        Its reason is told.
        """

        def judge(earlier, new):
            raise SchemaViolation("that would break readers")

        shelf = having(tmp_path / "there")
        registrar = AvroSchemaRegistrar(shelf, judge)
        done = {each.ref: each for each in register_all(own.everything(), shelf, registrar)}

        assert "that would break readers" == done[own.latest("pots.PotFired").ref].reason
        assert 1 == len(shelf.versions("pots.PotFired"))

    def test_stops_where_the_registry_fails(self, own, tmp_path):
        """
        What was done is known by then, and stays.
        """
        shelf = having(tmp_path / "there")
        add = shelf.add

        def failing(schema):
            if schema.ref.version == 2:
                raise Unavailable("the registry is down")
            add(schema)

        shelf.add = failing
        done = register_all(own.everything(), shelf, permissive(shelf))

        assert Outcome.REGISTERED == next(done).outcome
        assert Outcome.REGISTERED == next(done).outcome
        with pytest.raises(Unavailable):
            next(done)


class TestRehearsal:
    def test_says_what_would_be_done_and_does_nothing(self, own, tmp_path):
        """
        A second version is judged as if the first were registered by then.
        """
        shelf = having(tmp_path / "there", BROKEN)

        done = outcomes(own, Rehearsal(shelf))

        new = Outcome.REGISTERED
        assert {FIRED_1: new, FIRED_2: new, BROKEN_1: Outcome.THERE} == done
        assert ["pots.PotBroken"] == shelf.types()
        assert done == outcomes(own, shelf)
