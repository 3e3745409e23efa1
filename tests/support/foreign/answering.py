"""How a foreign reader answers, and how what is expected is written down to be compared.

A reader takes frames in hexadecimal, one a line, and answers each with a line of JSON. Where a
record has events, their data are frames too, and are opened as well. JSON has no amounts, times
and bytes: an object with one name, of what it is, stands for each.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def plain(value: Any) -> Any:
    """Return a value in the terms of JSON; raises TypeError for one that is none of Avro's."""
    match value:
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case bytes():
            return {"hex": value.hex()}
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            micros = (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            return {"micros": micros}
        case None | bool() | int() | str():
            return value
    raise TypeError(f"{type(value)} is nothing that a reader should give")


def answer(read: Callable[[bytes], Any]) -> None:
    """Read every frame of standard input, and those within, and write what they say."""
    for line in sys.stdin:
        record = read(bytes.fromhex(line))
        for event in record.get("events", ()):
            event["data"] = read(event["data"])
        sys.stdout.write(json.dumps(plain(record)) + "\n")
