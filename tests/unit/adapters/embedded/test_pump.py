"""The pump: at least once, in order, each mapping on its own."""

from __future__ import annotations

import logging
import threading
from contextlib import closing

import pytest

from chalicelib.adapters.embedded import bus as bus_module
from chalicelib.adapters.embedded import event_store as store_module
from chalicelib.adapters.embedded import pump as pump_module
from chalicelib.adapters.embedded.bus import Checkpoints, SqliteEventBus
from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.feeds import ChangeFeed, TopicFeed
from chalicelib.adapters.embedded.mappings import TRIES, Mapping, MappingStatus
from chalicelib.adapters.embedded.pump import FIRST_PAUSE, IDLE, LONGEST_PAUSE, Pump
from chalicelib.kernel.errors import Misconfigured, Unavailable
from chalicelib.services.event_router import Topic
from tests.support.clock import ManualClock
from tests.support.commits import a_commit, a_history, a_stream

PATIENCE = 30.0
"""Seconds that a test waits for another thread before it fails."""


def a_mapping(name, source, handle, **options):
    """A mapping that must not put anything aside, unless told how."""
    options.setdefault("put_aside", fails_with(AssertionError("nothing is to be put aside")))
    return Mapping(name, source, handle, **options)


class Consumer:
    """Remembers what it was given; fails as often as it is told to."""

    def __init__(self, *failures):
        self.batches = []
        self.failures = list(failures)

    def __call__(self, commits):
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(list(commits))

    @property
    def commits(self):
        return [commit for batch in self.batches for commit in batch]


def fails_with(error):
    def fail(*_):
        raise error

    return fail


class Killed(BaseException):
    """Ends a process, as far as a test can."""


@pytest.fixture(name="store")
def _store(tmp_path):
    with closing(Database(tmp_path / "event-store.db", store_module.SCHEMA)) as database:
        yield SqliteEventStore(database)


@pytest.fixture(name="bus_file")
def _bus_file(tmp_path):
    with closing(Database(tmp_path / "bus.db", bus_module.SCHEMA)) as database:
        yield database


@pytest.fixture(name="bus")
def _bus(bus_file):
    return SqliteEventBus(bus_file)


@pytest.fixture(name="checkpoints")
def _checkpoints(bus_file):
    return Checkpoints(bus_file)


@pytest.fixture(name="core")
def _core(bus):
    return TopicFeed(bus, Topic.CORE)


def append(store, *commits):
    for commit in commits:
        store.append(commit)


def left(bus, topic=Topic.CORE):
    return [commit for _, commit in bus.records(topic, 0, 1000)]


@pytest.mark.requirement("R4")
def test_one_step_carries_a_commit_to_its_consumers(store, bus, checkpoints, core):
    """From the store by the router to the bus and on, if the router's mapping comes first."""
    seen = Consumer()
    router = a_mapping("router", ChangeFeed(store), lambda batch: bus.publish(Topic.CORE, batch))
    pump = Pump(checkpoints, [router, a_mapping("orders", core, seen)])
    history = a_history()
    append(store, *history)

    assert 6 == pump.step()
    assert 0 == pump.step()
    assert history == seen.commits


def test_a_handler_gets_batches_in_order(bus, checkpoints, core):
    """Of at most its size, one in each step."""
    seen = Consumer()
    pump = Pump(checkpoints, [a_mapping("orders", core, seen, batch_size=3)])
    history = a_history(counts=[1] * 7)
    bus.publish(Topic.CORE, history)

    assert [3, 3, 1, 0] == [pump.step() for _ in range(4)]
    assert [history[:3], history[3:6], history[6:]] == seen.batches


def test_a_handler_is_not_called_for_nothing(checkpoints, core):
    """An empty batch is none."""
    seen = Consumer()

    assert 0 == Pump(checkpoints, [a_mapping("orders", core, seen)]).step()
    assert [] == seen.batches


def test_each_mapping_gets_everything(bus, checkpoints, core):
    """Those on one topic do not share its records out."""
    seen = [Consumer(), Consumer()]
    pump = Pump(checkpoints, [a_mapping(f"m{n}", core, each) for n, each in enumerate(seen)])
    bus.publish(Topic.CORE, a_history())

    assert 6 == pump.step()
    assert [a_history(), a_history()] == [each.commits for each in seen]


def test_a_restarted_pump_goes_on_where_it_was(bus, checkpoints, core):
    """By the checkpoint under the mapping's name."""
    history = a_history(counts=[1] * 4)
    bus.publish(Topic.CORE, history[:2])
    Pump(checkpoints, [a_mapping("orders", core, Consumer())]).step()
    bus.publish(Topic.CORE, history[2:])
    seen = Consumer()

    Pump(checkpoints, [a_mapping("orders", core, seen)]).step()

    assert history[2:] == seen.commits


@pytest.mark.requirement("T11")
def test_what_a_failed_handler_got_comes_again(bus, checkpoints, core):
    """The same batch, first, until it is handled."""
    seen = Consumer(Unavailable("once"), Unavailable("twice"))
    pump = Pump(checkpoints, [a_mapping("orders", core, seen, batch_size=2)])
    bus.publish(Topic.CORE, a_history())

    assert [0, 0, 2, 1] == [pump.step() for _ in range(4)]
    assert a_history() == seen.commits


@pytest.mark.requirement("T11")
def test_what_was_handled_when_the_process_died_comes_again(bus, checkpoints, core):
    """A checkpoint is kept only behind a handler that returned: at least once."""
    first, second = Consumer(), Consumer()

    def handle_and_die(commits):
        first(commits)
        raise Killed

    bus.publish(Topic.CORE, a_history())
    with pytest.raises(Killed):
        Pump(checkpoints, [a_mapping("orders", core, handle_and_die)]).step()
    Pump(checkpoints, [a_mapping("orders", core, second)]).step()

    assert a_history() == first.commits == second.commits


def test_a_checkpoint_that_could_not_be_kept_is_a_failure(bus, checkpoints, core, monkeypatch):
    """The batch comes again, and the status says why."""
    seen = Consumer()
    pump = Pump(checkpoints, [a_mapping("orders", core, seen)])
    bus.publish(Topic.CORE, a_history())
    monkeypatch.setattr(checkpoints, "save", fails_with(Unavailable("the disk is full")))

    assert 0 == pump.step()
    assert "Unavailable: the disk is full" == pump.status()[0].error
    monkeypatch.undo()
    assert 3 == pump.step()
    assert [a_history(), a_history()] == seen.batches


@pytest.mark.requirement("T11")
def test_one_that_fails_does_not_stop_the_others(bus, checkpoints, core):
    """Wherever it stands."""
    healthy = [Consumer(), Consumer()]
    failing = a_mapping("failing", core, Consumer(*[Unavailable("always")] * 99))
    pump = Pump(
        checkpoints,
        [a_mapping("before", core, healthy[0]), failing, a_mapping("behind", core, healthy[1])],
    )
    bus.publish(Topic.CORE, a_history())

    assert 6 == pump.step()
    assert [a_history(), a_history()] == [each.commits for each in healthy]


@pytest.mark.requirement("T11")
def test_a_failing_mapping_waits_longer_and_longer(bus, checkpoints, core):
    """Twice as long each time, less a part by chance, up to some seconds; the others don't wait."""
    clock, healthy = ManualClock(), Consumer()
    failing = a_mapping("failing", core, Consumer(*[Unavailable("always")] * 2000))
    pump = Pump(checkpoints, [failing, a_mapping("healthy", core, healthy)], clock=clock.seconds)
    bus.publish(Topic.CORE, a_history())
    pauses = []
    for failures in range(1, 12):
        pump._round()
        assert failures == pump.status()[0].failures
        pauses.append(pump._due[pump._workers[0]] - clock.seconds())
        clock.sleep(pauses[-1] * 0.99)
        pump._round()
        assert failures == pump.status()[0].failures
        clock.sleep(pauses[-1])

    longest = [min(LONGEST_PAUSE, FIRST_PAUSE * 2**n) for n in range(11)]
    assert all(most / 2 <= pause <= most for most, pause in zip(longest, pauses, strict=True))
    assert len(set(pauses)) == len(pauses)
    assert a_history() == healthy.commits


def test_a_mapping_may_fail_for_days(bus, checkpoints, core):
    """No number of failures breaks the reckoning of the pause."""
    pump = Pump(checkpoints, [a_mapping("failing", core, Consumer(*[Unavailable("x")] * 1500))])
    bus.publish(Topic.CORE, a_history())

    for _ in range(1500):
        pump.step()

    assert 1500 == pump.status()[0].failures


def test_a_step_tries_failing_mappings_too(bus, checkpoints, core):
    """Steps depend on no clock: the same steps, the same outcome."""
    clock = ManualClock()
    pump = Pump(
        checkpoints, [a_mapping("m", core, Consumer(Unavailable("once")))], clock=clock.seconds
    )
    bus.publish(Topic.CORE, a_history())

    assert [0, 3] == [pump.step(), pump.step()]


@pytest.mark.requirement("R11")
def test_the_status_tells_how_each_mapping_does(bus, checkpoints, core):
    """In their order: checkpoint, records waiting, what went wrong and how often in a row."""
    pump = Pump(
        checkpoints,
        [
            a_mapping("healthy", core, Consumer(), batch_size=2),
            a_mapping("failing", core, Consumer(Unavailable("one"), Unavailable("two"))),
        ],
    )
    bus.publish(Topic.CORE, a_history())

    before = pump.status()
    pump.step()
    pump.step()
    failing = pump.status()
    pump.step()
    after = pump.status()

    assert [
        MappingStatus("healthy", 0, 3, None, 0),
        MappingStatus("failing", 0, 3, None, 0),
    ] == before
    assert [
        MappingStatus("healthy", 3, 0, None, 0),
        MappingStatus("failing", 0, 3, "Unavailable: two", 2),
    ] == failing
    assert MappingStatus("failing", 3, 0, None, 0) == after[1]


@pytest.mark.requirement("R11")
def test_an_error_is_logged_once(bus, checkpoints, core, caplog):
    """With its traceback; again if it comes back after a success."""
    errors = [
        Unavailable("a"),
        Unavailable("a"),
        Unavailable("b"),
        Unavailable("a"),
        Unavailable("b"),
    ]
    consumer = Consumer(*errors)
    pump = Pump(checkpoints, [a_mapping("orders", core, consumer)])
    bus.publish(Topic.CORE, a_history())

    with caplog.at_level(logging.INFO):
        for _ in range(6):
            pump.step()
        consumer.failures = [Unavailable("a")]
        bus.publish(Topic.CORE, [a_commit(version=4)])
        pump.step()

    fails = [str(r.exc_info[1]) for r in caplog.records if r.levelno == logging.ERROR]
    assert ["a", "b", "a"] == fails
    assert "orders works again after 5 failures" in caplog.messages


@pytest.mark.requirement("R4")
def test_records_are_trimmed_once_all_have_handled_them(bus, checkpoints, core):
    """The slowest mapping on a topic decides, and no other topic is touched."""
    slow, seen = Consumer(Unavailable("later")), Consumer()
    pump = Pump(
        checkpoints, [a_mapping("fast", core, seen), a_mapping("slow", core, slow, batch_size=2)]
    )
    history = a_history()
    bus.publish(Topic.CORE, history)
    bus.publish(Topic.SECONDARY, history)

    lefts = []
    for _ in range(3):
        pump.step()
        lefts.append(left(bus))

    assert [history, history[2:], []] == lefts
    assert history == left(bus, Topic.SECONDARY)


def test_a_mapping_that_is_gone_holds_no_records_back(bus, checkpoints, core):
    """Only those of today count, not every name that ever had a checkpoint."""
    checkpoints.save("yesterday's", 1)
    bus.publish(Topic.CORE, a_history())

    Pump(checkpoints, [a_mapping("today's", core, Consumer())]).step()

    assert [] == left(bus)


class Picky(Consumer):
    """Fails on every batch that holds one of some versions."""

    def __init__(self, *poison):
        super().__init__()
        self.poison = poison
        self.calls = 0

    def __call__(self, commits):
        self.calls += 1
        if any(commit.version in self.poison for commit in commits):
            raise ValueError("poison")
        super().__call__(commits)


def step_until_quiet(pump, steps=200):
    for _ in range(steps):
        pump.step()


@pytest.mark.requirement("R5")
@pytest.mark.parametrize("poison", [(1,), (37,), (100,), (1, 2), (5, 50, 99)])
def test_a_failing_batch_is_halved_until_the_poison_stands_alone(bus, checkpoints, core, poison):
    """It is put aside after its tries; every other record is handled, in order, at last."""
    aside: list[tuple[int, str, int]] = []
    seen = Picky(*poison)
    mapping = a_mapping(
        "orders",
        core,
        seen,
        put_aside=lambda commit, error, tries: aside.append((commit.version, str(error), tries)),
    )
    pump = Pump(checkpoints, [mapping])
    history = a_history(counts=[1] * 100)
    bus.publish(Topic.CORE, history)

    step_until_quiet(pump)

    assert [(version, "poison", TRIES) for version in poison] == aside
    assert [c for c in history if c.version not in poison] == list(dict.fromkeys(seen.commits))
    assert MappingStatus("orders", 100, 0, None, 0) == pump.status()[0]
    assert seen.calls <= len(poison) * (TRIES + 30)


def test_nothing_is_put_aside_while_a_dependency_is_unavailable(bus, checkpoints, core):
    """However long that takes, the whole batch comes again: nobody is to blame."""
    seen = Consumer(*[Unavailable("the index does not answer")] * 50)
    pump = Pump(checkpoints, [a_mapping("orders", core, seen)])
    bus.publish(Topic.CORE, a_history())

    step_until_quiet(pump, 51)

    assert [a_history()] == seen.batches


@pytest.mark.parametrize("failure", [Unavailable("no room"), RecursionError("too deep")], ids=repr)
def test_what_can_not_be_put_aside_is_tried_on(bus, checkpoints, core, failure):
    """A record is passed only once it is kept elsewhere, and the pump lives on, whatever it is."""
    kept: list[int] = []
    failures = [failure] * 3

    def put_aside(commit, error, tries):
        if failures:
            raise failures.pop()
        kept.append(commit.version)

    pump = Pump(checkpoints, [a_mapping("orders", core, Picky(1), put_aside=put_aside)])
    bus.publish(Topic.CORE, [a_commit()])

    step_until_quiet(pump, TRIES + 2)
    assert ([], 0) == (kept, pump.status()[0].checkpoint)
    pump.step()
    assert ([1], 1) == (kept, pump.status()[0].checkpoint)


def test_trimming_may_fail(bus, checkpoints, core, monkeypatch, caplog):
    """Nothing is lost, the step goes on, and the next success trims it all."""
    pump = Pump(checkpoints, [a_mapping("orders", core, Consumer())])
    bus.publish(Topic.CORE, a_history())
    monkeypatch.setattr(SqliteEventBus, "trim", fails_with(Unavailable("the disk is full")))

    assert 3 == pump.step()
    assert "handled records are not trimmed: the disk is full" in caplog.messages
    monkeypatch.undo()
    bus.publish(Topic.CORE, [a_commit(version=4)])
    pump.step()
    assert [] == left(bus)


def test_the_event_store_is_never_trimmed(store, checkpoints):
    """It forgets nothing, whoever has read it."""
    append(store, *a_history())

    Pump(checkpoints, [a_mapping("router", ChangeFeed(store), Consumer())]).step()

    assert a_history() == list(store.read(a_stream()))


def test_two_mappings_of_one_name_are_refused(checkpoints, core):
    """They would share a checkpoint, and each lose what the other has handled."""
    with pytest.raises(Misconfigured, match="two mappings share a name"):
        Pump(checkpoints, [a_mapping("m", core, Consumer()), a_mapping("m", core, Consumer())])


class Waiting(Consumer):
    """Lets a test wait until a number of commits came."""

    def __init__(self, number, *failures):
        super().__init__(*failures)
        self.number = number
        self.done = threading.Event()

    def __call__(self, commits):
        super().__call__(commits)
        if len(self.commits) >= self.number:
            self.done.set()


@pytest.mark.requirement("R4")
def test_the_bell_wakes_the_pump(tmp_path, monkeypatch):
    """Store and bus ring it: nothing waits for the idle time to pass."""
    monkeypatch.setattr(pump_module, "IDLE", 10 * PATIENCE)
    bell, seen = threading.Event(), Waiting(40)
    with (
        closing(Database(tmp_path / "event-store.db", store_module.SCHEMA)) as store_file,
        closing(Database(tmp_path / "bus.db", bus_module.SCHEMA)) as bus_file,
    ):
        store = SqliteEventStore(store_file, wake=bell.set)
        bus = SqliteEventBus(bus_file, wake=bell.set)
        # The router comes last here, so that what it publishes has to ring the bell as well.
        router = a_mapping(
            "router", ChangeFeed(store), lambda batch: bus.publish(Topic.CORE, batch)
        )
        orders = a_mapping("orders", TopicFeed(bus, Topic.CORE), seen)
        pump = Pump(Checkpoints(bus_file), [orders, router], bell)

        pump.start()
        for commit in a_history(counts=[1] * 40):
            store.append(commit)
        assert seen.done.wait(PATIENCE)
        pump.stop()

    assert a_history(counts=[1] * 40) == seen.commits


def test_what_is_written_while_the_pump_looks_is_not_slept_over(
    bus_file, checkpoints, core, monkeypatch
):
    """A record may turn up just behind a look that found nothing: it rings, and that counts."""
    monkeypatch.setattr(pump_module, "IDLE", 10 * PATIENCE)
    bell, seen = threading.Event(), Waiting(3)
    bus = SqliteEventBus(bus_file, wake=bell.set)
    histories = [a_history()]

    class Late(TopicFeed):
        def read(self, after, limit):
            records = core.read(after, limit)
            while histories:
                bus.publish(Topic.CORE, histories.pop())
            return records

    pump = Pump(checkpoints, [a_mapping("orders", Late(bus, Topic.CORE), seen)], bell)
    pump.start()
    assert seen.done.wait(PATIENCE)
    pump.stop()

    assert a_history() == seen.commits


def test_without_a_bell_the_pump_looks_by_itself(bus, checkpoints, core, monkeypatch):
    """Somebody else may have written, as another process."""
    monkeypatch.setattr(pump_module, "IDLE", 0.01)
    seen = Waiting(3)
    pump = Pump(checkpoints, [a_mapping("orders", core, seen)])

    pump.start()
    bus.publish(Topic.CORE, a_history())
    assert seen.done.wait(PATIENCE)
    pump.stop()

    assert a_history() == seen.commits


def test_the_thread_tries_again_by_itself(bus, checkpoints, core, monkeypatch):
    """When the pause is over, without anyone ringing."""
    monkeypatch.setattr(pump_module, "IDLE", 10 * PATIENCE)
    monkeypatch.setattr(pump_module, "FIRST_PAUSE", 0.001)
    seen = Waiting(3, Unavailable("once"), Unavailable("twice"))
    pump = Pump(checkpoints, [a_mapping("orders", core, seen)])
    bus.publish(Topic.CORE, a_history())

    pump.start()
    assert seen.done.wait(PATIENCE)
    pump.stop()

    assert a_history() == seen.commits
    assert IDLE <= 0.5


def test_a_stopped_pump_can_be_started_again(bus, checkpoints, core):
    """It ends behind a whole batch; stopping twice, or before a start, is no error."""
    seen = Waiting(3)
    pump = Pump(checkpoints, [a_mapping("orders", core, seen)])
    pump.stop()
    for _ in range(2):
        pump.start()
        pump.stop()
        pump.stop()

    bus.publish(Topic.CORE, a_history())
    pump.start()
    assert seen.done.wait(PATIENCE)
    pump.stop()

    assert 0 == pump.step()
    assert a_history() == seen.commits
    assert "pump" not in [thread.name for thread in threading.enumerate()]
