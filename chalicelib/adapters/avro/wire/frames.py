"""Frames: some bytes before a payload that name its schema, as readers all over the world expect.

CorruptStream
├── UnknownMagic        the bytes begin as no such frame does
├── TruncatedFrame      they end within the frame's own bytes, or within compressed ones
├── UnknownCompression  the frame names a compression that there is not
├── BrokenCompression   what is compressed can't be inflated, or more comes behind it
└── TooMuchInflated     what is compressed inflates to more than is taken
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from chalicelib.kernel.errors import CorruptStream, Misconfigured


class UnknownMagic(CorruptStream):
    """The bytes begin as no such frame does."""


class TruncatedFrame(CorruptStream):
    """They end within the frame's own bytes, or within compressed ones."""


class UnknownCompression(CorruptStream):
    """The frame names a compression that there is not."""


class BrokenCompression(CorruptStream):
    """What is compressed can't be inflated, or more comes behind it."""


class TooMuchInflated(CorruptStream):
    """What is compressed inflates to more than is taken."""


class Frame(Protocol):
    """A format of frames; an id has the size and the byte order that it has in the frame."""

    def frame(self, schema_id: bytes, payload: bytes) -> bytes:
        """Return the payload framed; raises Misconfigured for an id of another registry's size."""

    def open(self, data: bytes) -> tuple[bytes, bytes]:
        """Return schema id and payload; raises CorruptStream."""


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A frame that is a magic number, the schema's id and the payload, and nothing else."""

    name: str
    magic: bytes
    id_size: int

    def frame(self, schema_id: bytes, payload: bytes) -> bytes:
        return self.magic + checked_id(schema_id, self.id_size, self.name) + payload

    def open(self, data: bytes) -> tuple[bytes, bytes]:
        start = len(self.magic)
        check_start(data, self.magic, start + self.id_size, self.name)
        return data[start : start + self.id_size], data[start + self.id_size :]


CONFLUENT: Final = Prefixed("Confluent", b"\x00", 4)
"""Zero, and the schema's id in the registry: 4 bytes, big endian."""

SINGLE_OBJECT: Final = Prefixed("Avro single-object", b"\xc3\x01", 8)
"""C3 01, and the schema's fingerprint CRC-64-AVRO: 8 bytes, little endian."""


def checked_id(schema_id: bytes, size: int, name: str) -> bytes:
    """Return the id; raises Misconfigured unless it has that size."""
    if len(schema_id) != size:
        raise Misconfigured(f"{name} ids have {size} bytes, not {len(schema_id)}")
    return schema_id


def check_start(data: bytes, magic: bytes, size: int, name: str) -> None:
    """Raise UnknownMagic or TruncatedFrame unless the data begin so and have that many bytes."""
    beginning = data[: len(magic)]
    if not magic.startswith(beginning):
        raise UnknownMagic(f"{name} frames begin with {magic.hex()}, not with {beginning.hex()}")
    if len(data) < size:
        raise TruncatedFrame(f"{name} frames have at least {size} bytes, this one has {len(data)}")
