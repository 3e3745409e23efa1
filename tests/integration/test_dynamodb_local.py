"""DynamoDB Local as the tests run it: it answers, to this machine only, and outlives nobody."""

import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.support.server import ROOT

KEY = {"AttributeName": "id", "KeyType": "HASH"}


def test_it_keeps_what_is_put(dynamodb_local):
    """A request goes all the way to its database."""
    client = dynamodb_local.client()
    client.create_table(
        TableName="it-keeps",
        KeySchema=[KEY],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"id": {"S": "a"}, "n": {"N": "1"}}

    put = client.put_item(TableName="it-keeps", Item=item, ReturnConsumedCapacity="TOTAL")

    assert 1.0 == put["ConsumedCapacity"]["CapacityUnits"]
    assert item == client.get_item(TableName="it-keeps", Key={"id": {"S": "a"}})["Item"]


def test_only_this_machine_reaches_it(dynamodb_local):
    """Its port is taken on 127.0.0.1 and nowhere else."""
    port = int(dynamodb_local.endpoint.rpartition(":")[2])

    with pytest.raises(OSError, match=r"refused|timed out"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_it_ends_with_whoever_started_it(dynamodb_local):
    """Also if that one is killed, and so can't stop it."""
    code = """
import time
from tests.support.dynamodb_local import running
with running() as local:
    print(local.pid, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as owner:
        pid = int(owner.stdout.readline())
        assert is_running(pid)

        owner.send_signal(signal.SIGKILL)

        deadline = time.monotonic() + 30
        while is_running(pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def is_running(pid):
    """Tell whether there is such a process; one that waits to be reaped has ended."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")
