"""RegoPolicyEngine keeps the contract, and survives what is particular to its engine."""

from __future__ import annotations

import gc
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.adapters.rego.bundle import digest_of
from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.adapters.rego.thread_engines import MOST_BUNDLES, _of_thread
from chalicelib.services.governance.policy_engine import COMMANDS
from tests.contract.policy_engine import POLICIES, PolicyEngineContract
from tests.contract.policy_questions import COMMAND


class TestRegoPolicyEngine(PolicyEngineContract):
    @pytest.fixture
    def open_engine(self):
        return RegoPolicyEngine


@pytest.fixture
def engines():
    """Return how to get this thread's engines; this test's are gone after it."""
    yield lambda: _of_thread.engines
    _of_thread.engines.clear()


def test_the_digest_is_unambiguous():
    """No byte can move between a path and its content, or between two files."""
    bundles = [{"ab": b"c"}, {"a": b"bc"}, {"a": b"", "b": b"c"}, {"a": b"b", "c": b""}, {}]

    assert len(bundles) == len({digest_of(bundle) for bundle in bundles})


def test_the_order_of_files_is_no_part_of_the_digest():
    """It is over the sorted paths, whatever order a folder lists them in."""
    assert digest_of({"a": b"1", "b": b"2"}) == digest_of({"b": b"2", "a": b"1"})


@pytest.mark.requirement("R9")
def test_an_error_is_logged_without_the_input(caplog, tmp_path):
    """Messages of the engine quote what was asked, so only kind and place are logged."""
    folder = tmp_path / "commands"
    folder.mkdir()
    (folder / "odd.rego").write_text(
        "package nexus.commands.odd\n\nimport rego.v1\n\nallow if floor(input.command.type) > 1\n"
    )
    engine = RegoPolicyEngine(tmp_path)

    with caplog.at_level(logging.ERROR):
        decision = engine.decide(COMMANDS, COMMAND)

    assert not decision.allowed
    assert [
        "deciding nexus.commands failed at commands/odd.rego:5:29: RuntimeError"
    ] == caplog.messages


@pytest.mark.requirement("R9")
def test_a_panic_of_the_engine_denies_and_is_over(engines, capfd):
    """A panic in Rust derives from BaseException only; the next decision has a new engine."""
    engine = RegoPolicyEngine(POLICIES)
    of_main_thread = engines()[engine.digest]

    def decide_with_the_engine_of_another_thread() -> list[bool]:
        engines()[engine.digest] = of_main_thread
        return [engine.decide(COMMANDS, COMMAND).allowed for _time in range(2)]

    with ThreadPoolExecutor(max_workers=1) as pool:
        assert [False, True] == pool.submit(decide_with_the_engine_of_another_thread).result()
    assert "unsendable" in capfd.readouterr().err


def test_an_engine_outlives_who_asked():
    """What a thread still holds is not freed in another one, which would raise anywhere."""
    engine = RegoPolicyEngine(POLICIES)
    with ThreadPoolExecutor(max_workers=1) as pool:
        assert pool.submit(engine.decide, COMMANDS, COMMAND).result().allowed
        del engine
        gc.collect()


def test_a_thread_keeps_few_engines(engines, tmp_path):
    """Bundles come and go; their engines do so too."""
    for number in range(2 * MOST_BUNDLES):
        rule = tmp_path / "commands" / f"rule_{number}.rego"
        rule.parent.mkdir(exist_ok=True)
        rule.write_text(f"package nexus.commands.rule_{number}\n")
        RegoPolicyEngine(tmp_path)

        assert MOST_BUNDLES >= len(engines())


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_is_not_swallowed(engines, stop):
    """Whoever stops the process is not answered with a denial."""

    class Stopped:
        def set_input_json(self, _text: str) -> None:
            raise stop

    engine = RegoPolicyEngine(POLICIES)
    engines()[engine.digest] = Stopped()

    with pytest.raises(stop):
        engine.decide(COMMANDS, COMMAND)
