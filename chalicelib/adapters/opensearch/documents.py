"""Documents as OpenSearch holds them: JSON, sealed, and each integer also in parts."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from chalicelib.adapters.seals import seal
from chalicelib.adapters.texts import storable
from chalicelib.kernel.errors import Unavailable
from chalicelib.services.read_models import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.services.read_models import Scalar

MAX_INTEGER: Final = 2**63 - 1
MIN_INTEGER: Final = -(2**63)
LONGEST: Final = 8000
"""Characters of a text that a term has room for: of 32,766 bytes, each may take four."""
_HEAD: Final = LONGEST - 64
_PART: Final = 22
"""Bits."""
_MASK: Final = 2**_PART - 1


def key_of(tenant: str, document_id: str) -> str:
    """Return the name of a document in an index; no two have the same."""
    return f"{quote(tenant, safe='')}/{storable(document_id)}"


def term(text: str) -> str:
    """Return what stands for a text in the index: itself, or its beginning and its digest.

    So it is equal to no other's, and sorted by its first 7,936 characters.
    """
    text = storable(text)
    if len(text) <= LONGEST:
        return text
    return text[:_HEAD] + hashlib.sha256(text.encode()).hexdigest()


def parts_of(value: int) -> dict[str, int]:
    """Return an integer of 64 bits as three numbers of 22 bits at most; the highest has the sign.

    OpenSearch sums in floating point, which is exact up to 2**53: so each sum of parts is, of less
    than 2**31 documents, which is what a shard can hold.
    """
    return {
        "high": value >> 2 * _PART,
        "middle": value >> _PART & _MASK,
        "low": value & _MASK,
    }


def whole_of(high: int, middle: int, low: int) -> int:
    """Return the integer, or the sum of integers, that parts or their sums make."""
    return (high << 2 * _PART) + (middle << _PART) + low


def source_of(document: Document) -> dict[str, Any]:
    """Return what is stored of a document; raises Unavailable for what can't be."""
    fields = {name: _checked(name, value) for name, value in document.fields.items()}
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    words = sorted(map(storable, document.words))
    body = document.body
    return {
        "tenant": document.tenant,
        "id": document.id,
        "version": document.version,
        "found": body is not None,
        **({} if body is None else {"body": base64.b64encode(body).decode()}),
        "size": len(body or b""),
        "words": words,
        "fields": {n: term(v) if isinstance(v, str) else v for n, v in fields.items()},
        "parts": _parts(fields),
        "long": {name: text for name, text in texts.items() if len(text) > LONGEST},
        "seal": _seal(document.tenant, document.id, document.version, body, fields, words),
    }


def document_of(source: Any) -> Document:
    """Return the document that was stored; raises ValueError if it is not what was."""
    try:
        tenant, name, version = source["tenant"], source["id"], source["version"]
        body = base64.b64decode(source["body"], validate=True) if source["found"] else None
        fields, words = source["fields"] | source["long"], source["words"]
        sealed, derived = source["seal"], (source["size"], source["parts"])
    except (KeyError, TypeError) as error:
        message = "it lacks something"
        raise ValueError(message) from error
    if sealed != _seal(tenant, name, version, body, fields, words):
        message = "it does not match its seal"
        raise ValueError(message)
    if derived != (len(body or b""), _parts(fields)):
        message = "its size, or what is summed of it, does not match its fields"
        raise ValueError(message)
    return Document(tenant, name, version, body, fields, frozenset(words))


def _parts(fields: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return the parts of all integers."""
    integers = {n: v for n, v in fields.items() if isinstance(v, int) and not isinstance(v, bool)}
    return {name: parts_of(value) for name, value in integers.items()}


def _checked(name: str, value: Scalar) -> Scalar:
    if isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        raise Unavailable(f"the read models can't hold {name}, which takes more than 64 bits")
    return storable(value) if isinstance(value, str) else value


def _seal(
    tenant: str,
    name: str,
    version: int,
    body: bytes | None,
    fields: dict[str, Any],
    words: list[str],
) -> str:
    packed = json.dumps(fields, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(seal(tenant, name, version, body, packed, words)).decode()
