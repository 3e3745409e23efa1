"""Deflated bytes, raw: without zlib's header and checksum, as whoever stores them seals them."""

from __future__ import annotations

import zlib
from typing import Final

_LEVEL: Final = 6
_RAW: Final = -15
"""zlib's word for a window of 32 KB without header and checksum."""


def deflate(data: bytes) -> bytes:
    """Return the data deflated; of short or random data that is more than before."""
    return zlib.compress(data, _LEVEL, wbits=_RAW)


def inflate(data: bytes, limit: int) -> bytes:
    """Return at most ``limit`` bytes, so that no bomb fills the memory; raises ValueError."""
    inflater = zlib.decompressobj(_RAW)
    try:
        plain = inflater.decompress(data, limit)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not inflater.eof or inflater.unused_data:
        message = f"the data is cut off, or followed by more, or inflates to over {limit} bytes"
        raise ValueError(message)
    return plain
