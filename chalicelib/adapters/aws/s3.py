"""Objects of S3, opened like files."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import clients
from chalicelib.adapters.aws.retries import code_of, retried

if TYPE_CHECKING:
    from collections.abc import Callable


def _client() -> Any:
    return clients.client("s3")


@dataclass(frozen=True, slots=True)
class Folder:
    """The objects of a bucket below a prefix, as ``AWSDynamoDB/01234-abcd`` of an export."""

    bucket: str
    prefix: str
    client: Callable[[], Any] = _client

    def open(self, name: str) -> IO[bytes]:
        """Return an object's content, which was fetched into a temporary file.

        So whoever reads it slowly holds no connection, and one that breaks off is tried again.
        Raises FileNotFoundError, TooManyRequests, Unavailable, or Misconfigured.
        """
        key = f"{self.prefix.rstrip('/')}/{name}"

        def fetch() -> None:
            body = self.client().get_object(Bucket=self.bucket, Key=key)["Body"]
            content.seek(0)
            content.truncate()
            shutil.copyfileobj(body, content)
            content.seek(0)

        with ExitStack() as undo:
            content = undo.enter_context(TemporaryFile())
            try:
                retried(fetch, f"read of s3://{self.bucket}/{key}")
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    raise FileNotFoundError(key) from error
                raise
            undo.pop_all()
        return content
