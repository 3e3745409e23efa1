"""The rules about schemas, decided in process, for whoever writes or releases one on a laptop.

At the gate conftest asks the very same rules, over the files alone, without any code of ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.rego.bundle import read_bundle
from chalicelib.adapters.rego.thread_engines import started
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from pathlib import Path

    from chalicelib.adapters.rego.verdicts import Verdicts

SCHEMAS: Final = "nexus.schemas"
_FOLDERS: Final = ("schemas", "gates", "events", "lib")
"""The paths that a class of events may travel are data of ``events``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Which rule denies which schema, in which field (none: the whole of it), and its sentence."""

    rule: str
    subject: str
    field: str
    message: str

    @property
    def fault(self) -> str:
        """The sentence without the names of schema and field that it begins with."""
        return self.message.removeprefix(f"{self.subject} ").removeprefix(f"{self.field} ")


class SchemaRules:
    """Judges schemas by ``policies/rego/schemas``, in the thread that made it.

    ``folder`` holds all policies. Raises Misconfigured when it is missing or doesn't compile.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._engine = started(read_bundle(folder, _FOLDERS), [SCHEMAS])
        except RuntimeError as error:
            raise Misconfigured(_told(error)) from None

    def judge(self, schema: object) -> list[Finding]:
        """Return what is denied of one schema (JSON), by rule; raises Misconfigured."""
        self._engine.set_input_json(json.dumps(schema, allow_nan=False))
        try:
            told = self._engine.eval_rule_as_json(f"data.verdicts.{SCHEMAS}")
        except RuntimeError as error:
            raise Misconfigured(_told(error)) from None
        verdicts: Verdicts = json.loads(told)
        return [
            Finding(rule, found["subject"], found["field"], found["msg"])
            for rule in sorted(verdicts)
            for denials in verdicts[rule]["deny"]
            for found in _findings(rule, denials)
        ]


def _findings(rule: str, denials: object) -> list[dict[str, str]]:
    if isinstance(denials, list) and all(isinstance(found, dict) for found in denials):
        return denials
    raise Misconfigured(f"{rule} says something else than findings")


def _told(error: RuntimeError) -> str:
    message = str(error).partition("Stack backtrace:")[0].strip()
    return f"the rules about schemas can't decide: {message}"
