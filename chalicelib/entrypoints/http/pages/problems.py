"""The pages that problem documents point to."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from chalicelib.entrypoints.http.pages.page import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalice.app import Response

    from chalicelib.entrypoints.http.problem import Problem

_PROBLEM = """\
<header><nav aria-label="Pages"><a href="../docs">Documentation</a>
<a href="../problems">All problems</a></nav></header>
<main>
<h1>{title}</h1>
<p><span class="status">{status}</span> <code>{type}</code></p>
<h2>What it means</h2>
<p>{meaning}</p>
<h2>What to do</h2>
<p>{remedy}</p>
</main>
"""
_PROBLEMS = """\
<header><nav aria-label="Pages"><a href="docs">Documentation</a></nav></header>
<main>
<h1>Problems</h1>
<p>What goes wrong is answered with a problem document (RFC 9457), whose <code>type</code> is one of
these.</p>
<table>
<thead>
<tr><th scope="col">Status</th><th scope="col">Type</th><th scope="col">Title</th></tr>
</thead>
<tbody>
{rows}
</tbody>
</table>
</main>
"""
_ROW = '<tr><td>{status}</td><td><a href="problems/{name}">{name}</a></td><td>{title}</td></tr>'


def problem_page(problem: Problem) -> Response:
    """Return the page of a type of problem."""
    body = _PROBLEM.format(
        title=escape(problem.title),
        status=problem.status,
        type=escape(problem.type),
        meaning=_marked(problem.meaning),
        remedy=_marked(problem.remedy),
    )
    return page(problem.title, body, vary="Accept")


def problems_page(problems: Iterable[Problem]) -> Response:
    """Return the page of all types, by status."""
    rows = (
        _ROW.format(status=each.status, name=escape(each.name), title=escape(each.title))
        for each in sorted(problems, key=lambda each: (each.status, each.name))
    )
    return page("Problems", _PROBLEMS.format(rows="\n".join(rows)), vary="Accept")


def _marked(sentence: str) -> str:
    """Return a text as HTML; what is in backquotes is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence))
