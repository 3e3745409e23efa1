"""What schemas must comply with: their form, the rules about schemas, and the event classes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from jsonschema import Draft202012Validator

from chalicelib.adapters.avro.comparison import differences, outline_of
from chalicelib.adapters.avro.definitions import PLATFORM
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.rego.build_time import BuildTimeRules
from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.forms import outline, record_of
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.upcasting import UpcasterChain

if TYPE_CHECKING:
    from pathlib import Path

    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.messages import Event

Found: TypeAlias = Iterator[tuple[str, str]]

_UPCAST: Final = "a context has one for each step between two versions, and no other"


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """In which file and field (none: the whole of it), and what is wrong and what to do."""

    file: str
    field: str
    message: str

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.file}:", self.field, self.message)))


def check_files(folder: Path, policies: Path) -> list[SchemaFault]:
    """Check the form of each schema, and by ``check_rules``; raises as that does."""
    faults = [*_shape_faults(folder), *check_rules(folder, policies)]
    return sorted(faults, key=lambda fault: fault.file) or _registry_faults(folder)


def check_forms(folder: Path) -> list[SchemaFault]:
    """Check each schema of an event by governance.schema.json, and that all make a registry.

    That finds what no rule looks for: a property that is misspelt.
    """
    return _shape_faults(folder) or _registry_faults(folder)


def check_rules(folder: Path, policies: Path) -> list[SchemaFault]:
    """Check each schema that is JSON by the rules of ``policies``, in process.

    Raises Misconfigured for rules that can't decide.
    """
    rules = BuildTimeRules(policies, "schemas")
    return [
        SchemaFault(name, denial.field, denial.message)
        for name, file in _files(folder)
        for schema in _parsed(file)
        for denial in rules.judge(schema)
    ]


def check_contexts(folder: Path, contexts: Iterable[BoundedContext]) -> list[SchemaFault]:
    """Check that event classes and newest schemas are alike, and that old versions lead there.

    Raises Misconfigured for files that make no registry; ``check_files`` tells more of those.
    """
    contexts = tuple(contexts)
    return [*check_classes(folder, contexts), *check_upcasters(folder, contexts)]


def check_classes(folder: Path, contexts: Iterable[BoundedContext]) -> list[SchemaFault]:
    """Check that event classes and newest schemas are alike; raises as ``check_contexts``."""
    registry = FileSchemaRegistry(folder)
    classes = {
        message_type(context.name, event): event
        for context in contexts
        for aggregate in context.aggregates
        for event in aggregate.events
    }
    return [
        *(_unregistered(event) for event in sorted(classes.keys() - registry.types())),
        *(
            SchemaFault(_file(schema.ref.type, schema.ref.version), *found)
            for schema in map(registry.latest, registry.types())
            for found in _class_faults(schema.definition, classes.get(schema.ref.type))
        ),
    ]


def check_upcasters(folder: Path, contexts: Iterable[BoundedContext]) -> list[SchemaFault]:
    """Check that old versions lead to the newest; raises as ``check_contexts``."""
    registry = FileSchemaRegistry(folder)
    newest = {each: registry.latest(each).ref.version for each in registry.types()}
    upcasters = UpcasterChain(each for context in contexts for each in context.upcasters)
    return [
        SchemaFault(_file(event_type, newest.get(event_type, 1)), "", f"{message}: {_UPCAST}")
        for event_type, message in upcasters.faults(newest)
    ]


def _shape_faults(folder: Path) -> list[SchemaFault]:
    form = Draft202012Validator(json.loads((folder.parent / "governance.schema.json").read_bytes()))
    return [
        SchemaFault(name, *each) for name, file in _files(folder) for each in _shape(file, form)
    ]


def _shape(file: Path, form: Draft202012Validator) -> Found:
    try:
        schema = json.loads(file.read_bytes())
    except ValueError as error:
        yield "", f"is no JSON: {error}"
        return
    if file.parts[-3] != PLATFORM:
        yield from ((error.json_path, error.message) for error in form.iter_errors(schema))


def _registry_faults(folder: Path) -> list[SchemaFault]:
    try:
        FileSchemaRegistry(folder)
    except Misconfigured as error:
        return [SchemaFault(folder.name, "", str(error))]
    return []


def _files(folder: Path) -> list[tuple[str, Path]]:
    files = sorted(folder.glob("*/*/*.avsc"))
    return [(file.relative_to(folder).as_posix(), file) for file in files]


def _parsed(file: Path) -> Iterator[Any]:
    """Yield what is in the file, if it is JSON."""
    with suppress(ValueError):
        yield json.loads(file.read_bytes())


def _class_faults(schema: Mapping[str, Any], event: type[Event] | None) -> Found:
    if event is None:
        yield "", "has no event class: write one, and mount its context"
        return
    try:
        yield from differences(outline(record_of(event)), outline_of(schema))
    except Misconfigured as error:
        yield "", str(error)


def _unregistered(event_type: str) -> SchemaFault:
    return SchemaFault(_file(event_type, 1), "", "is missing: an event exists when its schema does")


def _file(event_type: str, version: int) -> str:
    return f"{event_type.replace('.', '/')}/v{version}.avsc"
