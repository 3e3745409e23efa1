"""One Avro schema, compiled: values to bytes and back, exactly or not at all."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from chalicelib.adapters.avro.logical import exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastavro.types import Schema

_REFUSED: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What fastavro raises for a value that its schema refuses."""


class Binary:
    """Writes and reads the values of a record schema, which must be a valid one.

    ``wanted`` is a schema of the same name with fewer fields, if only these are read.
    """

    def __init__(
        self, definition: Mapping[str, Any], wanted: Mapping[str, Any] | None = None
    ) -> None:
        self._definition = definition
        self._schema = parse_schema(exact(definition))
        self._wanted = None if wanted is None else parse_schema(exact(wanted))

    def write(self, value: Mapping[str, Any]) -> bytes:
        """Return the bytes; raises ValueError, which names the field that the schema refuses."""
        try:
            return _written(self._schema, value)
        except _REFUSED as error:
            message = f"{self._culprit(value)}: {error}"
            raise ValueError(message) from error

    def read(self, data: bytes) -> Any:
        """Return the value; raises ValueError unless the bytes are one, and nothing else."""
        buffer = BytesIO(data)
        try:
            value = schemaless_reader(buffer, self._schema, self._wanted)
        except Exception as error:  # garbage fails in more ways than are documented
            message = f"{type(error).__name__} {error}"
            raise ValueError(message) from error
        if buffer.tell() != len(data):
            message = f"{len(data) - buffer.tell()} bytes are left over"
            raise ValueError(message)
        return value

    def _culprit(self, value: Mapping[str, Any]) -> str:
        """Return the first field that can't be written, else those that are missing or unknown."""
        fields = self._definition["fields"]
        for count, field in enumerate(fields, start=1):
            beginning = exact({**self._definition, "fields": fields[:count]})
            try:
                _written(parse_schema(beginning), value, strict=False)
            except _REFUSED:
                return str(field["name"])
        return ", ".join(sorted(value.keys() ^ {field["name"] for field in fields}))


def _written(schema: Schema, value: Mapping[str, Any], *, strict: bool = True) -> bytes:
    buffer = BytesIO()
    schemaless_writer(buffer, schema, value, strict=strict)
    return buffer.getvalue()
