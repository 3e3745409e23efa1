"""Tables of a test's own in DynamoDB Local, and the way to call them."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws import clients
from chalicelib.adapters.aws.dynamodb.tables import create
from tests.support.grants import RecordingDynamo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.adapters.aws.dynamodb.calls import Dynamo
    from chalicelib.adapters.aws.dynamodb.tables import Table
    from tests.support.dynamodb_local import DynamoDBLocal


def a_dynamo(local: DynamoDBLocal) -> Dynamo:
    """Return what the adapters call, with a client as they have it on AWS."""
    client = local.client(config=clients.CONFIG)
    return RecordingDynamo(client=lambda: client)


@contextmanager
def tables(local: DynamoDBLocal, *wanted: Table, **more: Any) -> Iterator[str]:
    """Give the prefix to the names of new, empty tables; ``more`` are CreateTable's parameters."""
    client, prefix = local.client(), f"{uuid.uuid4().hex}-"
    names = [create(client, table, prefix=prefix, **more) for table in wanted]
    try:
        yield prefix
    finally:
        for name in names:
            client.delete_table(TableName=name)


@contextmanager
def a_table(local: DynamoDBLocal, table: Table, **more: Any) -> Iterator[str]:
    """Give the name of a new, empty table."""
    with tables(local, table, **more) as prefix:
        yield prefix + table.name
