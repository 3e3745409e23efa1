"""What a policy decision takes: by rules and threads, beside what no rule could be cheaper than."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.services.governance.policy_engine import COMMANDS
from chalicelib.wiring.resources import resource
from tests.contract.policy_questions import COMMAND, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.contract.policy_questions import Question

DECISIONS: Final = 2_000
"""Of each kind and number of threads, shared out among them."""
WARM_UP: Final = 20
THREADS: Final = (1, 2, 8)
MANY: Final = 20
INPUT_BYTES: Final = 1024
BARE: Final = "JSON written and read, no decision"
_EMPTY: Final = "package nexus.commands.empty\n\nimport rego.v1\n\nallow := true\n"


@dataclass(frozen=True, slots=True)
class Decided:
    """Microseconds of a decision: until it was there, and of processor time."""

    what: str
    threads: int
    p50: float
    p99: float
    cpu_p50: float
    cpu_p99: float


def measure() -> list[Decided]:
    """Return what each kind of decision takes, warm, each kind by each number of threads."""
    question = question_of(INPUT_BYTES)
    with bundles() as folders:
        calls: dict[str, Callable[[], object]] = {
            BARE: lambda: json.loads(json.dumps(question)),
            **{what: _decision(folder, question) for what, folder in folders.items()},
        }
        return [each for threads in THREADS for each in _decided(calls, threads)]


@contextmanager
def bundles() -> Iterator[dict[str, Path]]:
    """Give folders of policies, by what they are; they are gone afterwards."""
    policies = resource("policies/rego")
    rules = [each for each in (policies / "commands").glob("*.rego") if "_test" not in each.name]
    with TemporaryDirectory() as folder:
        empty, others, copies = (Path(folder) / name for name in ("empty", "others", "copies"))
        (empty / "commands").mkdir(parents=True)
        (empty / "commands" / "empty.rego").write_text(_EMPTY)
        shutil.copytree(policies, others)
        shutil.copytree(policies, copies)
        for number in range(MANY - len(rules)):
            _copy(policies / "commands/large_orders.rego", others, number, ("PlaceOrder", "Other"))
            _copy(rules[number % len(rules)], copies, number, ("", ""))
        yield {
            "one empty rule": empty,
            f"today's {len(rules)} rules": policies,
            f"{MANY} rules, {MANY - len(rules)} of them on other commands": others,
            f"{MANY} rules, today's and their copies": copies,
        }


def question_of(size: int) -> Question:
    """Return a question that is allowed, of so many bytes as JSON."""
    note = "x" * (size - len(json.dumps(changed(COMMANDS, {"command.data.note": ""}))))
    return changed(COMMANDS, {"command.data.note": note}) if note else COMMAND


def _copy(rule: Path, folder: Path, number: int, change: tuple[str, str]) -> None:
    name = f"{rule.stem}_{number}"
    text = rule.read_text().replace(
        f"package nexus.commands.{rule.stem}", f"package nexus.commands.{name}"
    )
    (folder / "commands" / f"{name}.rego").write_text(text.replace(*change))


def _decision(folder: Path, question: Question) -> Callable[[], object]:
    engine = RegoPolicyEngine(folder)

    def decide() -> None:
        if not engine.decide(COMMANDS, question).allowed:
            raise RuntimeError(f"the policies in {folder} deny what they should allow")

    return decide


def _decided(calls: Mapping[str, Callable[[], object]], threads: int) -> Iterator[Decided]:
    """Yield each kind; a thread takes the kinds in turns, so that all have the same conditions."""
    ready = Barrier(threads)

    def run(_thread: int) -> list[dict[str, tuple[int, int]]]:
        for call in calls.values():
            call()
        ready.wait()
        rounds = range(WARM_UP + DECISIONS // threads)
        return [{what: _taken(call) for what, call in calls.items()} for _ in rounds][WARM_UP:]

    with ThreadPoolExecutor(threads) as pool:
        rounds = [each for of_thread in pool.map(run, range(threads)) for each in of_thread]
    for what in calls:
        until, cpu = (
            quantiles((each / 1000 for each in column), n=100)
            for column in zip(*(each[what] for each in rounds), strict=True)
        )
        yield Decided(what, threads, until[49], until[98], cpu[49], cpu[98])


def _taken(call: Callable[[], object]) -> tuple[int, int]:
    """Return nanoseconds: on the clock, and of this thread's processor time."""
    began, cpu = time.perf_counter_ns(), time.thread_time_ns()
    call()
    spent = time.thread_time_ns() - cpu
    return time.perf_counter_ns() - began, spent
