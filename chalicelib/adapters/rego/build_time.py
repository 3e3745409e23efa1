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

    from chalicelib.adapters.rego.verdicts import Verdicts

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
        if not any(path.startswith(f"{kind}/") for path in bundle.rules):
            raise Misconfigured(f"there are no policies in {folder / kind}")
        with unusable(self._package):
            self._engine = started(bundle, [self._package])

    def judge(self, document: object) -> list[Denial]:
        """Return what is denied of a document (JSON), by rule.

        Raises Misconfigured if a rule can't decide.
        """
        with unusable(self._package):
            self._engine.set_input_json(json.dumps(document, allow_nan=False))
            told = self._engine.eval_rule_as_json(f"data.verdicts.{self._package}")
            verdicts: Verdicts = json.loads(told)
            return [
                Denial.of(rule, finding)
                for rule in sorted(verdicts)
                for denials in verdicts[rule]["deny"]
                for finding in _listed(rule, denials)
            ]


def _listed(rule: str, denials: object) -> list[object]:
    if isinstance(denials, list):
        return denials
    raise ValueError(f"the deny of {rule} is no set")
