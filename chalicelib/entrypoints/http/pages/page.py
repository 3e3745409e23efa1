"""A page and its headers: it runs what it brings, by its hashes, and nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path

from chalice.app import Response

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""
_POLICY = (
    "default-src 'none'; style-src '{style}'; script-src '{script}'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(title: str, body: str, script: str = "", vary: str | None = None) -> Response:
    """Return a page; ``body`` is HTML, ``script`` its JavaScript."""
    style = text("page.css")
    html = _PAGE.format(title=escape(title), style=style, body=body, script=script)
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _POLICY.format(style=_hash(style), script=_hash(script)),
        "X-Content-Type-Options": "nosniff",
        **({"Vary": vary} if vary else {}),
    }
    return Response(html, headers, 200)


@cache
def text(name: str) -> str:
    """Return a file of this folder."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _hash(inline: str) -> str:
    digest = hashlib.sha256(inline.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
