"""Avro schemas as data: read from a file, named by digest and fingerprint, asked who owns them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

from chalicelib.kernel.commit import Path as Propagation
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.schema_registry import Governance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Definition = dict[str, Any]


def read(file: Path, name: str) -> Definition:
    """Return the record schema of that full name; raises Misconfigured, which names the file."""
    try:
        definition = json.loads(file.read_bytes())
        parsed = parse_schema(definition)
    except Exception as error:  # a file can be wrong in more ways than fastavro documents
        message = f"{file} is no Avro schema: {type(error).__name__} {error}"
        raise Misconfigured(message) from error
    if not isinstance(parsed, dict) or (parsed["type"], parsed.get("name")) != ("record", name):
        raise Misconfigured(f"{file} should define the record {name}")
    return dict(definition)


def digest_of(definition: Mapping[str, Any]) -> bytes:
    """Return SHA-256 of the canonical JSON: names sorted, no white space; formatting is nothing."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def fingerprint_of(definition: Mapping[str, Any]) -> str:
    """Return the Avro fingerprint (CRC-64), which knows no logical types, docs or properties."""
    return fingerprint(to_parsing_canonical_form(dict(definition)), "CRC-64-AVRO")


def governance_of(definition: Mapping[str, Any], file: Path) -> Governance:
    """Return what the schema says beside its form; raises Misconfigured, which names the file."""
    try:
        said = definition["nexus"]
        return Governance(
            owner=said["owner"],
            classification=said["classification"],
            propagation=Propagation(said["propagation"]),
            compatibility=said["compatibility"],
            subject=said["subject"],
            personal=tuple(f["name"] for f in definition["fields"] if f.get("personal")),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"{file}: its governance properties lack or mistake {error}"
        raise Misconfigured(message) from error
