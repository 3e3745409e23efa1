"""One way to call Glue: retried within the budget, errors in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from chalicelib.adapters.answers import NotThere
from chalicelib.adapters.aws import clients
from chalicelib.adapters.aws.retries import BUDGET, RESERVE, code_of, retried
from chalicelib.adapters.deadline import within
from chalicelib.kernel.errors import Misconfigured, SchemaViolation, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_THERE: Final = "EntityNotFoundException"
_THERE: Final = "AlreadyExistsException"
_INVALID: Final = frozenset({"InvalidInputException", "ValidationException"})
_NONSENSE: Final = (ResponseParserError, AttributeError, TypeError, ValueError)
"""What botocore raises over an answer that is not what Glue would say."""
_FULL: Final = "ResourceNumberLimitExceededException"


def _client() -> Any:
    return clients.client("glue")


@dataclass(frozen=True, slots=True)
class Glue:
    """Makes the calls; the client is built with the first one."""

    client: Callable[[], Any] = _client
    budget: float = BUDGET
    """Seconds that a call may take with all its retries; one try may take a little longer."""

    def call(self, registry: str, operation: str, **parameters: Any) -> Any:
        """Return the answer to an operation, as ``get_schema``; what is there already is fine.

        Raises NotThere, SchemaViolation (Glue won't have it), TooManyRequests, Unavailable, or
        Misconfigured (not allowed, no such registry, or a quota of the account is used up).
        """
        what = f"{operation} in the Glue registry {registry}"
        try:
            with within(self.budget + RESERVE):
                return retried(lambda: getattr(self.client(), operation)(**parameters), what)
        except _NONSENSE as error:
            raise Unavailable(f"{what}: the answer makes no sense") from error
        except ClientError as error:
            code = code_of(error)
            if code == _THERE:  # a retry after a lost answer, or somebody else was quicker
                return {}
            if code == _NOT_THERE:
                self._must_have(registry, operation)
                raise NotThere(f"{what}: there is none") from error
            raise _translated(code, f"{what}: {error}") from error

    def _must_have(self, registry: str, failed: str) -> None:
        """Glue says not found of a registry and of a schema alike; so ask for the registry."""
        if failed == "get_registry":
            raise Misconfigured(f"there is no Glue registry {registry}")
        self.call(registry, "get_registry", RegistryId={"RegistryName": registry})


def _translated(code: str, message: str) -> Exception:
    if code in _INVALID:
        return SchemaViolation(message)
    return Misconfigured(message) if code == _FULL else Unavailable(message)
