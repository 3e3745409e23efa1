"""What lies in the event store's table, and how it is called, may be wrong in any way."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from botocore.awsrequest import AWSResponse

from chalicelib.adapters.aws import clients
from chalicelib.adapters.aws.dynamodb import snapshots
from chalicelib.adapters.aws.dynamodb.calls import Dynamo
from chalicelib.adapters.aws.dynamodb.commits import ATTRIBUTES, item_of
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.snapshots import DynamoSnapshotStore
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE, SNAPSHOTS
from chalicelib.adapters.aws.retries import RESERVE
from chalicelib.adapters.deadline import remaining
from chalicelib.kernel.errors import CorruptStream, Misconfigured, TooManyRequests
from tests.support.commits import a_commit, a_stream
from tests.support.dynamodb_tables import a_dynamo, a_table

pytestmark = [pytest.mark.requirement("R1"), pytest.mark.requirement("T2")]

STREAM = a_stream()
WRONG: list[dict[str, object] | None] = [None, {"N": "1.5"}, {"S": "x"}, {"NULL": True}, {"L": []}]
DAMAGE = [(name, value) for name in ATTRIBUTES[2:] for value in WRONG]


@pytest.fixture(name="dynamo", scope="module")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table", scope="module")
def _table(dynamodb_local):
    with a_table(dynamodb_local, EVENT_STORE) as table:
        yield table


@pytest.mark.parametrize(("name", "value"), DAMAGE, ids=str)
def test_an_item_that_is_no_commit_is_a_corrupt_stream(dynamo, table, name, value):
    """However it is read, and where it is in the way of a commit: it is named."""
    item = {**item_of(a_commit(STREAM)), name: value}
    if value is None:
        del item[name]
    dynamo.client().put_item(TableName=table, Item=item)
    store = DynamoEventStore(dynamo, table)

    for use in (
        lambda: list(store.read(STREAM)),
        lambda: store.tail(STREAM, limit=9),
        lambda: store.commit_at(STREAM, 1),
        lambda: store.append(a_commit(STREAM)),
    ):
        with pytest.raises(CorruptStream, match=str(STREAM)):
            use()


@pytest.fixture(name="settings")
def _settings(monkeypatch, tmp_path):
    """An environment that says nothing of AWS but for keys, and no client yet."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    _forget()
    yield monkeypatch
    _forget()


def _forget():
    clients._session.cache_clear()
    clients._made.cache_clear()


@pytest.mark.usefixtures("settings")
def test_a_setting_that_is_missing_is_told(table):
    """In the words of the port, as everything that a call may raise."""
    with pytest.raises(Misconfigured, match="region"):
        DynamoEventStore(Dynamo(), table).commit_at(STREAM, 1)


def test_all_threads_share_one_client(settings):
    """Though all of them come first: a session is not made to make clients side by side."""
    settings.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    together = threading.Barrier(16)

    def made(_):
        together.wait(20)
        return id(clients.client("dynamodb"))

    with ThreadPoolExecutor(16) as threads:
        assert 1 == len(set(threads.map(made, range(16))))


@contextmanager
def answering(client, answer):
    """Have a client's requests answered here."""
    client.meta.events.register("before-send.dynamodb", answer)
    try:
        yield
    finally:
        client.meta.events.unregister("before-send.dynamodb", answer)


class Raw:
    def stream(self):
        yield b'{"__type": "#ThrottlingException"}'


def test_a_snapshot_is_not_waited_for_as_a_commit_is(dynamo):
    """Where its table takes no more, the log is asked soon: the time for the command is short."""
    left = []

    def throttle(request, **_):
        left.append(remaining())
        return AWSResponse(request.url, 400, {}, Raw())

    with answering(dynamo.client(), throttle), pytest.raises(TooManyRequests):
        DynamoSnapshotStore(dynamo, SNAPSHOTS.name).latest(STREAM)

    assert left[0] <= snapshots.PATIENCE + RESERVE
    assert left[-1] >= RESERVE
