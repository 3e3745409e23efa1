"""DynamoDeadLetters: what holds beyond the contract, on DynamoDB Local."""

import random
from dataclasses import replace

import pytest

from chalicelib.adapters.aws.dynamodb.dead_letters import MAX_REASON, DynamoDeadLetters
from chalicelib.adapters.aws.dynamodb.tables import DEAD_LETTERS
from chalicelib.kernel.commit import MAX_COMMIT_BYTES
from tests.contract.dead_letters import MINE, a_letter
from tests.support.commits import a_commit, a_commit_of_size, a_stream
from tests.support.dynamodb_tables import a_dynamo, a_table
from tests.support.grants import RecordingDynamo

pytestmark = pytest.mark.requirement("T11")

LARGEST = a_commit_of_size(MAX_COMMIT_BYTES)
WIDE = "\N{SNOWMAN}" * MAX_REASON


@pytest.fixture(name="dynamo")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table")
def _table(dynamodb_local):
    with a_table(dynamodb_local, DEAD_LETTERS) as table:
        yield table


@pytest.fixture(name="letters")
def _letters(dynamo, table):
    return DynamoDeadLetters(dynamo, table)


@pytest.mark.parametrize(
    "commit",
    [
        LARGEST,
        a_commit(header=LARGEST.body, body=b""),
        a_commit(header=LARGEST.body[:200_000], body=LARGEST.body[200_000:]),
    ],
    ids=["body", "header", "both"],
)
def test_the_largest_commit_fits(letters, dynamo, table, commit):
    """With the longest reason and a long name; it is found, listed, and removed without a rest."""
    letter = replace(a_letter(consumer="c" * 100), commit=commit, reason=WIDE)

    letters.put(letter)
    letters.put(letter)

    assert [letter] == list(letters.get(letter.consumer, a_stream()))
    assert [letter] == list(letters.all())
    letters.remove(letter.consumer, a_stream(), commit.version)
    assert [] == dynamo.client().scan(TableName=table)["Items"]


def test_a_letter_that_is_being_written_is_not_seen(letters, dynamo, table):
    """Only its part is there yet; and after a removal that was cut short, only that is left."""
    letters.put(replace(a_letter(), commit=LARGEST, reason=WIDE))
    letter = {"letter": {"S": f"{MINE} {a_stream()}"}}
    dynamo.client().delete_item(TableName=table, Key={**letter, "version": {"N": "1"}})

    assert [] == list(letters.get(MINE, a_stream()))
    assert [] == list(letters.all())

    letters.remove(MINE, a_stream(), 1)
    assert [] == dynamo.client().scan(TableName=table)["Items"]


def test_pages_are_joined(letters):
    """More than a megabyte of letters: parts come first, and on other pages than their letters."""
    noise = random.Random(1).randbytes
    expected = [
        replace(a_letter(), commit=a_commit(version=version, body=noise(409_000)), reason=WIDE)
        for version in range(1, 8)
    ]
    for letter in expected:
        letters.put(letter)

    assert expected == list(letters.get(MINE, a_stream()))
    assert expected == list(letters.all(MINE))


def test_a_small_letter_is_one_request(letters, dynamo):
    """To put and to get."""
    letters.put(a_letter())
    letters.get(MINE, a_stream())

    totals = dynamo.meter.totals()
    assert 1 == totals["put letter", "Order"].requests
    assert 1 == totals["read letters", "Order"].requests


@pytest.mark.parametrize("reason", ["", "a\0b", "half \ud800", "x" * 500_000], ids=ascii)
def test_any_reason_will_do(letters, reason):
    """A long one is cut, and one that is no text is nearly kept."""
    letters.put(replace(a_letter(), reason=reason))

    (letter,) = letters.get(MINE, a_stream())
    assert len(letter.reason) == min(len(reason), MAX_REASON)


def test_a_part_that_came_too_late_for_the_page_is_fetched(dynamodb_local, letters, table):
    """A letter may be written while it is listed: behind its part, which the page has passed."""

    class Passing(RecordingDynamo):
        __slots__ = ()

        def pages(self, purpose, action, **parameters):
            for page in super().pages(purpose, action, **parameters):
                yield [item for item in page if int(item["version"]["N"]) > 0]

    client = dynamodb_local.client()
    letter = replace(a_letter(), commit=LARGEST, reason=WIDE)
    letters.put(letter)

    found = DynamoDeadLetters(Passing(client=lambda: client), table).get(MINE, a_stream())

    assert [letter] == list(found)
