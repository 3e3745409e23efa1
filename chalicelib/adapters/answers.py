"""What a schema registry elsewhere has answered, taken only for what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from chalicelib.kernel.errors import SchemaViolation, Unavailable

T = TypeVar("T", str, int, list[Any], dict[str, Any])


class NotThere(SchemaViolation):
    """The registry has answered that it has no such thing."""


def of_type(answer: Any, kind: type[T]) -> T:
    """Return the answer, which is to be of that type; raises Unavailable for nonsense."""
    if type(answer) is not kind:
        message = f"a {kind.__name__} was expected, and a {type(answer).__name__} was the answer"
        raise Unavailable(f"the schema registry makes no sense: {message}")
    return answer


def member(answer: Any, name: str, kind: type[T]) -> T:
    """Return a member of that name and type; raises Unavailable for nonsense."""
    if not isinstance(answer, Mapping) or name not in answer:
        raise Unavailable(f"the schema registry makes no sense: there is no {name} in its answer")
    return of_type(answer[name], kind)
