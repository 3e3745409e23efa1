"""``nexus describe``."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any

import typer

from chalicelib.cli.options import Json, examples
from chalicelib.cli.output import emit, say, table
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.naming import camel

if TYPE_CHECKING:
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.messages import Command
    from chalicelib.services.governance.schema_registry import RegisteredSchema, SchemaRegistry


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("nexus describe", "nexus describe --json | jq '.contexts[].name'"))(
        describe
    )


def describe(*, json: Json = False) -> None:
    """Tell what runs here.

    Contexts with their commands, events, read models and views; and the policies.
    """
    from chalicelib.adapters.avro.registry import FileSchemaRegistry
    from chalicelib.adapters.rego.bundle import read_bundle
    from chalicelib.cli.policies import rules_of
    from chalicelib.wiring.contexts import CONTEXTS
    from chalicelib.wiring.resources import resource

    registry = FileSchemaRegistry(resource("schemas/avro"))
    bundle = read_bundle(resource("policies/rego"))
    rules = rules_of(bundle)
    contexts = [_context(context, registry) for context in CONTEXTS]
    if json:
        emit({"contexts": contexts, "policies": {"digest": bundle.digest, "rules": rules}})
    else:
        for context in contexts:
            _tell(context)
        table("Policies", ("rule", "title", "severity"), (list(each.values()) for each in rules))


def _context(context: BoundedContext, registry: SchemaRegistry) -> dict[str, Any]:
    return {
        "name": context.name,
        "aggregates": [
            {
                "name": aggregate.name,
                "identity": camel(aggregate.identity),
                "commands": [_command(kind) for kind in aggregate.commands],
                "events": [
                    _event(registry.latest(message_type(context.name, kind)))
                    for kind in aggregate.events
                ],
            }
            for aggregate in context.aggregates
        ],
        "projections": [
            {
                "index": each.index,
                "sources": list(each.sources),
                "paths": sorted(each.paths),
                "document": each.document.__name__,
                "fields": _fields(each.document),
            }
            for each in context.projections
        ],
        "views": [
            {
                "route": view.route,
                "kind": type(view).__name__.lower(),
                "index": view.projection.index,
            }
            for view in context.views
        ],
        "sagas": [saga.name for saga in context.sagas],
    }


def _command(kind: type[Command]) -> dict[str, Any]:
    return {
        "name": kind.__name__,
        "route": f"/api/commands/{kind.__name__}",
        "description": inspect.getdoc(kind) or "",
        "fields": _fields(kind),
    }


def _event(schema: RegisteredSchema) -> dict[str, Any]:
    return {
        "type": schema.ref.type,
        "version": schema.ref.version,
        "path": schema.governance.propagation,
        "classification": schema.governance.classification,
        "description": schema.definition["doc"],
    }


def _fields(kind: type[Any]) -> list[str]:
    """Return the fields as JSON names them; those that may be left out end in a question mark."""
    return [
        camel(field.name) + ("" if field.default is MISSING else "?")
        for field in dataclasses.fields(kind)
    ]


def _tell(context: dict[str, Any]) -> None:
    say(f"Context {context['name']}\n")
    for aggregate in context["aggregates"]:
        rows = (
            [*list(each.values())[:3], ", ".join(each["fields"])] for each in aggregate["commands"]
        )
        table(f"Commands of {aggregate['name']}", ("command", "POST", "", "fields"), rows)
        columns = ("event", "version", "path", "classification", "")
        table(f"Events of {aggregate['name']}", columns, map(_values, aggregate["events"]))
    columns = ("index", "of", "paths", "document", "fields")
    rows = (
        [
            each["index"],
            ", ".join(each["sources"]),
            ", ".join(each["paths"]),
            each["document"],
            ", ".join(each["fields"]),
        ]
        for each in context["projections"]
    )
    table("Read models", columns, rows)
    table("Views", ("GET", "kind", "index"), map(_values, context["views"]))


def _values(row: dict[str, Any]) -> list[Any]:
    return list(row.values())
