"""RegoPolicyEngine keeps the contract, and survives what is particular to its engine."""

from __future__ import annotations

import gc
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from chalicelib.adapters.rego.bundle import digest_of
from chalicelib.adapters.rego.engine import MAX_QUESTION_BYTES, RegoPolicyEngine
from chalicelib.adapters.rego.failures import MARK
from chalicelib.adapters.rego.thread_engines import MOST_BUNDLES, _of_thread
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.policy_engine import COMMANDS, DEFAULT_LIMIT_MS, Reason
from tests.contract.policy_engine import POLICIES, PolicyEngineContract
from tests.contract.policy_questions import COMMAND, changed

MIB: Final = 1024 * 1024
SLOW: Final = "input.now; count([a | some a in numbers.range(1, 9999); some b in [1, 2, 3, 4]]) > 1"
LARGE: Final[dict[str, object]] = {
    "a text": "x" * MIB,
    "control characters": "\x01" * (MIB // 2),
    "empty arrays": [[]] * (MIB // 3),
    "empty objects": [{}] * (MIB // 3),
    "numbers": [1] * (MIB // 2),
    "fractions": [0.5] * (MIB // 4),
    "many keys": {f"k{n}": 1 for n in range(MIB // 12)},
}


def failures(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    """Return what was logged, each line by its kind, as a metric filter sees it."""
    lines = [line for line in caplog.messages if line.startswith(f"{MARK} ")]
    assert {logging.ERROR} >= {record.levelno for record in caplog.records}
    facts = [json.loads(line.removeprefix(f"{MARK} ")) for line in lines]
    return [(each.pop("kind"), each) for each in facts]


def writing(question: object) -> float:
    """Return the seconds it takes to write a question as JSON, which the limit does not count."""
    began = time.thread_time()
    json.dumps(question)
    return time.thread_time() - began


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
        (
            "evaluation",
            {
                "package": "nexus.commands",
                "place": "commands/odd.rego:5:29",
                "error": "RuntimeError",
                "digest": engine.digest,
            },
        )
    ] == failures(caplog)


@pytest.mark.requirement("R9")
def test_a_question_beyond_the_limit_is_logged(caplog):
    """Its size is told, and nothing that was in it."""
    engine = RegoPolicyEngine(POLICIES)

    engine.decide(COMMANDS, changed(COMMANDS, {"command.data.note": "x" * MAX_QUESTION_BYTES}))

    ((kind, facts),) = failures(caplog)
    assert ("size", COMMANDS, engine.digest) == (kind, facts["package"], facts["digest"])
    assert MAX_QUESTION_BYTES < facts["bytes"]
    assert {"package", "bytes", "digest"} == set(facts)


@pytest.mark.requirement("R9")
@pytest.mark.parametrize("body", ["allow", 'deny contains "no"'])
def test_a_decision_that_took_too_long_is_a_denial(caplog, tmp_path, body):
    """After the fact: nothing can stop the engine. The rules' own reasons are kept."""
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "slow.rego").write_text(
        f"package nexus.commands.slow\n\nimport rego.v1\n\n{body} if {{\n\t{SLOW}\n}}\n"
    )
    patient = RegoPolicyEngine(tmp_path, limit_ms=60_000).decide(COMMANDS, COMMAND)
    hasty = RegoPolicyEngine(tmp_path, limit_ms=1)

    decision = hasty.decide(COMMANDS, COMMAND)

    late = Reason(COMMANDS, "The policies took longer than 1 ms to decide")
    assert not decision.allowed
    assert (*patient.reasons, late) == decision.reasons
    ((kind, facts),) = failures(caplog)
    assert ("slow", 1, hasty.digest) == (kind, facts["limit_ms"], facts["digest"])
    assert 1 < facts["ms"]


@pytest.mark.requirement("R9")
@pytest.mark.parametrize("value", LARGE.values(), ids=list(LARGE))
def test_a_body_of_1_mib_is_decided_in_time_or_denied(value):
    """Whatever fills it: it takes no longer than the limit, or the answer is no."""
    engine = RegoPolicyEngine(POLICIES)
    question = changed(COMMANDS, {"command.data.note": value})

    def decided() -> tuple[float, bool]:
        began = time.thread_time()
        allowed = engine.decide(COMMANDS, question).allowed
        return time.thread_time() - began - writing(question), allowed

    spent, allowed = min(decided() for _time in range(3))

    assert not allowed or spent <= 2 * DEFAULT_LIMIT_MS / 1000


@pytest.mark.requirement("R9")
@pytest.mark.parametrize(("pauses", "allowed"), [((300,), True), ((300, 300), False)])
def test_a_machine_that_stood_still_once_is_no_denial(monkeypatch, caplog, pauses, allowed):
    """What such a pause takes can count as the thread's time, so what was late is asked again."""
    engine = RegoPolicyEngine(POLICIES)
    ahead = iter([each for pause in (*pauses, 0) for each in (0, pause)])
    monkeypatch.setattr(time, "thread_time_ns", lambda: next(ahead) * 1_000_000)

    decision = engine.decide(COMMANDS, COMMAND)

    assert allowed == decision.allowed
    assert ([] if allowed else ["slow"]) == [kind for kind, _facts in failures(caplog)]


@pytest.mark.requirement("R9")
def test_the_digest_may_be_expected(tmp_path):
    """One that is expected decides; any other one does not start, and is named."""
    digest = RegoPolicyEngine(POLICIES).digest

    assert digest == RegoPolicyEngine(POLICIES, frozenset({digest, "0" * 64})).digest
    for expected in (frozenset({"0" * 64}), frozenset[str]()):
        with pytest.raises(Misconfigured, match=f"have the digest {digest}"):
            RegoPolicyEngine(POLICIES, expected)


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
