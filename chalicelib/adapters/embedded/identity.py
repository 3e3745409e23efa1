"""Who asks, where nobody has to log in: the developer whose machine this is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

DEVELOPER: Final = Principal("developer", "developer", "default", ("developer",))
_SIGNS_OF_AWS: Final = ("AWS_LAMBDA_FUNCTION_NAME", "AWS_EXECUTION_ENV")


class DeveloperIdentity:
    """Implements Identity: everyone is the developer. Raises Misconfigured on AWS."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        refuse_on_aws("requests need tokens, set NEXUS_AUTH=jwt", environment)

    def principal(self, headers: Mapping[str, str]) -> Principal:
        return DEVELOPER


def refuse_on_aws(advice: str, environment: Mapping[str, str]) -> None:
    """Raise Misconfigured, with the advice, where the environment is AWS's."""
    for name in _SIGNS_OF_AWS:
        if environment.get(name):
            message = f"{name} is set, so this is AWS: {advice}"
            raise Misconfigured(message)
