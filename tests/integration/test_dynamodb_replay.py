"""A full replay by a parallel scan of DynamoDB Local."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import pytest

from chalicelib.adapters.aws.dynamodb.commits import item_of
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.replay import Checkpoint, Place, Replay
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE
from chalicelib.adapters.deadline import remaining, within
from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.errors import CorruptStream, InvalidInput
from chalicelib.kernel.stream import StreamId
from tests.support.clock import ManualClock
from tests.support.commits import a_commit, a_history, a_stream
from tests.support.dynamodb_tables import a_dynamo, a_table

pytestmark = [pytest.mark.requirement("T2"), pytest.mark.requirement("R4")]

FAST = 1_000_000.0
STREAMS = [a_stream(f"order-{number}") for number in range(60)]
HISTORY = [
    commit for stream in STREAMS for commit in a_history(stream, [1, 3] * 6, body=b"body" * 250)
]


@pytest.fixture(name="dynamo", scope="module")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table", scope="module")
def _table(dynamodb_local, dynamo):
    """A table with 60 streams of 12 commits, some 800 KB."""
    with a_table(dynamodb_local, EVENT_STORE) as table:
        store = DynamoEventStore(dynamo, table)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(store.append, HISTORY))
        yield table


@pytest.fixture(name="empty")
def _empty(dynamodb_local):
    with a_table(dynamodb_local, EVENT_STORE) as table:
        yield table


def by_stream(commits):
    found: dict[StreamId, list[PackedCommit]] = {}
    for commit in commits:
        found.setdefault(commit.stream, []).append(commit)
    return found


def in_order(history):
    return by_stream(sorted(history, key=lambda commit: (commit.stream, commit.version)))


@pytest.mark.parametrize("segments", [1, 4, 16])
@pytest.mark.parametrize("page", [None, 5])
def test_every_stream_comes_whole_and_in_order(dynamo, table, segments, page):
    """However many segments, and wherever pages end; by version as a number."""
    replay = Replay(dynamo, table, rate=FAST, segments=segments, page=page)

    pages = list(replay.pages())

    commits = [commit for each in pages for commit in each.commits]
    assert in_order(HISTORY) == by_stream(commits)
    assert len(HISTORY) == len(commits)


def test_streams_lie_in_several_segments(dynamo, table):
    """Which is what makes it parallel; and none lies in two."""
    segments = []
    for number in range(4):
        places = [Place(ended=True)] * 4
        places[number] = Place()
        replay = Replay(dynamo, table, rate=FAST)
        pages = replay.pages(Checkpoint(tuple(places)))
        segments.append({commit.stream for page in pages for commit in page.commits})

    assert all(segments)
    assert len(STREAMS) == sum(map(len, segments))


def test_it_tells_how_far_it_is(dynamo, table):
    """Commits, bytes and segments; they grow, and end where all is read."""
    pages = list(Replay(dynamo, table, rate=FAST, page=50).pages())

    told = [page.progress for page in pages]
    assert [page.commits for page in told] == sorted(page.commits for page in told)
    assert (len(HISTORY), sum(commit.size for commit in HISTORY), 4) == (
        told[-1].commits,
        told[-1].bytes,
        told[-1].segments_done,
    )
    assert all(place.ended for place in pages[-1].checkpoint.segments)


@pytest.mark.parametrize("stop", [0, 1, 7, 30])
def test_it_is_resumed_where_it_was_stopped(dynamo, table, stop):
    """By the text of a checkpoint: nothing is left out, nothing comes twice."""
    first: list[PackedCommit] = []
    checkpoint = None
    for number, page in enumerate(Replay(dynamo, table, rate=FAST, page=10).pages()):
        first.extend(page.commits)
        checkpoint = Checkpoint.from_text(page.checkpoint.to_text())
        assert page.checkpoint == checkpoint
        if number == stop:
            break

    resumed = Replay(dynamo, table, rate=FAST, segments=9).pages(checkpoint)
    rest = [commit for page in resumed for commit in page.commits]

    assert in_order(HISTORY) == by_stream([*first, *rest])
    assert len(HISTORY) == len(first) + len(rest)


def test_what_has_ended_is_not_read_again(dynamo, table):
    """A checkpoint of the end leads to nothing."""
    *_, last = Replay(dynamo, table, rate=FAST).pages()
    dynamo.meter.drain()

    assert [] == list(Replay(dynamo, table, rate=FAST).pages(last.checkpoint))
    assert {} == dynamo.meter.drain()


def test_an_empty_table_has_nothing(dynamo, empty):
    """It ends, and says so."""
    pages = list(Replay(dynamo, empty, rate=FAST).pages())

    assert [()] * 4 == [page.commits for page in pages]
    assert (0, 0, 4) == (
        pages[-1].progress.commits,
        pages[-1].progress.bytes,
        pages[-1].progress.segments_done,
    )


@pytest.mark.parametrize("segments", [1, 4])
def test_it_keeps_to_its_rate(dynamo, table, segments):
    """As long as it takes by that rate, but for the last pages; and no more than is needed."""
    clock = ManualClock()
    rate = 2.0
    dynamo.meter.drain()
    replay = Replay(
        dynamo,
        table,
        rate=rate,
        segments=segments,
        page=20,
        clock=clock.seconds,
        sleep=clock.sleep,
    )

    list(replay.pages())

    spent = dynamo.meter.drain()["replay", "all"]
    page = max(3.0, 20 * HISTORY[0].size / 8192 + 0.5)
    assert spent.read_units > 80
    assert clock.seconds() >= (spent.read_units - segments * page) / rate


def test_it_reads_at_half_price(dynamo, table):
    """Eventually consistent: half a unit for 4 KB."""
    dynamo.meter.drain()

    list(Replay(dynamo, table, rate=FAST).pages())

    spent = dynamo.meter.drain()["replay", "all"]
    size = sum(commit.size for commit in HISTORY)
    assert spent.read_units <= size / 8192 + 4


def test_it_reads_on_the_callers_deadline(dynamo, table):
    """Also on the threads of its segments."""
    left = []

    def client():
        left.append(remaining())
        return dynamo.client()

    with within(60):
        list(Replay(replace(dynamo, client=client), table, rate=FAST).pages())

    assert left
    assert all(seconds < 60 for seconds in left)


def test_an_item_that_is_no_commit_is_named(dynamo, empty):
    """By its key."""
    item = item_of(a_commit())
    dynamo.client().put_item(
        TableName=empty, Item={name: item[name] for name in ("stream", "version", "count")}
    )

    with pytest.raises(CorruptStream, match="default/Order/order-1"):
        list(Replay(dynamo, empty, rate=FAST).pages())


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"a": 1}',
        "[1]",
        "[[null]]",
        "[[null, 1]]",
        "[[[1, 2], true]]",
        "[[[], true]]",
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_checkpoint_is_refused(text):
    """It may have lain in a file for long."""
    with pytest.raises(InvalidInput, match="no checkpoint"):
        Checkpoint.from_text(text)


@pytest.mark.parametrize(
    "changed", [lambda _: (), lambda places: places[::-1]], ids=["none", "swap"]
)
def test_a_checkpoint_that_can_not_be_of_this_table_is_refused(dynamo, table, changed):
    """Its segments are none, or hold other streams."""
    replay = Replay(dynamo, table, rate=FAST, segments=2, page=10)
    *_, checkpoint = (p.checkpoint for p in islice(replay.pages(), 4))

    with pytest.raises(InvalidInput, match="checkpoint"):
        list(replay.pages(Checkpoint(changed(checkpoint.segments))))
