"""The gate's checks over a checkout: its own of schemas, ledgers and replay, and all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.avro.definitions import PLATFORM
from chalicelib.adapters.avro.ledger import Ledger
from chalicelib.adapters.avro.lint import check_classes, check_forms, check_rules, check_upcasters
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.avro.versions import check_versions
from chalicelib.adapters.histories import Histories
from chalicelib.adapters.pydantic.json import read_json
from chalicelib.adapters.rego.ledger import PolicyLedger
from chalicelib.kernel.errors import Misconfigured, NexusError
from chalicelib.services.governance.gate import Check, Failure
from chalicelib.services.governance.replay import Replayer, differences
from chalicelib.wiring.bundle_replay import BundleReplay
from chalicelib.wiring.codecs import Codecs
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.gated_files import GatedFiles
from chalicelib.wiring.policy_checks import PolicyChecks
from chalicelib.wiring.resources import resource
from chalicelib.wiring.rule_checks import RuleChecks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from chalicelib.adapters.avro.lint import SchemaFault
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.services.governance.gate import Note
    from chalicelib.services.governance.replay import History

HISTORIES: Final = "tests/fixtures/histories"
_PUT_BACK: Final = "put back what was released (git restore), and add a new version beside it"
_SCHEMA: Final = "see CONTRIBUTING.md, To change a schema"
_NEXT: Final = "say it so that older readers and writers can go on, or begin a new event type"
_RELEASE: Final = "once it is what it should be for ever: nexus schemas release"
_RELEASE_POLICIES: Final = "once they decide what they should: nexus policies release"
_ACCEPT: Final = (
    'make the code do what it did; or, if that is meant: nexus replay accept --note "why"'
)
_RECORD: Final = "record a stream that has it: nexus replay record STREAM NAME --about ..."
_NEVER_EDIT: Final = "put it back (git restore): a history and what was noted of it stay"
_READABLE: Final = "whatever was stored has to be read for ever: mend the schema or the upcaster"


@dataclass(frozen=True)
class Gate:
    """What is judged: schemas, recorded histories, policies (folders), the mounted contexts."""

    schemas: Path
    histories: Path
    policies: Path
    contexts: tuple[BoundedContext, ...]
    infra: Path

    @classmethod
    def here(cls) -> Gate:
        """Return the gate of this checkout; raises Misconfigured if a folder is missing."""
        policies = resource("policies")
        schemas, histories = resource("schemas/avro"), resource(HISTORIES)
        return cls(schemas, histories, policies, CONTEXTS, resource("infra"))

    def checks(self) -> tuple[Check, ...]:
        """Return all checks: in the order in which failures are best mended, slow ones last."""
        files = GatedFiles(self.infra, self.schemas, self.policies / "rego")
        policies, rules = PolicyChecks(self.policies, files), RuleChecks(self.policies, files)
        proves = "what changed policies would have decided otherwise (told, never wrong)"
        return (
            *policies.all(),
            *self.kept(),
            Check("policy-replay", proves, self._decisions, "policies"),
            rules.of_schemas(),
            *rules.of_infrastructure(),
            policies.waivers(),
        )

    def kept(self) -> tuple[Check, ...]:
        """Return the checks that a change keeps what was: they need no program."""
        released = "what was released is as it was; the rest is released"
        bundles = "released bundles are as they were; this is one"
        covered = "each released version is in a recorded history"
        replayed = "of all histories the code makes what it made before"
        return (
            *self._form_checks(),
            Check("ledger", released, self._ledger, "schemas"),
            Check("policies", bundles, self._policies, "policies"),
            Check("histories", covered, self._coverage, "history"),
            Check("replay", replayed, self._replay, "history"),
        )

    def schema_checks(self) -> tuple[Check, ...]:
        """Return what a schema has to pass before its release; rules are asked in process."""
        denied = "no rule denies a schema (policies/rego/schemas)"
        return (*self._form_checks(), Check("schema-rules", denied, self._rules, "schemas"))

    def _form_checks(self) -> tuple[Check, ...]:
        """Return the checks of schemas besides the rules, which the gate asks through conftest."""
        whole = "governance is whole, and each has an event class that is like it"
        return (
            Check("schemas", whole, self._schemas, "schemas"),
            Check("versions", "each may follow those before it", self._versions, "schemas"),
            Check("upcasters", "every old version leads to the newest", self._upcasters, "schemas"),
        )

    def replayer(self) -> Replayer:
        """Return what replays histories through the contexts; raises Misconfigured."""
        codecs = self._codecs()
        return Replayer(codecs.commits, codecs.shapes, self.contexts)

    def _codecs(self) -> Codecs:
        return Codecs.of(self.contexts, FileSchemaRegistry(self.schemas), self.schemas)

    def _decisions(self) -> Iterator[Note]:
        replay = BundleReplay(self.policies, self.histories, self.contexts, self._codecs())
        yield from replay.notes()

    def _schemas(self) -> Iterator[Failure]:
        faults = check_forms(self.schemas) or check_classes(self.schemas, self.contexts)
        yield from _schema_failures(faults, _SCHEMA)

    def _rules(self) -> Iterator[Failure]:
        yield from _schema_failures(check_rules(self.schemas, self.policies / "rego"), _SCHEMA)

    def _versions(self) -> Iterator[Failure]:
        yield from _schema_failures(check_versions(self.schemas), _NEXT)

    def _upcasters(self) -> Iterator[Failure]:
        faults = check_upcasters(self.schemas, self.contexts)
        yield from _schema_failures(faults, "write an EventUpcaster, and name it in its context")

    def _ledger(self) -> Iterator[Failure]:
        ledger = Ledger.of(self.schemas)
        for each in ledger.edited():
            yield Failure(each.file, "was released, and has been edited since", _PUT_BACK)
        for each in ledger.removed():
            yield Failure(each.file, "was released, and is gone", _PUT_BACK)
        for each in ledger.unreleased():
            yield Failure(each.file, "is not released", _RELEASE)

    def _policies(self) -> Iterator[Failure]:
        ledger = PolicyLedger.of(self.policies)
        for each in ledger.edited():
            place = f"released/{each.sha256}"
            yield Failure(place, "was released, and has been edited since, or is gone", _PUT_BACK)
        for name in ledger.strays():
            yield Failure(f"released/{name}", "is kept, and has no entry any more", _PUT_BACK)
        if not ledger.is_released():
            message = f"the bundle {ledger.present[:12]} is not released"
            yield Failure("rego", message, _RELEASE_POLICIES)

    def _coverage(self) -> Iterator[Failure]:
        histories, replayer = Histories(self.histories), self.replayer()
        seen = {
            version
            for name in histories.names()
            for version in replayer.versions(histories.get(name))
        }
        for each in Ledger.of(self.schemas).released:
            if each.type.partition(".")[0] != PLATFORM and (each.type, each.version) not in seen:
                yield Failure(str(each), "is in no recorded history", _RECORD)

    def _replay(self) -> Iterator[Failure]:
        histories, replayer = Histories(self.histories), self.replayer()
        for name in sorted(histories.expected() - set(histories.names())):
            yield Failure(name, "was recorded, and is gone", _NEVER_EDIT)
        for name in histories.names():
            yield from _replayed(histories, replayer, histories.get(name))


def golden_of(replayer: Replayer, history: History) -> bytes:
    """Return what the code of today makes of a history; raises Misconfigured, which says why not.

    A changed domain can fail in any way.
    """
    try:
        return replayer.golden(history)
    except Exception as error:
        reason = error if isinstance(error, NexusError) else f"{type(error).__name__}: {error}"
        raise Misconfigured(f"{history.name} can't be replayed: {reason}") from error


def _replayed(histories: Histories, replayer: Replayer, history: History) -> Iterator[Failure]:
    try:
        golden = golden_of(replayer, history)
    except Misconfigured as error:
        yield Failure(history.name, str(error), _READABLE)
        return
    was, now = histories.golden(history.name), read_json(golden)
    if was is None and history.name in histories.expected():
        yield Failure(history.name, "its golden file is gone", _NEVER_EDIT)
    elif was is None:
        yield Failure(history.name, "has no golden file yet", _ACCEPT)
    elif found := tuple(differences(was, now)):
        message = f"{len(found)} values are not what they were; {history.about}"
        yield Failure(history.name, message, _ACCEPT, found)
        yield from _trusted(history.name, was, now)
    elif not histories.is_noted(history.name):
        yield Failure(history.name, "its golden file is not what the last note says", _NEVER_EDIT)


def _trusted(name: str, was: Any, now: Any) -> Iterator[Failure]:
    """Yield what would be served as it was made before, though it is made otherwise now."""
    before, after = was["aggregate"], now["aggregate"]
    if before["state"] != after["state"] and before["reducer"] == after["reducer"]:
        message = f"its state is another, and snapshots of reducer {after['reducer']} are trusted"
        yield Failure(name, message, "raise the aggregate's reducer: old snapshots are dropped")
    for model, after in now["readModels"].items():
        before = was["readModels"].get(model, after)
        if before["document"] != after["document"] and before["index"] == after["index"]:
            message = f"{after['index']} has another document, and keeps the old ones"
            yield Failure(name, message, "raise the projection's version: a new index is filled")


def _schema_failures(faults: Iterable[SchemaFault], fix: str) -> Iterator[Failure]:
    for each in faults:
        yield Failure(f"{each.file} {each.field}".strip(), each.message, fix)
