"""Pairs of Avro schemas by chance: one, and what became of it by a few changes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from tests.property.avro_schemas import (
    FIELDS,
    LOGICAL,
    PRIMITIVES,
    SPACES,
    SYMBOLS,
    Schemas,
    named,
    places,
    toggle_default,
)

if TYPE_CHECKING:
    from random import Random


def pair(chance: Random) -> tuple[Any, Any]:
    """Return two schemas: most often one and its descendant, in either order."""
    schemas = Schemas(chance)
    one = schemas.record(3)
    other = descendant(schemas, one, chance) if chance.random() < 0.9 else Schemas(chance).record(3)
    return (one, other) if chance.random() < 0.5 else (other, one)


def descendant(schemas: Schemas, schema: Any, chance: Random) -> Any:
    """Return the schema after some changes, which may leave it as it was, or malformed."""
    changed = copy.deepcopy(schema)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        chance.choice(CHANGES)(schemas, changed, chance)
    mend(changed)
    return changed


def mend(schema: Any) -> None:
    """Give each field that has a default one that is of its type now."""
    for record in named(schema, "record"):
        record["fields"][:] = [
            toggle_default(toggle_default(field)) if "default" in field else field
            for field in record["fields"]
        ]


def replace_type(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Put another type in the place of one."""
    if spots := list(places(schema)):
        box, key = chance.choice(spots)
        box[key] = schemas.type(0 if isinstance(box, list) else 1)


def replace_primitive(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Put another primitive or logical type in the place of one."""
    if spots := [(box, key) for box, key in places(schema) if box[key] in (*PRIMITIVES, *LOGICAL)]:
        box, key = chance.choice(spots)
        box[key] = copy.copy(chance.choice((*PRIMITIVES, *PRIMITIVES, *LOGICAL)))


def widen_or_narrow(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Make a union of a type, add a branch to one, or take one away."""
    if not (spots := list(places(schema))):
        return
    box, key = chance.choice(spots)
    if isinstance(box, list):
        box[key] = schemas.type(0)
    elif not isinstance(box[key], list):
        box[key] = [box[key], "null"] if chance.random() < 0.5 else ["null", box[key]]
    elif len(box[key]) > 1 and chance.random() < 0.5:
        box[key].pop(chance.randrange(len(box[key])))
    else:
        box[key].append(schemas.type(0))


def add_field(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Add a field to a record."""
    record = chance.choice(named(schema, "record"))
    if free := sorted(set(FIELDS) - {field["name"] for field in record["fields"]}):
        field = schemas.field(chance.choice(free), 1)
        record["fields"].insert(chance.randint(0, len(record["fields"])), field)


def drop_field(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Take a field away from a record."""
    fields = chance.choice(named(schema, "record"))["fields"]
    if fields:
        fields.pop(chance.randrange(len(fields)))


def rename_field(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Rename a field, most often with its old name as an alias."""
    fields = chance.choice(named(schema, "record"))["fields"]
    free = sorted(set(FIELDS) - {field["name"] for field in fields})
    if fields and free:
        field = chance.choice(fields)
        if chance.random() < 0.8:
            field["aliases"] = [*field.get("aliases", ()), field["name"]]
        field["name"] = chance.choice(free)


def change_default(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Give a field a default, or take it away."""
    fields = chance.choice(named(schema, "record"))["fields"]
    if fields:
        index = chance.randrange(len(fields))
        fields[index] = toggle_default(fields[index])


def change_symbols(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Give an enum other symbols, with or without a default."""
    if enums := named(schema, "enum"):
        enum = chance.choice(enums)
        enum["symbols"] = chance.sample(SYMBOLS, chance.randint(1, 4))
        enum.pop("default", None)
        if chance.random() < 0.3:
            enum["default"] = enum["symbols"][0]


def change_size(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Give a fixed another size."""
    if fixed := named(schema, "fixed"):
        chance.choice(fixed)["size"] = chance.randint(1, 3)


def rename_type(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Rename a type wherever it is named: within its namespace or beyond, with an alias or not."""
    type_ = chance.choice(named(schema, "record", "enum", "fixed"))
    before = type_["name"]
    space, _, stem = before.partition(".")
    moved = f"{SPACES[SPACES[0] == space]}.{stem}"
    after = chance.choice((schemas.new_name("Other"), moved))
    if chance.random() < 0.5:
        type_["aliases"] = [chance.choice((before, stem))]
    type_["name"] = after
    for box, key in places(schema):
        if box[key] == before:
            box[key] = after


CHANGES: Final = (
    replace_type,
    replace_primitive,
    widen_or_narrow,
    add_field,
    drop_field,
    rename_field,
    change_default,
    change_symbols,
    change_size,
    rename_type,
)
