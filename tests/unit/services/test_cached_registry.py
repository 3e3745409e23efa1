from threading import Event, Thread

import pytest

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.kernel.commit import SchemaRef
from chalicelib.kernel.errors import Misconfigured, SchemaViolation, Unavailable
from chalicelib.services.governance.cached_registry import CachedSchemaRegistry
from tests.contract.schema_registry import FIRST, SECOND, permissive
from tests.support.registries import DOWN, Switched

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

AGE = 60
FIRED = "pots.PotFired"


@pytest.fixture(name="files")
def _files(tmp_path):
    files = FileSchemaRegistry(tmp_path)
    permissive(files).register(FIRST)
    return files


@pytest.fixture(name="remote")
def _remote(files):
    return Switched(files)


@pytest.fixture(name="clock")
def _clock():
    """What the time is, in seconds; a test sets it."""
    return [0.0]


@pytest.fixture(name="cached")
def _cached(remote, clock):
    return CachedSchemaRegistry(remote, max_age=AGE, clock=lambda: clock[0])


class TestVersionsAndIds:
    def test_are_asked_for_once(self, cached, remote):
        """
        They never change, so the hot path asks nobody once it is warm.
        """
        ref = remote.registry.latest(FIRED).ref
        for _ in range(3):
            schema_id = cached.id_of(ref)
            assert (ref, ref) == (cached.get(ref).ref, cached.by_id(schema_id).ref)

        assert {"get": 1, "id_of": 1, "by_id": 1} == remote.asked

    def test_what_a_frame_named_is_known_by_its_reference_too(self, cached, remote):
        """
        Its id and its version came with one answer.
        """
        schema_id = remote.registry.id_of(remote.registry.latest(FIRED).ref)

        ref = cached.by_id(schema_id).ref

        assert (FIRST, schema_id) == (cached.get(ref).definition, cached.id_of(ref))
        assert {"by_id": 1} == remote.asked

    def test_outlast_the_registry(self, cached, remote, clock):
        """
        What is known stays good, however long it is down.
        """
        ref = cached.latest(FIRED).ref
        schema_id = cached.id_of(ref)
        cached.by_id(schema_id)
        remote.failure, clock[0] = DOWN, 1e9

        known = (cached.get(ref).ref, cached.id_of(ref), cached.by_id(schema_id).ref)

        assert (ref, schema_id, ref) == known

    def test_are_unavailable_while_unknown_and_then_found(self, cached, remote):
        """
        A failure is no answer, so it isn't kept.
        """
        ref = remote.registry.latest(FIRED).ref
        schema_id = remote.registry.id_of(ref)
        remote.failure = DOWN
        asks = [
            lambda: cached.get(ref).ref,
            lambda: cached.id_of(ref),
            lambda: cached.by_id(schema_id).ref,
            lambda: cached.latest(FIRED).ref,
        ]
        for ask in asks:
            with pytest.raises(Unavailable):
                ask()
        remote.failure = None

        assert [ref, schema_id, ref, ref] == [ask() for ask in asks]

    def test_that_are_not_there_are_a_violation_until_they_are(self, cached, remote):
        """
        Definite, and yet not kept: somebody may register it.
        """
        ref = SchemaRef(FIRED, 2, b"")
        with pytest.raises(SchemaViolation):
            cached.get(ref)
        new = permissive(remote.registry).register(SECOND)

        assert SECOND == cached.get(new.ref).definition

    def test_of_another_digest_are_not_found_by_the_cache_either(self, cached):
        """
        The digest is part of what is asked for.
        """
        cached.latest(FIRED)

        with pytest.raises(SchemaViolation, match="another"):
            cached.get(SchemaRef(FIRED, 1, bytes(32)))


class TestLatest:
    def test_is_asked_for_once_in_its_age(self, cached, remote, clock):
        """
        Up to the last moment of it.
        """
        for clock[0] in (0, 1, AGE - 0.001):
            cached.latest(FIRED)

        assert {"latest": 1} == remote.asked

    def test_is_found_when_the_age_is_over(self, cached, remote, clock):
        """
        So a new version is used by then.
        """
        cached.latest(FIRED)
        permissive(remote.registry).register(SECOND)

        assert 1 == cached.latest(FIRED).ref.version
        clock[0] = AGE
        assert 2 == cached.latest(FIRED).ref.version

    @pytest.mark.parametrize("failure", [DOWN, Misconfigured("the password is wrong")], ids=str)
    def test_is_used_for_longer_while_the_registry_is_down(self, cached, remote, clock, failure):
        """
        Which is found out once in an age, not by every event.
        """
        cached.latest(FIRED)
        remote.failure, clock[0] = failure, AGE

        assert [1] * 3 == [cached.latest(FIRED).ref.version for _ in range(3)]
        assert {"latest": 2} == remote.asked

    def test_is_not_used_for_longer_where_it_is_gone(self, cached, remote, clock, tmp_path):
        """
        A definite answer is one.
        """
        cached.latest(FIRED)
        (tmp_path / "empty").mkdir()
        remote.registry, clock[0] = FileSchemaRegistry(tmp_path / "empty"), AGE

        with pytest.raises(SchemaViolation):
            cached.latest(FIRED)

    def test_holds_up_one_thread_only(self, cached, remote, clock, monkeypatch):
        """
        While that one asks a slow registry, the others go on with what they have.
        """
        cached.latest(FIRED)
        clock[0] = AGE
        asking, answer = Event(), Event()
        latest = remote.registry.latest

        def slowly(event_type):
            asking.set()
            answer.wait(10)
            return latest(event_type)

        monkeypatch.setattr(remote.registry, "latest", slowly)
        thread = Thread(target=cached.latest, args=[FIRED])
        thread.start()
        assert asking.wait(10)

        assert 1 == cached.latest(FIRED).ref.version
        assert thread.is_alive()
        answer.set()
        thread.join()
        assert {"latest": 2} == remote.asked


def test_types_are_asked_for_each_time(cached, remote):
    """
    Nothing hot needs them.
    """
    assert [[FIRED], [FIRED]] == [cached.types(), cached.types()]
    assert {"types": 2} == remote.asked
