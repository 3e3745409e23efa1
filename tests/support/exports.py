"""Point-in-time exports as DynamoDB writes them to S3, generated in a folder."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import zlib
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws.dynamodb.commits import item_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from chalicelib.kernel.commit import PackedCommit

_PREFIX = "2026-11/AWSDynamoDB/01693685827463-2d8752fd"


def as_json(item: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return an item in DynamoDB's JSON, where binaries are base64."""
    return {
        name: {
            kind: base64.b64encode(content).decode() if kind == "B" else content
            for kind, content in value.items()
        }
        for name, value in item.items()
    }


def lines_of(commits: Sequence[PackedCommit]) -> bytes:
    """Return the lines of a data file."""
    items = (json.dumps({"Item": as_json(item_of(commit))}) for commit in commits)
    return "".join(f"{item}\n" for item in items).encode()


def write_export(folder: Path, commits: Sequence[PackedCommit], *, files: int = 4) -> None:
    """Write an export: each stream in one file, nothing in order, and one file without items."""
    parts: list[list[PackedCommit]] = [[] for _ in range(files)]
    for commit in random.Random(7).sample(commits, len(commits)):
        parts[zlib.crc32(str(commit.stream).encode()) % files].append(commit)
    (folder / "data").mkdir(parents=True)
    entries = []
    for number, part in enumerate([*parts, []]):
        name = f"part{number}.json.gz"
        entries.append(write_file(folder / "data" / name, lines_of(part), items=len(part)))
    write_manifests(folder, entries)


def write_file(path: Path, content: bytes, *, items: int) -> dict[str, Any]:
    """Write a data file, and return its entry in the manifest."""
    packed = gzip.compress(content)
    path.write_bytes(packed)
    md5 = hashlib.md5(packed, usedforsecurity=False).digest()
    return {
        "itemCount": items,
        "md5Checksum": base64.b64encode(md5).decode(),
        "etag": f"{md5.hex()}-1",
        "dataFileS3Key": f"{_PREFIX}/data/{path.name}",
    }


def write_manifests(folder: Path, entries: Sequence[Mapping[str, Any]], **changed: Any) -> None:
    """Write both manifests for the data files; ``changed`` is said otherwise in the summary."""
    lines = "".join(f"{json.dumps(entry)}\n" for entry in entries)
    (folder / "manifest-files.json").write_text(lines)
    summary = {
        "version": "2023-08-01",
        "exportArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/nexus-event-store/export/1-a",
        "startTime": "2026-11-04T07:28:34.028Z",
        "endTime": "2026-11-04T07:33:43.897Z",
        "tableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/nexus-event-store",
        "tableId": "12345a12-abcd-123a-ab12-1234abc12345",
        "exportTime": "2026-11-04T07:28:34.028Z",
        "s3Bucket": "exports",
        "s3Prefix": "2026-11",
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": f"{_PREFIX}/manifest-files.json",
        "billedSizeBytes": 0,
        "itemCount": sum(entry["itemCount"] for entry in entries),
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    }
    (folder / "manifest-summary.json").write_text(json.dumps(summary | changed))
