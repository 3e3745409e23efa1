"""The gate's checks of the policies themselves: format, sense, tests, and what waives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.pydantic.json import read_json
from chalicelib.adapters.rego.metadata import read_rules
from chalicelib.adapters.tools import opa
from chalicelib.kernel.errors import InvalidInput, Misconfigured
from chalicelib.services.governance.gate import Check, Failure
from chalicelib.services.governance.waivers import about, check_waivers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from chalicelib.adapters.tools.opa import Fault
    from chalicelib.services.governance.rules import Rule
    from chalicelib.wiring.gated_files import GatedFiles

GROUP: Final = "policies"
WAIVABLE: Final = ("schemas", "terraform")
"""The kinds of rules that decide when something is built."""
_FORMAT: Final = "opa fmt --write policies/rego"
_STRICT: Final = "say it as Rego has it: every import and variable used, every function known"
_TESTS: Final = "mend the rule; add a test beside it that asks for that line, or take the line out"
_WAIVER: Final = "renew it for a good reason, or take it out: policies/rego/gates/data.json"


def waivable_rules(policies: Path) -> dict[str, Rule]:
    """Return the rules that decide when something is built, by name."""
    return {
        name: rule
        for kind in WAIVABLE
        for name, rule in read_rules(policies / "rego" / kind).items()
    }


@dataclass(frozen=True, slots=True)
class PolicyChecks:
    """Over ``policies``, the folder that holds rego; ``files`` are what their rules judge."""

    policies: Path
    files: GatedFiles

    def all(self) -> tuple[Check, ...]:
        """Return the checks that take next to no time."""
        return (
            Check("policy-format", "policies look as opa fmt writes them", self._format, GROUP),
            Check("policy-check", "policies pass opa check --strict", self._strict, GROUP),
            Check("policy-tests", "their own tests pass, and reach every line", self._tests, GROUP),
        )

    def waivers(self) -> Check:
        """Return the check that needs what is judged, too."""
        proves = "each is whole, unexpired, approved, and lifts something"
        return Check("waivers", proves, self._waivers, GROUP)

    def _format(self) -> Iterator[Failure]:
        yield from self._failures(opa.unformatted, _FORMAT)

    def _strict(self) -> Iterator[Failure]:
        yield from self._failures(opa.invalid, _STRICT)

    def _tests(self) -> Iterator[Failure]:
        yield from self._failures(opa.untested, _TESTS)

    def _failures(self, ask: Callable[[Path], list[Fault]], fix: str) -> Iterator[Failure]:
        for each in ask(self.policies / "rego"):
            file = f"policies/rego/{each.file}"
            place = f"{file}:{each.line}" if each.line else file
            yield Failure(place, each.message, fix, file=file, line=each.line)

    def _waivers(self) -> Iterator[Failure]:
        """Judge each by itself; where all are whole, also whether they lift something."""
        waivers = self._recorded()
        today = datetime.now(UTC).date()
        wrong = list(check_waivers(waivers, waivable_rules(self.policies), today))
        for each in wrong:
            yield self._wrong(each.waiver, each.message)
        if waivers and not wrong:
            denied = self.files.denied_without_waivers({about(each)[0] for each in waivers})
            for rule, subject in sorted({about(each) for each in waivers} - denied):
                yield self._wrong(f"{rule} for {subject}", "lifts nothing: the rule would not deny")

    def _wrong(self, waiver: str, message: str) -> Failure:
        return Failure(waiver, message, _WAIVER, file="policies/rego/gates/data.json")

    def _recorded(self) -> Any:
        file = self.policies / "rego" / "gates" / "data.json"
        try:
            return read_json(file.read_bytes())["waivers"]
        except (OSError, InvalidInput, KeyError, TypeError) as error:
            raise Misconfigured(f"{file} has no waivers that can be read: {error}") from error
