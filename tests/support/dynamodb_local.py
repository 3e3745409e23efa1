"""DynamoDB Local, a process of its own on a free port of this machine: fetched once, then cached.

``python -m tests.support.dynamodb_local`` runs it until Ctrl-C, for looking at by hand.
"""

from __future__ import annotations

import hashlib
import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE: Final = Path(__file__).parent / "dynamodb-local"
_CACHE: Final = Path(__file__).parents[2] / ".cache" / "dynamodb-local"
_NEEDS: Final = (
    "DynamoDB Local needs Maven and a JDK of version 17 or newer, on the PATH "
    "(on Debian and Ubuntu: default-jdk-headless and maven)"
)
_LEAN: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g")
"""It shares a small machine with the tests: quick to start, one core, little memory."""
_ONE_TRY: Final = Config(retries={"total_max_attempts": 1})
_START: Final = 60.0
"""Seconds until it must have answered."""
_STOP: Final = 10.0
"""Seconds that it gets to end by itself."""


class CannotRun(Exception):
    """There is no DynamoDB Local here; the message says what to do."""


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
    with TemporaryFile("w+") as log, _started(log) as process:
        try:
            local = DynamoDBLocal(f"http://127.0.0.1:{_port(process, log)}", process.pid)
            _wait_until_ready(local)
            yield local
        finally:
            _stop(process)


def _started(log: IO[str]) -> subprocess.Popen[str]:
    java = _java()
    libraries = fetched()
    return subprocess.Popen(
        [
            java,
            *_LEAN,
            f"-Djava.library.path={libraries}",
            "-classpath",
            f"{libraries}/*",
            str(_SOURCE / "LoopbackServer.java"),
        ],
        stdin=subprocess.PIPE,  # its end is what tells it that this process has gone
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


def _port(process: subprocess.Popen[str], log: IO[str]) -> int:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], _START)
    line = process.stdout.readline() if ready else ""
    if not line:
        log.seek(0)
        raise CannotRun(f"DynamoDB Local did not start; {_NEEDS}. It said: {log.read()[-2000:]}")
    return int(line)


def _wait_until_ready(local: DynamoDBLocal) -> None:
    """Return when it has answered a request that goes all the way to its database."""
    deadline = time.monotonic() + _START
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


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()


def fetched() -> Path:
    """Return the folder of its libraries, which Maven fills if it isn't there; raises CannotRun.

    The folder is named for what it is made from, and appears whole or not at all.
    """
    recipe = _SOURCE / "pom.xml"
    folder = _CACHE / hashlib.sha256(recipe.read_bytes()).hexdigest()[:16]
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotRun(_NEEDS)
    _CACHE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=_CACHE) as fresh:
        filled = Path(fresh) / "libraries"
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={filled}"]
        command = [maven, "--batch-mode", "--quiet", "--file", str(recipe), *copy]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotRun(f"Maven can't fetch DynamoDB Local: {done.stdout[-2000:]}")
        try:
            filled.rename(folder)
        except OSError:  # somebody else was quicker
            if not folder.is_dir():
                raise
    return folder


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        raise CannotRun(_NEEDS)
    return java


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
