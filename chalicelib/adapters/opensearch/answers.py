"""What OpenSearch answers to a question, taken only if it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.opensearch.failures import failure, type_of
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable


def whole(what: str) -> Callable[[Any], None]:
    """Return a check that raises Unavailable for what only some of the shards have answered."""

    def check(answer: Any) -> None:
        shards = answer.get("_shards") if isinstance(answer, dict) else None
        if not isinstance(shards, dict):
            raise Unavailable(f"{what}: OpenSearch's answer makes no sense")
        total, answered = shards.get("total"), shards.get("successful")
        if shards.get("failed") or total != answered or answer.get("timed_out"):
            raise Unavailable(f"{what}: {answered} of {total} shards have answered in time")

    return check


def got(what: str) -> Callable[[Any], None]:
    """Return a check that raises if the one document asked for can't be told about."""

    def check(answer: Any) -> None:
        documents = answer.get("docs") if isinstance(answer, dict) else None
        if not documents or not isinstance(documents[0], dict):
            raise Unavailable(f"{what}: OpenSearch's answer makes no sense")
        if "error" in documents[0]:
            raise failure(what, 503, type_of(documents[0]["error"]))

    return check
