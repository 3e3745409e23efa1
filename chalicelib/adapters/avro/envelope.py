"""The envelope: a commit's provenance and its events' bytes, as they lie in the store.

A header is one byte, the version of its schema, and then Avro. A body is Avro, deflated if that
made it smaller; the header tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.adapters.avro.binary import Binary
from chalicelib.adapters.avro.definitions import read
from chalicelib.adapters.avro.headers import header_of, record_of
from chalicelib.adapters.deflate import deflate, inflate
from chalicelib.kernel.errors import CommitTooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chalicelib.kernel.commit import Header

MAX_BODY: Final = 16 * 1024 * 1024
"""Bytes that a body may have inflated: a bomb of 400 KB would else fill the memory."""
_VERSION: Final = bytes([1])


class Envelope:
    """Writes and reads headers and bodies by the platform's own schemas.

    Reading raises ValueError for whatever was not written here.
    """

    def __init__(self, schemas: Path) -> None:
        self._header = _binary(schemas, "CommitHeader")
        self._body = _binary(schemas, "CommitBody")

    def write(self, header: Header, payloads: Sequence[bytes]) -> tuple[bytes, bytes]:
        """Return header and body.

        Raises ValueError for what their schemas can't hold, CommitTooLarge for more than is read.
        """
        if not 0 < len(payloads) == len(header.events):
            message = f"a header of {len(header.events)} events has {len(payloads)} payloads"
            raise ValueError(message)
        plain = self._body.write({"payloads": payloads})
        if len(plain) > MAX_BODY:
            raise CommitTooLarge(len(plain), MAX_BODY)
        packed = deflate(plain)
        deflated = len(packed) < len(plain)
        record = record_of(header, deflated=deflated)
        return _VERSION + self._header.write(record), packed if deflated else plain

    def read(self, header: bytes) -> tuple[Header, bool]:
        """Return the header, and whether its body is deflated."""
        if header[:1] != _VERSION:
            message = f"a header of version {header[:1].hex()} is unknown"
            raise ValueError(message)
        record = self._header.read(header[1:])
        try:
            return header_of(record), record["deflated"]
        except KeyError as error:
            message = f"an event has schema {error}, which the header's table lacks"
            raise ValueError(message) from error

    def read_body(self, body: bytes, *, deflated: bool) -> list[bytes]:
        """Return the payloads."""
        plain = inflate(body, MAX_BODY) if deflated else body
        payloads: list[bytes] = self._body.read(plain)["payloads"]
        return payloads


def _binary(schemas: Path, name: str) -> Binary:
    return Binary(read(schemas / "nexus" / name / "v1.avsc", f"nexus.{name}"))
