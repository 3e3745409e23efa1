"""What OpenSearch answers to a question, taken only if it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.opensearch.failures import failure, type_of
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable


class Incomplete(Unavailable):
    """Some shards were not asked, as they are nowhere at the moment."""


def within(what: str, answer: Any, *path: str) -> Any:
    """Return what lies at a path of names in an answer; raises Unavailable if nothing does."""
    for name in path:
        if not isinstance(answer, dict) or name not in answer:
            raise Unavailable(f"{what}: OpenSearch's answer makes no sense, it has no {name}")
        answer = answer[name]
    return answer


def whole(what: str) -> Callable[[Any], None]:
    """Return a check that raises Unavailable for what only some of the shards have answered.

    It is Incomplete if none of them has failed: the others were not there.
    """

    def check(answer: Any) -> None:
        shards = within(what, answer, "_shards")
        total, answered = within(what, shards, "total"), within(what, shards, "successful")
        told = f"{what}: {answered} of {total} shards have answered in time"
        if shards.get("failed") or answer.get("timed_out"):
            raise Unavailable(told)
        if total != answered:
            raise Incomplete(told)

    return check


def got(what: str, count: int) -> Callable[[Any], None]:
    """Return a check that raises if one of the documents asked for can't be told about."""

    def check(answer: Any) -> None:
        docs = within(what, answer, "docs")
        if not isinstance(docs, list) or len(docs) != count:
            raise Unavailable(f"{what}: OpenSearch's answer makes no sense")
        for each in docs:
            match each:
                case {"error": error}:
                    raise failure(what, 503, type_of(error))
                case {"found": bool()}:
                    continue
                case _:
                    raise Unavailable(f"{what}: OpenSearch's answer makes no sense")

    return check
