"""One way to call DynamoDB: metered, retried within the budget, errors in our own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import clients
from chalicelib.adapters.aws.capacity import Cost, Meter, item_size
from chalicelib.adapters.aws.retries import code_of, retried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

Item: TypeAlias = "Mapping[str, Any]"
"""Attributes as DynamoDB spells them: ``{"version": {"N": "1"}}``."""

MAX_ITEM: Final = 400 * 1024
"""Bytes that an item may take, names of attributes included."""

_REFUSED: Final = "ConditionalCheckFailedException"
_READS: Final = frozenset({"batch_get_item", "get_item", "query", "scan"})


def _client() -> DynamoDBClient:
    client: DynamoDBClient = clients.client("dynamodb")
    return client


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call is for: an operation, as ``append``, on a category of streams, as ``Order``."""

    operation: str
    category: str

    def __str__(self) -> str:
        return f"{self.operation} of {self.category}"


@dataclass(frozen=True, slots=True)
class Refused:
    """A condition did not hold; the item as it is, where the update asks for it."""

    item: Item


@dataclass(frozen=True, slots=True)
class Dynamo:
    """Makes the calls; the client is built with the first one."""

    meter: Meter = field(default_factory=Meter)
    client: Callable[[], DynamoDBClient] = _client

    def call(self, purpose: Purpose, action: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer to an action, as ``query``.

        Raises TooManyRequests, Unavailable, Misconfigured, or ClientError for what is neither.
        """

        def once() -> dict[str, Any]:
            method = getattr(self.client(), action)
            self.meter.add(purpose.operation, purpose.category, Cost(requests=1))
            answer: dict[str, Any] = method(ReturnConsumedCapacity="TOTAL", **parameters)
            return answer

        answer: dict[str, Any] = retried(once, str(purpose))
        self.meter.add(purpose.operation, purpose.category, _cost(action, answer))
        return answer

    def put(self, purpose: Purpose, table: str, item: Item) -> None:
        """Put an item in, in the place of one with the same key; raises as ``call`` does."""
        self.call(purpose, "put_item", TableName=table, Item=item)
        size = item_size(item)
        self.meter.add(purpose.operation, purpose.category, Cost(bytes_sent=size))

    def update(self, purpose: Purpose, **parameters: Any) -> Refused | None:
        """Update an item, and return None; or the refusal, if its condition does not hold.

        Raises as ``call`` does. An update whose answer was lost is made again: it has to be one
        that may be.
        """
        try:
            self.call(purpose, "update_item", **parameters)
        except ClientError as error:
            if code_of(error) != _REFUSED:
                raise
            return Refused(error.response.get("Item", {}))
        return None

    def pages(self, purpose: Purpose, action: str, **parameters: Any) -> Iterator[list[Item]]:
        """Yield the items of each page of a query or scan, until there is none left."""
        for answer in self.answers(purpose, action, **parameters):
            yield answer["Items"]

    def answers(
        self, purpose: Purpose, action: str, **parameters: Any
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the answers of a query or scan, page by page."""
        while True:
            answer = self.call(purpose, action, **parameters)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _cost(action: str, answer: Mapping[str, Any]) -> Cost:
    """Return what an answer tells of its cost; DynamoDB Local is silent about PartiQL."""
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    received = int(headers.get("content-length", 0))
    consumed = answer.get("ConsumedCapacity", ())
    tables = consumed if isinstance(consumed, list) else [consumed] if consumed else []
    units = sum(table["CapacityUnits"] for table in tables)
    if action in _READS:
        return Cost(read_units=units, bytes_received=received)
    return Cost(write_units=units, bytes_received=received)
