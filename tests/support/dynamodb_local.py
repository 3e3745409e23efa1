"""DynamoDB Local, a process of its own on a free port of this machine: fetched once, then cached.

``python -m tests.support.dynamodb_local`` runs it until Ctrl-C, for looking at by hand.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from tests.support import fetching
from tests.support.fetching import CannotRun
from tests.support.local_server import START, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE: Final = Path(__file__).parent / "dynamodb-local"
_LEAN: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g")
"""It shares a small machine with the tests: quick to start, one core, little memory."""
_ONE_TRY: Final = Config(retries={"total_max_attempts": 1})


@dataclass(frozen=True, slots=True)
class DynamoDBLocal:
    """A running one. Every test shares it, so each makes tables under names of its own."""

    endpoint: str
    pid: int

    def client(self, service: str = "dynamodb", config: Config = _ONE_TRY) -> Any:
        """Return a botocore client of it, or of its streams: ``dynamodbstreams``.

        It retries nothing unless its Config says so.
        """
        return Session().create_client(
            service,
            region_name="eu-west-1",
            endpoint_url=self.endpoint,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=config,
        )


@contextmanager
def running() -> Iterator[DynamoDBLocal]:
    """Give one that answers, and stop it at the end; raises CannotRun."""
    libraries = fetching.java_libraries("dynamodb-local", _SOURCE / "pom.xml")
    command = [
        fetching.java("DynamoDB Local"),
        *_LEAN,
        f"-Djava.library.path={libraries}",
        "-classpath",
        f"{libraries}/*",
        str(_SOURCE / "LoopbackServer.java"),
    ]
    with serving("DynamoDB Local", command) as server:
        local = DynamoDBLocal(server.endpoint, server.pid)
        _wait_until_ready(local)
        yield local


def _wait_until_ready(local: DynamoDBLocal) -> None:
    """Return when it has answered a request that goes all the way to its database."""
    deadline = time.monotonic() + START
    client = local.client()
    while True:
        try:
            client.list_tables(Limit=1)
        except BotoCoreError as error:
            if time.monotonic() > deadline:
                raise CannotRun(f"DynamoDB Local does not answer: {error}") from error
            time.sleep(0.05)
        else:
            client.close()
            return


def main() -> int:
    """Run it until Ctrl-C."""
    try:
        with running() as local:
            sys.stdout.write(
                f"DynamoDB Local, in memory: {local.endpoint} (Ctrl-C stops it)\n"
                f"  aws dynamodb list-tables --region eu-west-1 --endpoint-url {local.endpoint}\n"
            )
            sys.stdout.flush()
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return 0
    except CannotRun as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
