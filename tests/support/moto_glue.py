"""moto's emulation of Glue, in an environment of its own: installed once, then cached.

It checks no compatibility, and knows no version that is still pending or has failed.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from botocore.config import Config
from botocore.session import Session

from chalicelib.adapters.aws import clients
from tests.support.fetching import python
from tests.support.local_server import START, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUIREMENTS: Final = ("moto[server]==5.2.5",)
_SERVER: Final = Path(__file__).parent / "moto_server.py"


@dataclass(frozen=True, slots=True)
class MotoGlue:
    """A running one, which all tests share; so each makes a registry of its own."""

    endpoint: str

    def client(self) -> Any:
        """Return a client as the adapters have it on AWS."""
        return a_client(self.endpoint)

    @contextmanager
    def a_registry(self) -> Iterator[str]:
        """Give the name of a new, empty registry; moto allows ten at a time."""
        client, name = self.client(), f"registry-{uuid4().hex}"
        client.create_registry(RegistryName=name)
        try:
            yield name
        finally:
            client.delete_registry(RegistryId={"RegistryName": name})
            client.close()


@cache
def _session() -> Session:
    """One for all, as it reads a large description of Glue for the first client."""
    return Session()


def a_client(endpoint: str, config: Config | None = None) -> Any:
    """Return a client for Glue at an address of this machine, as the adapters have it on AWS."""
    return _session().create_client(
        "glue",
        region_name="eu-west-1",
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=config or clients.CONFIG,
    )


@contextmanager
def running() -> Iterator[MotoGlue]:
    """Give one that answers, and stop it at the end; raises CannotRun."""
    with serving("moto", [python("moto", _REQUIREMENTS), str(_SERVER)]) as server:
        # The first request has it import its backend, which may take seconds.
        with closing(a_client(server.endpoint, Config(read_timeout=START))) as patient:
            patient.list_registries()
        yield MotoGlue(server.endpoint)
