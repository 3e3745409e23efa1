"""Verdicts on schema pairs, against those of the Apache library's own checker.

With more or fewer of them: ``SCHEMA_PAIRS=500 make test ARGS=tests/property/test_compatibility.py``
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import random
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.utils import generate_one

from chalicelib.adapters.avro.compatibility import AvroCompatibility
from chalicelib.services.governance.compatibility import Direction, Kind, Mode
from tests.property.avro_changes import pair
from tests.property.avro_schemas import named, places

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIRS = int(os.environ.get("SCHEMA_PAIRS", "10000"))

pytestmark = [
    pytest.mark.requirement("T3"),
    pytest.mark.filterwarnings("ignore::avro.errors.IgnoredLogicalType"),
]


def ours(reader: Any, writer: Any) -> set[Kind]:
    """What is found if the reader is the new version."""
    return {
        finding.kind for finding in AvroCompatibility().judge(Mode.BACKWARD, reader, {1: writer})
    }


def theirs(reader: Any, writer: Any) -> bool:
    """Whether the Apache library finds that the reader can read what the writer writes."""
    found = ReaderWriterCompatibilityChecker().get_compatibility(
        parsed(json.dumps(reader)), parsed(json.dumps(writer))
    )
    return found.compatibility is SchemaCompatibilityType.compatible


parsed = lru_cache(maxsize=4)(parse)


def agree(reader: Any, writer: Any) -> bool:
    return (not ours(reader, writer)) == theirs(reader, writer)


def without_logical(schema: Any) -> Any:
    match schema:
        case dict():
            return {
                key: without_logical(value)
                for key, value in schema.items()
                if key not in ("logicalType", "precision", "scale")
            }
        case list():
            return [without_logical(each) for each in schema]
        case _:
            return schema


def with_full_aliases(schema: Any) -> Any:
    schema = copy.deepcopy(schema)
    for type_ in named(schema, "record", "enum", "fixed"):
        space = type_["name"].partition(".")[0]
        aliases = type_.get("aliases", ())
        type_["aliases"] = [each if "." in each else f"{space}.{each}" for each in aliases]
    return schema


def has_namesakes(schema: Any) -> bool:
    """Whether a union has two types that differ in their namespaces only."""
    unions = [box[key] for box, key in places(schema) if isinstance(box[key], list)]
    names = [[short(each) for each in union] for union in unions]
    return any(len(set(each)) < len(each) for each in names)


def short(branch: Any) -> str:
    name = branch if isinstance(branch, str) else branch.get("name", branch["type"])
    return str(name).rpartition(".")[2]


def logical_types(reader: Any, writer: Any) -> bool:
    """Theirs knows no logical types; without them there has to be no disagreement."""
    bare = without_logical(reader), without_logical(writer)
    return Kind.LOGICAL in ours(reader, writer) and explained(*bare)


def aliases_without_namespace(reader: Any, writer: Any) -> bool:
    """By the specification such an alias is in the namespace of its type; theirs takes it as it is.

    Written out, there has to be no disagreement.
    """
    full = with_full_aliases(reader)
    return full != reader and not theirs(reader, writer) and explained(full, writer)


def ambiguous_aliases(reader: Any, writer: Any) -> bool:
    """Two fields for one, or one for two: theirs takes the first, and Java's library fails."""
    return ours(reader, writer) == {Kind.AMBIGUOUS}


def branches_of_one_name(reader: Any, writer: Any) -> bool:
    """Theirs tries all branches; a reader takes one by its name, and then has to read it."""
    return has_namesakes(reader) and theirs(reader, writer)


# With a pair for each, the reader first: chance alone meets some of them rarely.
EXCEPTIONS = {
    logical_types: (
        {"type": "long", "logicalType": "timestamp-micros"},
        {"type": "long", "logicalType": "timestamp-millis"},
    ),
    aliases_without_namespace: (
        {"type": "fixed", "name": "left.New", "size": 1, "aliases": ["Old"]},
        {"type": "fixed", "name": "left.Old", "size": 1},
    ),
    ambiguous_aliases: (
        {
            "type": "record",
            "name": "left.R",
            "fields": [
                {"name": "a", "type": "int"},
                {"name": "b", "type": "int", "aliases": ["a"]},
            ],
        },
        {"type": "record", "name": "left.R", "fields": [{"name": "a", "type": "int"}]},
    ),
    branches_of_one_name: (
        {
            "type": "array",
            "items": [
                {"type": "enum", "name": "left.E", "symbols": ["A", "B"]},
                {"type": "enum", "name": "right.E", "symbols": ["A"]},
            ],
        },
        {"type": "array", "items": {"type": "enum", "name": "right.E", "symbols": ["B"]}},
    ),
}


def explained(reader: Any, writer: Any) -> bool:
    """Whether both say the same, or one of the exceptions is why they don't."""
    return agree(reader, writer) or any(each(reader, writer) for each in EXCEPTIONS)


def pairs() -> Iterator[tuple[Any, Any, set[Kind], set[Kind]]]:
    """Different schemas, both valid; what is found if the first reads the second, and back."""
    for seed in itertools.count():
        one, other = pair(Random(seed))
        found = AvroCompatibility().judge(Mode.FULL, one, {1: other})
        if one != other and Kind.MALFORMED not in {each.kind for each in found}:
            sides = ({each.kind for each in found if each.direction is side} for side in Direction)
            yield one, other, *sides


@pytest.fixture(name="verdicts", scope="module")
def _verdicts():
    """Of all pairs, each in both roles: ours, theirs, and whether a disagreement is explained."""
    found: Counter[tuple[bool, bool]] = Counter()
    unexplained = []
    for one, other, *sides in itertools.islice(pairs(), PAIRS):
        for reader, writer, kinds in ((one, other, sides[0]), (other, one, sides[1])):
            verdict = (not kinds, theirs(reader, writer))
            found[verdict] += 1
            if not (verdict[0] == verdict[1] or explained(reader, writer)):
                unexplained.append((reader, writer))
    return found, unexplained


def test_verdicts_are_those_of_the_apache_library(verdicts):
    """On all pairs in both roles, but for the exceptions above."""
    _, unexplained = verdicts

    assert [] == unexplained[:3]


def test_both_verdicts_are_frequent(verdicts):
    """Each is a fifth of all at least, and disagreements are a twentieth at most."""
    found, _ = verdicts
    apart = found[True, False] + found[False, True]

    assert 2 * PAIRS == found.total()
    assert min(found[True, True], found[False, False]) >= found.total() / 5
    assert apart <= found.total() / 20


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda each: each.__name__)
def test_an_exception_is_one(exception):
    """They do disagree on its example, and no other exception would explain it."""
    reader, writer = EXCEPTIONS[exception]

    assert not agree(reader, writer)
    assert [exception] == [each for each in EXCEPTIONS if each(reader, writer)]


def test_directions_are_not_confused():
    """Forward is backward with the roles exchanged."""
    for one, other, backward, forward in itertools.islice(pairs(), 200):
        assert (ours(one, other), ours(other, one)) == (backward, forward)


def test_what_is_compatible_can_be_read():
    """What fastavro writes by one schema, it reads by the other, as `Binary` does.

    But for bytes that are no text and are read as one: the specification allows that all the same.
    """
    read = 0
    for seed, (one, other, *_) in enumerate(itertools.islice(pairs(), PAIRS // 5)):
        reader, writer = parse_schema(without_logical(one)), parse_schema(without_logical(other))
        if ours(one, other) or not (data := some_data(writer, seed)):
            continue
        try:
            schemaless_reader(BytesIO(data), writer, reader)
        except UnicodeDecodeError:
            continue
        read += 1

    assert read >= PAIRS // 50


def some_data(schema: Any, seed: int) -> bytes:
    """Return a value by chance, or nothing if there is no end to it."""
    random.seed(seed)  # fastavro draws from there
    buffer = BytesIO()
    with suppress(RecursionError):
        schemaless_writer(buffer, schema, generate_one(schema))
    return buffer.getvalue()
