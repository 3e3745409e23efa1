"""Build-time rules in process, for whoever has no conftest: the same Rego, the same denials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.rego.bundle import read_bundle
from chalicelib.adapters.rego.failures import unusable
from chalicelib.adapters.rego.thread_engines import started
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.rules import Denial

if TYPE_CHECKING:
    from pathlib import Path

SHARED: Final = ("gates", "events", "lib")
"""What rules of all kinds may ask, and the waivers; the data of ``events`` names the paths that a
class of events may travel."""


class BuildTimeRules:
    """Judges documents by the rules of one kind, as ``terraform``, in the thread that made it.

    ``folder`` holds the policies of all kinds. Raises Misconfigured where there are none of this
    one, or they don't compile.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self._package = f"nexus.{kind}"
        bundle = read_bundle(folder, (kind, *SHARED))
        names = (path.removesuffix(".rego") for path in sorted(bundle.rules))
        self._rules = [f"nexus.{name.replace('/', '.')}" for name in names if _is_of(kind, name)]
        if not self._rules:
            raise Misconfigured(f"there are no policies in {folder / kind}")
        with unusable(self._package):
            self._engine = started(bundle, ())

    def judge(self, document: object) -> list[Denial]:
        """Return what is denied of a document (JSON), by rule.

        Raises Misconfigured if a rule can't decide.
        """
        with unusable(self._package):
            self._engine.set_input_json(json.dumps(document, allow_nan=False))
            return [
                Denial.of(rule, finding) for rule in self._rules for finding in self._findings(rule)
            ]

    def _findings(self, rule: str) -> list[object]:
        """Ask one rule: of several at once, regorus may take a value for undefined."""
        found: object = json.loads(self._engine.eval_rule_as_json(f"data.{rule}.deny"))
        if isinstance(found, list):
            return found
        raise ValueError(f"the deny of {rule} is no set")


def _is_of(kind: str, name: str) -> bool:
    return name.startswith(f"{kind}/")
