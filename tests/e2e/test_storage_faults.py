"""A disk that is full, a folder that can't be written: said clearly, and nothing is lost."""

import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from itertools import count

import pytest

from tests.support.server import (
    COMMAND,
    ROOT,
    START,
    Server,
    environment,
    everything,
    exact,
    settled,
)

pytestmark = [pytest.mark.requirement("T11"), pytest.mark.requirement("R5")]

PRICE = Decimal("1.01")
REFUSALS = 3
"""After which the disk counts as full."""
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""Root as anyone: without capabilities, the modes of files hold for it too."""


def with_files_up_to(kibibytes):
    """Return what starts a server for which each file is full at a size, and its output too."""
    return ("sh", "-c", 'ulimit -S -f "$0"; exec "$@"', str(kibibytes * 2))


def place(server, order_id):
    order = {"orderId": order_id, "customerId": "c-1", "totalAmount": float(PRICE)}
    return server.command("PlaceOrder", order, Idempotency_Key=f"place-{order_id}")


def pay(server, order_id):
    payment = {"orderId": order_id, "paymentId": "p", "amount": float(PRICE)}
    return server.command("PayOrder", payment, Idempotency_Key=f"pay-{order_id}")


def fill(server):
    """Place and pay orders until nothing fits; return which steps were done, and which refused."""
    done: dict[str, list[object]] = {}
    refusals = []
    for number in count():
        order_id = f"o-{number}"
        for step in (place, pay):
            answer = step(server, order_id)
            if answer.status_code == 503:
                refusals.append((order_id, step, answer))
                break
            assert 201 == answer.status_code, answer.text
            done.setdefault(order_id, []).append(step)
        if len(refusals) == REFUSALS:
            return done, refusals
    raise AssertionError


def check(server, done):
    """Each acknowledged command is there exactly once, and each read model is the fold of them."""
    settled(server)
    types = {place: "orders.OrderPlaced", pay: "orders.OrderPaid"}
    for order_id, steps in done.items():
        events = server.query(f"/api/streams/Order/{order_id}").json()["events"]
        assert [types[step] for step in steps] == [event["type"] for event in events]
    status = {order_id: "paid" if pay in steps else "placed" for order_id, steps in done.items()}
    listed = everything(server, "/api/orders")
    assert status == {order["orderId"]: order["status"] for order in listed}
    sales = exact(server.query("/api/sales"))["items"]
    assert Counter(status.values()) == {row["status"]: row["orders"] for row in sales}
    assert PRICE * len(done) == sum(row["totalAmount"] for row in sales)
    assert (200, 0) == (
        server.query("/health").status_code,
        server.query("/health").json()["parkedCount"],
    )


def refused(data, before):
    """Return what a server says that can't start."""
    ended = subprocess.run(
        [*before, *COMMAND],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )
    assert (2, "") == (ended.returncode, ended.stdout)
    assert 1 == ended.stderr.count("\n"), ended.stderr
    return ended.stderr


def verify(data):
    """Check every commit that is stored, to the bit."""
    words = [sys.executable, "-m", "chalicelib.cli", "verify", "--data", str(data)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.fixture(name="data")
def _data(tmp_path):
    """A folder with one order in it; it can be removed whatever a test makes of its mode."""
    data = tmp_path / "data"
    with Server(data) as server:
        assert 201 == place(server, "o-0").status_code
    yield data
    data.chmod(0o700)


class TestFullDisk:
    @pytest.mark.parametrize("kibibytes", [40, 200], ids=["consumers stop too", "store is first"])
    def test_refuses_and_loses_nothing(self, tmp_path, kibibytes):
        """
        What does not fit is a 503, what was acknowledged can still be read; after a start with
        room, all that was acknowledged is there once, and what was refused can be repeated.
        """
        data = tmp_path / "data"
        with Server(data, with_files_up_to(kibibytes)) as server:
            done, refusals = fill(server)
            for _, _, answer in refusals:
                assert "application/problem+json" == answer.headers["content-type"]
                assert "/problems/unavailable" == answer.json()["type"]
                assert "1" == answer.headers["retry-after"]
                assert str(tmp_path) not in answer.text
            assert 200 == server.query("/api/streams/Order/o-0").status_code
            assert "event-store.db can't be read or written; check the disk" in server.output()
            assert 0 == server.stop()

        with Server(data) as server:
            check(server, done)
            for order_id, step, _ in refusals:
                assert 201 == step(server, order_id).status_code
                done.setdefault(order_id, []).append(step)
            check(server, done)
        verify(data)

    @pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can make room")
    def test_uses_the_room_that_comes_back(self, tmp_path):
        """The same process goes on: the same request succeeds, and the read models catch up."""
        with Server(tmp_path / "data", with_files_up_to(40)) as server:
            done, _ = fill(server)

            free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, free)

            assert 201 == place(server, "late").status_code
            check(server, {**done, "late": [place]})

    def test_is_a_reason_not_to_start(self, data):
        """One line and exit code 2; with room again, what was there is there."""
        said = refused(data, with_files_up_to(8))

        assert f"{data}/event-store.db can't be read or written; check the disk and the" in said
        with Server(data) as server:
            check(server, {"o-0": [place]})


@pytest.fixture(name="as_anyone")
def _as_anyone(tmp_path):
    """What starts a process that the modes of files hold for."""
    if os.geteuid() != 0:
        return ()
    if shutil.which(WITHOUT_RIGHTS[0]) is None:
        pytest.skip("root may write everywhere; setpriv (util-linux) would give that up")
    folder = tmp_path / "closed"
    folder.mkdir(0o500)
    if not subprocess.run([*WITHOUT_RIGHTS, "test", "-w", folder], check=False).returncode:
        pytest.skip("root may write everywhere, and can't give that up here")
    return WITHOUT_RIGHTS


class TestReadOnlyFolder:
    def test_is_a_reason_not_to_start(self, data, as_anyone):
        """The folder is named, nothing in it is changed, and once it may be written it works."""
        before = {file.name: file.read_bytes() for file in data.iterdir()}
        data.chmod(0o500)

        said = refused(data, as_anyone)

        assert f"the data folder {data} can't be written; check its permissions" in said
        assert before == {file.name: file.read_bytes() for file in data.iterdir()}
        data.chmod(0o700)
        with Server(data, as_anyone) as server:
            check(server, {"o-0": [place]})

    def test_a_file_of_it_likewise(self, data, as_anyone):
        """At once, not when the first event should be stored."""
        (data / "event-store.db").chmod(0o400)

        said = refused(data, as_anyone)

        assert f"{data}/event-store.db can't be written; check the permissions" in said

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_a_folder_of_somebody_else_likewise(self, data, as_anyone):
        """Another user's folder isn't even looked into."""
        os.chown(data, 65534, 65534)

        said = refused(data, as_anyone)

        assert f"the data folder {data} can't be written; check its permissions" in said

    def test_it_can_not_be_made_where_nothing_can(self, tmp_path, as_anyone):
        """The message says why, and what to do."""
        closed = tmp_path / "all" / "closed"
        closed.mkdir(0o500, parents=True)

        said = refused(closed / "data", as_anyone)

        assert "can't be made the data folder (Permission denied); choose another" in said

    def test_that_becomes_one_meanwhile_loses_nothing(self, data, as_anyone):
        """Its files are open already: what is acknowledged then is there at the next start."""
        with Server(data, as_anyone) as server:
            data.chmod(0o500)
            assert 201 == pay(server, "o-0").status_code
            server.process.kill()
            server.process.wait()

        data.chmod(0o700)
        with Server(data, as_anyone) as server:
            check(server, {"o-0": [place, pay]})
        verify(data)
