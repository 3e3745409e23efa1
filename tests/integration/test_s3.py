"""An export is read from where it lies: objects in a bucket, and no table in sight."""

import io
from pathlib import Path

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.session import Session
from moto import mock_aws

from chalicelib.adapters.aws import retries
from chalicelib.adapters.aws.dynamodb.export import Export
from chalicelib.adapters.aws.s3 import Folder
from chalicelib.kernel.errors import Misconfigured, Unavailable
from tests.support.commits import a_history, a_stream
from tests.support.exports import write_export

pytestmark = [pytest.mark.requirement("T2"), pytest.mark.requirement("R4")]

PREFIX = "exports/AWSDynamoDB/01693685827463-2d8752fd"


@pytest.fixture(name="s3")
def _s3():
    with mock_aws():
        s3 = Session().create_client(
            "s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        s3.create_bucket(Bucket="exports")
        yield s3


@pytest.fixture(name="history")
def _history(s3, tmp_path):
    """Commits of a few streams, exported into the bucket."""
    commits = [
        commit for number in range(9) for commit in a_history(a_stream(f"o-{number}"), [1, 2, 1])
    ]
    write_export(tmp_path, commits)
    for file in (each for each in tmp_path.rglob("*") if each.is_file()):
        key = f"{PREFIX}/{file.relative_to(tmp_path).as_posix()}"
        s3.put_object(Bucket="exports", Key=key, Body=Path(file).read_bytes())
    return commits


def folder(s3, bucket="exports", prefix=PREFIX):
    return Folder(bucket, prefix, lambda: s3)


def test_an_export_in_a_bucket_is_read_in_order(s3, history):
    """
    Of each stream all commits, as they were.
    """
    found = list(Export(folder(s3, prefix=f"{PREFIX}/").open).commits())

    assert sorted(history, key=lambda each: (str(each.stream), each.version)) == found


def test_what_is_not_there_is_not_found(s3):
    """
    An object; a bucket is a matter of settings.
    """
    with pytest.raises(FileNotFoundError, match="data/none"):
        folder(s3).open("data/none")
    with pytest.raises(Misconfigured, match="nowhere"):
        folder(s3, bucket="nowhere").open("data/none")


class Broken(io.RawIOBase):
    """Breaks off, some times."""

    def __init__(self, body, failures):
        super().__init__()
        self.body = body
        self.failures = failures

    def read(self, size=-1):
        if self.failures:
            self.failures.pop()
            raise ReadTimeoutError(endpoint_url="http://127.0.0.1")
        return self.body.read(size)


class Unsteady:
    """A client whose answers break off."""

    def __init__(self, s3, failures):
        self.s3 = s3
        self.failures = failures

    def get_object(self, **parameters):
        answer = self.s3.get_object(**parameters)
        return {**answer, "Body": Broken(answer["Body"], self.failures)}


def test_an_answer_that_breaks_off_is_asked_for_again(s3, monkeypatch):
    """
    From its start; and one that does so every time is given up.
    """
    monkeypatch.setattr(retries, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(retries, "LONGEST_PAUSE", 0.001)
    monkeypatch.setattr(retries, "BUDGET", 0.2)
    s3.put_object(Bucket="exports", Key=f"{PREFIX}/file", Body=b"content")

    with folder(Unsteady(s3, [1, 2, 3])).open("file") as file:
        assert b"content" == file.read()
    with pytest.raises(Unavailable, match=f"s3://exports/{PREFIX}/file"):
        folder(Unsteady(s3, list(range(100_000)))).open("file")
