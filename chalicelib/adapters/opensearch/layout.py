"""How an index is laid out: an explicit mapping, in which nothing appears by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from chalicelib.services.read_models import Scalar

    Kinds = Mapping[str, type[Scalar]]

VERSION: Final = 1
"""Of this layout; an index with another one is not used."""
TYPES: Final[Mapping[Any, str]] = {str: "keyword", int: "long", bool: "boolean"}
_KINDS: Final = {name: kind for kind, name in TYPES.items()}
_NAME: Final = re.compile(r"[A-Za-z0-9]+")
_INDEX: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,200}")
_KEPT: Final = {"index": False, "doc_values": False}
_COUNTED: Final = {"type": "integer", "index": False}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where indexes lie, and how: each name behind a prefix, with so many shards and replicas.

    ``refresh`` is the seconds until what was put can be found, so each visible put takes as long.
    """

    prefix: str = "nexus-"
    shards: int = 1
    replicas: int = 1
    refresh: float = 0.5

    def name(self, index: str) -> str:
        """Return what an index is called there; raises Misconfigured for what can't be a name."""
        if not _INDEX.fullmatch(index) or not _INDEX.fullmatch(self.prefix):
            raise Misconfigured(f"{self.prefix + index!r} is no name of an index in OpenSearch")
        return self.prefix + index

    def entry(self, index: str) -> str:
        """Return the alias by which alone an index is written.

        A put requires an alias, so that an index that is gone is not made by it, whatever the
        cluster's settings say; the alias goes with its index.
        """
        return f"{self.name(index)}.put"

    def settings(self) -> dict[str, Any]:
        """Return the settings of an index."""
        return {
            "number_of_shards": self.shards,
            "number_of_replicas": self.replicas,
            # Unless it is set, an index that nobody asks is not refreshed, and puts would wait.
            "refresh_interval": f"{round(self.refresh * 1000)}ms",
            # Copies that fetch segments later would not show what a put has waited for.
            "replication.type": "DOCUMENT",
        }

    def template(self) -> dict[str, Any]:
        """Return what holds for indexes behind the prefix that others let appear: nothing fits."""
        return {
            "index_patterns": [f"{self.prefix}*"],
            "priority": 100 + len(self.prefix),  # prefixes within each other must differ in it
            "template": {"mappings": {"dynamic": "strict"}},
        }


def mapping(fields: Kinds, made: str) -> dict[str, Any]:
    """Return the mapping of an index for documents of these fields; ``made`` is who makes it.

    Each integer is also kept in parts (see ``sums``), to be summed without rounding.
    """
    if not all(_NAME.fullmatch(name) for name in fields):
        raise Misconfigured(f"among {', '.join(fields)} are names that no field can have")
    integers = [name for name, kind in fields.items() if kind is int]
    part = {"properties": {"high": _COUNTED, "middle": _COUNTED, "low": _COUNTED}}
    return {
        "dynamic": "strict",
        "_meta": {"layout": VERSION, "made": made},
        "properties": {
            "tenant": {"type": "keyword"},
            "id": {"type": "keyword"},
            "version": {"type": "long", **_KEPT},
            "found": {"type": "boolean"},  # false for a tombstone
            "body": {"type": "binary"},
            "size": _COUNTED,  # bytes of the body
            "words": {"type": "keyword", "doc_values": False},
            "fields": {"properties": {n: {"type": TYPES[kind]} for n, kind in fields.items()}},
            "parts": {"properties": dict.fromkeys(integers, part)},
            "long": {"type": "object", "enabled": False},
            "seal": {"type": "binary"},
        },
    }


def kinds_of(found: Mapping[str, Any]) -> Kinds | None:
    """Return the fields of a mapping; None for one that is not laid out like this."""
    if found.get("_meta", {}).get("layout") != VERSION:
        return None
    fields = found["properties"]["fields"].get("properties", {})
    return {name: _KINDS[each["type"]] for name, each in fields.items()}
