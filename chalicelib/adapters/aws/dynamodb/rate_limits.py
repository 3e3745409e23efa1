"""Rate limits on DynamoDB: one conditional update takes a turn, two where turns come densely."""

from __future__ import annotations

import hashlib
from itertools import cycle
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.aws.dynamodb.calls import Purpose
from chalicelib.services.rate_limits import SECOND, Rate, microseconds, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.adapters.aws.dynamodb.calls import Dynamo, Refused

_PURPOSE: Final = Purpose("take turn", "all")
_KEPT: Final = 3_600
"""Seconds that an item lies about after it has lost its meaning, until the table drops it."""
_ANEW: Final = (
    "SET #arrival = :next, #expires = :expires",
    "attribute_not_exists(#arrival) OR #arrival <= :now",
)
_NEXT: Final = (
    "SET #arrival = #arrival + :interval, #expires = :expires",
    "#arrival <= :latest",
)


class DynamoRateLimits:
    """Implements RateLimits.

    Who comes after the arrival time starts anew from now. Who comes before it is refused that, and
    learns the time with the refusal: either it is too early, or the turn is the next one behind
    those that are taken. Both are conditional, so callers at once get no more than there is. A turn
    whose answer was lost may be taken twice.
    """

    def __init__(self, dynamo: Dynamo, table: str, now: Callable[[], datetime]) -> None:
        self._dynamo = dynamo
        self._table = table
        self._now = now

    def take(self, key: str, rate: Rate) -> None:
        now = microseconds(self._now())
        latest = rate.latest(now)
        expires = (latest + rate.interval) // SECOND + _KEPT
        anew = {":now": now, ":next": now + rate.interval, ":expires": expires}
        added = {":latest": latest, ":interval": rate.interval, ":expires": expires}
        # A third try is for an item that the table has dropped between the first two.
        for update, values in cycle([(_ANEW, anew), (_NEXT, added)]):
            refused = self._update(key, *update, values)
            if refused is None:
                return
            if "arrival" in refused.item and int(refused.item["arrival"]["N"]) > latest:
                raise refuse(rate, int(refused.item["arrival"]["N"]) - latest)

    def _update(
        self, key: str, update: str, condition: str, values: Mapping[str, int]
    ) -> Refused | None:
        return self._dynamo.update(
            _PURPOSE,
            TableName=self._table,
            Key={"key": {"S": _hashed(key)}},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#arrival": "arrival", "#expires": "expires"},
            ExpressionAttributeValues={name: {"N": str(n)} for name, n in values.items()},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )


def _hashed(key: str) -> str:
    """Return a key of any length and alphabet as one that fits, and tells nobody's name."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
