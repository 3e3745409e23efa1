"""The frame of AWS Glue's schema registry: 3, the compression, the schema version's UUID."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

from chalicelib.adapters.avro.wire.frames import (
    BrokenCompression,
    TooMuchInflated,
    TruncatedFrame,
    UnknownCompression,
    check_start,
    checked_id,
)

MAX_INFLATED: Final = 64 * 1024 * 1024
"""Bytes that a payload may have: a bomb of 1 MB would else inflate to 1 GB."""
_NAME: Final = "Glue"
_MAGIC: Final = b"\x03"
_PLAIN: Final = b"\x00"
_ZLIB: Final = b"\x05"
_ID: Final = slice(2, 18)
_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Glue:
    """Compresses payloads from ``compress_from`` bytes on, where that makes them smaller."""

    compress_from: int = 1024

    def frame(self, schema_id: bytes, payload: bytes) -> bytes:
        schema_id = checked_id(schema_id, _ID.stop - _ID.start, _NAME)
        if len(payload) >= self.compress_from:
            packed = zlib.compress(payload, _LEVEL)
            if len(packed) < len(payload):
                return _MAGIC + _ZLIB + schema_id + packed
        return _MAGIC + _PLAIN + schema_id + payload

    def open(self, data: bytes) -> tuple[bytes, bytes]:
        check_start(data, _MAGIC, _ID.stop, _NAME)
        compression, payload = data[1:2], data[_ID.stop :]
        if compression == _ZLIB:
            payload = _inflated(payload)
        elif compression != _PLAIN:
            raise UnknownCompression(f"Glue frames know no compression {compression.hex()}")
        return data[_ID], payload


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, MAX_INFLATED)
    except zlib.error as error:
        raise BrokenCompression(str(error)) from error
    if inflater.unconsumed_tail:
        raise TooMuchInflated(f"a payload inflates to more than {MAX_INFLATED} bytes")
    if not inflater.eof:
        raise TruncatedFrame("a compressed payload is cut off")
    if inflater.unused_data:
        raise BrokenCompression(f"{len(inflater.unused_data)} bytes follow a compressed payload")
    return plain
