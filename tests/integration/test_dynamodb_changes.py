"""The event store's stream as a function gets it: records of DynamoDB Local, in Lambda's shape."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.adapters.aws.dynamodb.changes import CommitChanged, changes
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE
from chalicelib.kernel.commit import MAX_COMMIT_BYTES
from chalicelib.kernel.errors import CorruptStream
from tests.support.commits import a_commit, a_commit_of_size, a_history, a_stream
from tests.support.dynamodb_tables import a_dynamo, a_table
from tests.support.exports import as_json

pytestmark = [pytest.mark.requirement("T2"), pytest.mark.requirement("R4")]

STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
KEY = {"stream": {"S": str(a_stream())}, "version": {"N": "1"}}


@pytest.fixture(name="dynamo")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table")
def _table(dynamodb_local):
    with a_table(dynamodb_local, EVENT_STORE, **STREAM) as table:
        yield table


@pytest.fixture(name="store")
def _store(dynamo, table):
    return DynamoEventStore(dynamo, table)


@pytest.fixture(name="event")
def _event(dynamodb_local, table):
    """Return so many records as Lambda's JSON, from the start of the stream on."""

    def event(count):
        client = dynamodb_local.client("dynamodbstreams")
        (stream,) = client.list_streams(TableName=table)["Streams"]
        arn = stream["StreamArn"]
        records: list[dict[str, Any]] = []
        deadline = time.monotonic() + 30
        while len(records) < count:
            assert time.monotonic() < deadline
            records = list(read(client, arn))
        return {"Records": [in_lambda(record, arn) for record in records]}

    return event


def read(client, arn):
    for shard in client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while page := client.get_records(ShardIterator=iterator):
            yield from page["Records"]
            iterator = page.get("NextShardIterator")
            if not page["Records"] or iterator is None:
                break


def in_lambda(record, arn):
    """Return a record as Lambda hands it over: JSON, with binaries in base64."""
    details = record["dynamodb"]
    images = {name: as_json(details[name]) for name in ("Keys", "NewImage") if name in details}
    created = details["ApproximateCreationDateTime"].timestamp()
    return record | {
        "eventSourceARN": arn,
        "dynamodb": details | images | {"ApproximateCreationDateTime": created},
    }


def test_what_is_appended_comes_as_it_was(store, event):
    """To the byte, in the order of the stream; each with the number of its record."""
    expected = [
        *a_history(counts=[1, 3, 2]),
        a_commit(a_stream("bytes"), header=bytes(range(256)), body=b""),
    ]
    for commit in expected:
        store.append(commit)

    found = list(changes(event(4)))

    assert expected == [change.commit for change in found]
    numbers = [change.sequence_number for change in found]
    assert numbers == sorted(set(numbers), key=int)


def test_the_largest_commit_comes_whole(store, event):
    """An item of 400 KB is a record of as much."""
    commit = a_commit_of_size(MAX_COMMIT_BYTES)
    store.append(commit)

    assert [commit] == [change.commit for change in changes(event(1))]


def test_a_refused_append_is_no_change(store, event):
    """Nor is a repeated one: of 16 writers at once, the stream tells of the one that won."""
    with ThreadPoolExecutor(16) as threads:
        tries = [threads.submit(store.append, a_commit(body=b"%d" % n)) for n in range(16)]
    won = [attempt for attempt in tries if attempt.exception() is None]
    store.append(a_commit(version=2))

    found = [change.commit for change in changes(event(2))]

    assert 1 == len(won)
    assert [store.commit_at(a_stream(), 1), a_commit(version=2)] == found


def test_a_commit_that_was_changed_or_removed_is_told(store, dynamo, table, event):
    """Behind those that come before it: they can be taken care of."""
    first, second = a_history(counts=[1, 1])
    store.append(first)
    store.append(second)
    changed = {":body": {"B": b"changed"}}
    dynamo.client().update_item(
        TableName=table,
        Key=KEY,
        UpdateExpression="SET body = :body",
        ExpressionAttributeValues=changed,
    )
    dynamo.client().delete_item(TableName=table, Key=KEY)
    records = event(4)["Records"]

    found = changes({"Records": records})
    assert [first, second] == [next(found).commit, next(found).commit]
    with pytest.raises(CommitChanged, match=r"default/Order/order-1@1 .* MODIFY") as modified:
        next(found)
    with pytest.raises(CommitChanged, match=r"default/Order/order-1@1 ") as removed:
        next(changes({"Records": records[3:]}))

    assert ("MODIFY", "REMOVE") == (modified.value.how, removed.value.how)


@pytest.mark.parametrize(
    "image",
    [{}, {"body": {"B": "no base64!"}}, {"version": {"N": "one"}}, {"stream": {"S": "x"}}],
    ids=["nothing", "no base64", "no number", "no stream"],
)
def test_what_is_no_commit_is_told(store, event, image):
    """With the number of its record, and without what is in it."""
    store.append(a_commit())
    (record,) = event(1)["Records"]
    record["dynamodb"]["NewImage"] = record["dynamodb"]["NewImage"] | image if image else {}

    with pytest.raises(CorruptStream, match=f"record {record['dynamodb']['SequenceNumber']} "):
        list(changes({"Records": [record]}))
