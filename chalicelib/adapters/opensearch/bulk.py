"""Many documents in one request: bounded in bytes, and what became of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.opensearch.documents import key_of, source_of
from chalicelib.adapters.opensearch.failures import failure, may_pass, type_of
from chalicelib.kernel.errors import NexusError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.services.read_models import Document

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of one request, unless a document alone has more; the smallest domains take 10 MB."""
_CONFLICT: Final = "version_conflict_engine_exception"
_DONE: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be tried again and why, and whether an item was not newer than what is there."""

    again: list[bytes]
    failure: NexusError | None
    repeated: bool


def batches(documents: Sequence[Document], largest: int) -> list[list[bytes]]:
    """Return the newest version of each document, as the items of as many requests as needed."""
    found: list[list[bytes]] = []
    size = 0
    for item in map(_item, _newest(documents)):
        if not found or size + len(item) > largest:
            found.append([])
            size = 0
        found[-1].append(item)
        size += len(item)
    return found


def outcome(what: str, items: Sequence[bytes], answer: Any) -> Outcome:
    """Tell which items are to be tried again; raises for what no second try would change."""
    rows = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or len(rows) != len(items):
        raise Unavailable(f"{what}: OpenSearch's answer makes no sense")
    again: list[bytes] = []
    failures: list[NexusError] = []
    told = [_told(row) for row in rows]
    for item, (status, kind) in zip(items, told, strict=True):
        if status not in _DONE and kind != _CONFLICT:
            again.append(item)
            failures.append(failure(what, status, kind))
    lasting = [each for each in failures if not may_pass(each)]
    if lasting:
        raise lasting[0]
    return Outcome(again, next(iter(failures), None), any(kind == _CONFLICT for _, kind in told))


def _newest(documents: Sequence[Document]) -> Iterator[Document]:
    newest: dict[tuple[str, str], Document] = {}
    for document in documents:
        there = newest.get((document.tenant, document.id))
        if there is None or there.version < document.version:
            newest[document.tenant, document.id] = document
    yield from newest.values()


def _item(document: Document) -> bytes:
    # OpenSearch takes no version that is not above the one it has: of whoever writes, and whenever.
    place = {
        "_id": key_of(document.tenant, document.id),
        "version": document.version,
        "version_type": "external",
    }
    lines = ({"index": place}, source_of(document))
    return b"".join(
        json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        for line in lines
    )


def _told(row: Any) -> tuple[int, str]:
    """Return the status of an item and the type of its error."""
    match row:
        case {"index": {"status": int(status), "error": error}}:
            return status, type_of(error)
        case {"index": {"status": int(status)}}:
            return status, ""
        case _:
            return 500, ""
