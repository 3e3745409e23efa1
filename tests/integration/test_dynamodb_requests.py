"""How many requests a command takes on DynamoDB, each counted."""

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE, SNAPSHOTS
from chalicelib.kernel.errors import Rejected
from tests.support.dynamodb_processes import WritingProcess
from tests.support.dynamodb_tables import a_dynamo, tables

pytestmark = [pytest.mark.requirement("R2"), pytest.mark.requirement("T18")]

ORDER = {"orderId": "o-1", "customerId": "c-1", "totalAmount": 5}
PAYMENT = {"orderId": "o-1", "paymentId": "p-1", "amount": 5}
WRONG_PAYMENT = {**PAYMENT, "amount": 4}
COLD_LOAD = {"read snapshot": 1, "read tail": 1}


@pytest.fixture(name="start")
def _start(dynamodb_local):
    """Starts processes that share their tables."""
    with tables(dynamodb_local, EVENT_STORE, SNAPSHOTS) as prefix:
        yield lambda: WritingProcess(prefix, a_dynamo(dynamodb_local))


def lose_the_answer_to_the_next_insert(process):
    client = process.dynamo.client()

    def handle(request, **_):
        client.meta.events.unregister(event, handle)
        client._endpoint.http_session.send(request)
        raise ReadTimeoutError(endpoint_url=request.url)

    event = "before-send.dynamodb.ExecuteStatement"
    client.meta.events.register(event, handle)


def test_a_new_stream_takes_two_reads_and_an_insert(start):
    """Snapshot and tail, side by side: nobody says that the stream is new."""
    process = start()

    process.command("PlaceOrder", ORDER)

    assert {**COLD_LOAD, "append": 1} == process.requests()


def test_a_warm_process_takes_an_insert(start):
    """What it has written it knows."""
    process = start()
    process.command("PlaceOrder", ORDER)
    process.requests()

    process.command("PayOrder", PAYMENT)

    assert {"append": 1} == process.requests()


def test_a_lost_race_takes_a_read_and_another_insert(start):
    """The read brings the rival, and the command is decided on it."""
    process, rival = start(), start()
    process.command("PlaceOrder", ORDER)
    rival.command("PayOrder", PAYMENT)
    process.requests()

    cancelled = process.command("CancelOrder", {"orderId": "o-1"})

    assert {"append": 2, "settle append": 1} == process.requests()
    assert ["orders.OrderCancelled", "orders.RefundRequested"] == [
        kind for _, kind in cancelled.events
    ]


def test_a_lost_answer_takes_another_try_and_a_read(start):
    """The try is refused, and the read shows that the commit is one's own."""
    process = start()
    process.command("PlaceOrder", ORDER)
    process.requests()
    lose_the_answer_to_the_next_insert(process)

    paid = process.command("PayOrder", PAYMENT)

    assert {"append": 2, "settle append": 1} == process.requests()
    assert (2, False) == (paid.version, paid.replayed)


def test_a_repeat_takes_a_read(start):
    """The head knows the command; its answer is in its commit."""
    process = start()
    process.command("PlaceOrder", ORDER, key="k-1")
    process.requests()

    again = process.command("PlaceOrder", ORDER, key="k-1")

    assert {"read commit": 1} == process.requests()
    assert again.replayed


def test_a_cold_refusal_takes_a_strong_read_more(start):
    """What was read eventually may be old, and is no ground to refuse."""
    start().command("PlaceOrder", ORDER)
    process = start()

    with pytest.raises(Rejected):
        process.command("PayOrder", WRONG_PAYMENT)

    assert {**COLD_LOAD, "read": 1} == process.requests()


def test_a_warm_refusal_takes_a_strong_read(start):
    """Of what lies behind what is known."""
    process = start()
    process.command("PlaceOrder", ORDER)
    process.requests()

    with pytest.raises(Rejected):
        process.command("PayOrder", WRONG_PAYMENT)

    assert {"read": 1} == process.requests()


def test_what_a_refusal_has_read_is_known(start):
    """The next command needs no read."""
    process, rival = start(), start()
    process.command("PlaceOrder", ORDER)
    rival.command("PayOrder", PAYMENT)
    with pytest.raises(Rejected):
        process.command("PayOrder", WRONG_PAYMENT)
    process.requests()

    process.command("CancelOrder", {"orderId": "o-1"})

    assert {"append": 1} == process.requests()
