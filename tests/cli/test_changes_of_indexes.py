"""``nexus projections switch``, ``roll-back``, ``retire`` and ``discard`` that come to nothing."""

from __future__ import annotations

import pytest

from chalicelib.adapters.embedded.lineups import SqliteLineups
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.kernel.errors import Unavailable
from chalicelib.services.places import Places
from chalicelib.services.projections import ProjectionHandler
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T8")]

ACTIONS = ("switch", "roll-back", "retire", "discard")
NAME = "order-details"
FIRST, SECOND = "order-details-v2", "order-details-v2-r2"


@pytest.fixture(name="client")
def _client(data):
    with Embedded.assemble(Settings(data=data)) as embedded:
        yield Client(embedded)


@pytest.fixture(name="url")
def _url(client):
    """Where the system answers; its pump is stepped by hand."""
    with use(client.system), LocalServer(create_app(), 0) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(name="change")
def _change(nexus, url):
    """Type one of the commands."""
    return lambda action, *more: nexus("projections", action, NAME, "--url", url, *more)


def kept(client):
    """Which index answers, is to come, and was before."""
    lineup = client.embedded.ports.lineups.get(NAME)
    return lineup.live, lineup.next and lineup.next.index, lineup.previous


def hold(client):
    """Have an index wait that differs from the present one."""
    with client.embedded.folder.read_models.write() as connection:
        connection.execute("DELETE FROM documents WHERE index_name = ?", (FIRST,))
    client.system.operations.rebuild(NAME)
    client.settle()
    assert (FIRST, SECOND, None) == kept(client)


def rebuild(client):
    """Have an index kept from before."""
    client.system.operations.rebuild(NAME)
    client.settle()
    assert (SECOND, None, FIRST) == kept(client)


def one_sentence(done, *words):
    """Check that it could not be done, and that one line says why."""
    assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
    assert done.err.startswith("nexus: ")
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["people", "scripts"])
def test_where_there_is_nothing_to_decide(change, client, action, more):
    """
    Exit code 2, one sentence that names the projection, and nothing on the standard output.
    """
    before = kept(client)

    one_sentence(change(action, *more), "A business rule refuses it", NAME)

    assert before == kept(client)


@pytest.mark.parametrize("action", ACTIONS)
def test_of_what_there_is_not(nexus, url, action):
    """
    The system's own sentence.
    """
    done = nexus("projections", action, "no-such", "--url", url)

    one_sentence(done, "there is no projection no-such")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", ["../../health", "a/b", "", "%2e%2e", "order-details?x=1"])
def test_a_name_is_never_a_path(nexus, url, action, name):
    """
    What is asked for with it is not there.
    """
    one_sentence(nexus("projections", action, name, "--url", url))


@pytest.mark.parametrize("action", ACTIONS)
def test_where_no_system_runs(nexus, action):
    """
    It says what to do.
    """
    done = nexus("projections", action, NAME, "--url", "http://127.0.0.1:1")

    one_sentence(done, "no system answers", "start it with `nexus run`")


@pytest.mark.parametrize(
    ("action", "prepare"),
    [("switch", hold), ("discard", hold), ("roll-back", rebuild), ("retire", rebuild)],
)
def test_while_another_changes_the_same(change, client, monkeypatch, action, prepare):
    """
    It could not be done, and can be typed again; what stands is what stood.
    """
    prepare(client)
    before = kept(client)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SqliteLineups, "put", lambda *_: False)
        one_sentence(change(action), "the same request may succeed later")

    assert before == kept(client)
    assert 0 == change(action).code


@pytest.mark.parametrize(("action", "prepare"), [("discard", hold), ("retire", rebuild)])
def test_an_index_that_can_not_be_dropped(change, client, monkeypatch, action, prepare):
    """
    The decision stands all the same, and the next start tidies up what was left.
    """

    def refuse(*_):
        raise Unavailable("no disk at /a/place")

    prepare(client)
    with monkeypatch.context() as broken:
        broken.setattr(Places, "drop", refuse)
        done = change(action)
    again = change(action)

    assert 0 == done.code
    assert (kept(client)[0], None, None) == kept(client)
    one_sentence(again, "A business rule refuses it")
    rebuilder = client.system.operations.rebuilders[NAME]
    assert 1 == len(rebuilder.lineup().leaving)
    rebuilder.open()
    assert () == rebuilder.lineup().leaving


def test_a_switch_to_what_would_go_back(change, client, monkeypatch):
    """
    Exit code 1 and the reason: a stream has stopped meanwhile in the index that was held.
    """
    hold(client)
    apply = ProjectionHandler._apply

    def broken(self, progress, commit):
        if self.consumer == SECOND and any(isinstance(e.data, OrderPaid) for e in commit.events):
            raise ZeroDivisionError("no such payment")
        apply(self, progress, commit)

    monkeypatch.setattr(ProjectionHandler, "_apply", broken)
    payment = {"orderId": "o-3", "paymentId": "p", "amount": 99.99}
    client.command("PayOrder", payment)
    client.settle()

    done = change("switch")

    assert (1, "") == (done.code, done.err)
    assert 1 == done.out.count("\n")
    assert done.out.startswith(f"{NAME} was not rebuilt: 1 streams would go back")
    assert (FIRST, None, None) == kept(client)
