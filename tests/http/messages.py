"""Requests as bytes, as no library would send them, and the problem documents that answer them."""

from __future__ import annotations

import json
from typing import Any

HOST = "Host: localhost"


def message(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    """A request that ends its connection."""
    head = [f"{method} {target} HTTP/1.1", HOST, "Connection: close", *headers]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body


def get(target: str, *headers: str) -> bytes:
    """A question."""
    return message("GET", target, *headers)


def status_of(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split(b" ", 2)[1])


def body_of(answer: bytes) -> Any:
    """Return the JSON of an answer."""
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def problem(answer: bytes) -> Any:
    """Return the members of the one problem document that an answer is, its form checked."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    assert "content-type: application/problem+json" in lines
    assert "connection: close" in lines
    assert f"content-length: {len(body)}" in lines
    members = json.loads(body)
    assert lines[0].startswith(f"http/1.1 {members['status']} ")
    assert f"x-correlation-id: {members['instance']}" in lines
    return members
