"""The PolicyEngine over Rego: fails closed, decides in process."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chalicelib.adapters.rego.bundle import Bundle, read_bundle
from chalicelib.adapters.rego.failures import EVALUATION, SIZE, SLOW, report, unusable
from chalicelib.adapters.rego.thread_engines import engine_for, forget
from chalicelib.adapters.rego.verdicts import PACKAGES, Verdicts, reasons_against
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.policy_engine import DEFAULT_LIMIT_MS, Decision, Reason

MAX_QUESTION_BYTES: Final = 4 * 1024 * 1024
"""A body of 1 MiB can grow by escapes, to no more than this."""

_PLACE: Final = re.compile(r"\s*--> ([\w./]+:\d+:\d+)\n")


class RegoPolicyEngine:
    """A question is allowed if at least one rule allows it and none denies it.

    ``folder`` holds the bundle; ``expected`` are the digests (hex) it may have, any if None;
    ``limit_ms`` is of the thread's processor time: what takes longer, twice, is denied, after the
    fact, as nothing can stop regorus. Raises Misconfigured when the bundle is missing, doesn't
    compile or isn't an expected one: then nothing decides.
    """

    def __init__(
        self,
        folder: Path,
        expected: frozenset[str] | None = None,
        limit_ms: int = DEFAULT_LIMIT_MS,
    ) -> None:
        self._limit_ms = limit_ms
        self._bundle = read_bundle(folder)
        _expect(self._bundle, expected)
        self._check()

    @property
    def digest(self) -> str:
        """SHA-256 of the bundle, in hex."""
        return self._bundle.digest

    def decide(self, package: str, question: Mapping[str, object]) -> Decision:
        """Decide by all rules of ``nexus.commands`` or ``nexus.events``; an error is a denial."""
        try:
            reasons = self._reasons(package, question)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
            reasons = (Reason(package, "The policies could not decide, so the answer is no"),)
            self._report(package, error)
        return Decision(allowed=not reasons, reasons=reasons, digest=self.digest)

    def _reasons(self, package: str, question: Mapping[str, object]) -> tuple[Reason, ...]:
        if package not in PACKAGES:
            return (Reason(package, "There are no policies of this name"),)
        text = json.dumps(question, allow_nan=False, default=_as_json)
        if len(text) > MAX_QUESTION_BYTES:
            report(SIZE, package=package, bytes=len(text), digest=self.digest)
            return (Reason(package, f"The question is larger than {MAX_QUESTION_BYTES} bytes"),)
        engine_for(self._bundle)  # starting one is no part of the decision
        reasons, taken = self._timed(package, text)
        if taken > self._limit_ms:  # a virtual machine that stood still counts as the thread's time
            reasons, taken = self._timed(package, text)
        return reasons + self._lateness(package, taken)

    def _timed(self, package: str, question: str) -> tuple[tuple[Reason, ...], int]:
        """Return the reasons against a question, and the milliseconds that it took."""
        began = time.thread_time_ns()
        reasons = reasons_against(package, self._verdicts(package, question))
        return reasons, (time.thread_time_ns() - began) // 1_000_000

    def _verdicts(self, package: str, question: str) -> Verdicts:
        engine = engine_for(self._bundle)
        engine.set_input_json(question)
        verdicts: Verdicts = json.loads(engine.eval_rule_as_json(f"data.verdicts.{package}"))
        return verdicts

    def _lateness(self, package: str, taken: int) -> tuple[Reason, ...]:
        if taken <= self._limit_ms:
            return ()
        report(SLOW, package=package, ms=taken, limit_ms=self._limit_ms, digest=self.digest)
        return (Reason(package, f"The policies took longer than {self._limit_ms} ms to decide"),)

    def _check(self) -> None:
        """Decide once: regorus finds unknown functions and unsafe variables only then."""
        for package in PACKAGES:
            with unusable(package):
                reasons_against(package, self._verdicts(package, "{}"))

    def _report(self, package: str, error: BaseException) -> None:
        """Tell kind and place only: messages of regorus and tracebacks quote the input."""
        place = _PLACE.match(str(error))
        where = place[1] if place else "an unknown place"
        name = type(error).__name__
        report(EVALUATION, package=package, place=where, error=name, digest=self.digest)
        if not isinstance(error, Exception):
            forget(self._bundle)


def _expect(bundle: Bundle, expected: frozenset[str] | None) -> None:
    if expected is not None and bundle.digest not in expected:
        names = ", ".join(sorted(expected)) or "none at all"
        raise Misconfigured(
            f"the policies have the digest {bundle.digest}, expected is {names}: put back the "
            "bundle that was released, or release this one and expect its digest"
        )


def _as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a question can't hold a {type(value).__name__}")
