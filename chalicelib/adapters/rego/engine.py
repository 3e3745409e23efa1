"""The PolicyEngine over Rego: fails closed, decides in process."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chalicelib.adapters.rego.bundle import read_bundle
from chalicelib.adapters.rego.thread_engines import engine_for, forget
from chalicelib.adapters.rego.verdicts import PACKAGES, Verdicts, reasons_against
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.policy_engine import Decision, Reason

MAX_QUESTION_BYTES: Final = 4 * 1024 * 1024
"""A body of 1 MiB can grow by escapes, to no more than this."""

_PLACE: Final = re.compile(r"\s*--> ([\w./]+:\d+:\d+)\n")
_log = logging.getLogger(__name__)


class RegoPolicyEngine:
    """A question is allowed if at least one rule allows it and none denies it.

    ``folder`` holds the bundle. Raises Misconfigured when it is missing or doesn't compile.
    """

    def __init__(self, folder: Path) -> None:
        self._bundle = read_bundle(folder)
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
            return (Reason(package, f"The question is larger than {MAX_QUESTION_BYTES} bytes"),)
        return reasons_against(package, self._verdicts(package, text))

    def _verdicts(self, package: str, question: str) -> Verdicts:
        engine = engine_for(self._bundle)
        engine.set_input_json(question)
        verdicts: Verdicts = json.loads(engine.eval_rule_as_json(f"data.verdicts.{package}"))
        return verdicts

    def _check(self) -> None:
        """Decide once: regorus finds unknown functions and unsafe variables only then."""
        try:
            for package in PACKAGES:
                reasons_against(package, self._verdicts(package, "{}"))
        except (Misconfigured, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            message = str(error).partition("Stack backtrace:")[0].strip()
            raise Misconfigured(f"the policies don't compile: {message}") from None

    def _report(self, package: str, error: BaseException) -> None:
        """Log kind and place only: messages of regorus and tracebacks quote the input."""
        place = _PLACE.match(str(error))
        where = place[1] if place else "an unknown place"
        _log.error("deciding %s failed at %s: %s", package, where, type(error).__name__)
        if not isinstance(error, Exception):
            forget(self._bundle)


def _as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a question can't hold a {type(value).__name__}")
