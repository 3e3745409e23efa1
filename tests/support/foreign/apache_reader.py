"""Avro's single objects, read by Apache's own library: ``fingerprint=file`` of each schema.

The library's own fingerprint is not the specification's: it writes ``{"type": "long"}`` and a
repeated fixed type out in full. So it is told them; Apache's library for Java computes them itself.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import avro.schema
from avro.io import BinaryDecoder, DatumReader

from tests.support.foreign.answering import answer

_MARKER = b"\xc3\x01"
_FINGERPRINT = 8


def main() -> None:
    """Read each object by the schema that its fingerprint names."""
    pairs = [argument.split("=", 1) for argument in sys.argv[1:]]
    known = {bytes.fromhex(mark): avro.schema.parse(Path(file).read_text()) for mark, file in pairs}

    def read(data: bytes) -> Any:
        body = len(_MARKER) + _FINGERPRINT
        assert data.startswith(_MARKER)
        schema = known[data[len(_MARKER) : body]]
        return DatumReader(schema).read(BinaryDecoder(BytesIO(data[body:])))

    answer(read)


if __name__ == "__main__":
    main()
