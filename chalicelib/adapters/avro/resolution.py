"""Whether data written by one Avro schema can be read by another: schema resolution, told.

The Apache library has the same rules, but knows no logical types, and its messages neither name
fields nor say what to do; it is the judge of this one in tests/property. fastavro resolves schemas
only while it reads data. Where the specification leaves a choice that readers make differently, as
with two aliases for one field, it is refused here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from chalicelib.adapters.avro.types import NAMED, Field, Type
from chalicelib.services.governance.compatibility import Direction, Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

_READ_AS: Final = {
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "string": ("bytes",),
    "bytes": ("string",),
}
"""What each type may be promoted to by who reads it."""
_ANOTHER: Final = "and say what is new in a field of another name, with a default"


def resolve(reader: Type, writer: Type, direction: Direction, version: int) -> list[Finding]:
    """Return what the reader can't read of the writer's; one of them is the older version.

    A record that occurs in more than one field is told of in the first.
    """
    resolution = _Resolution(direction, version)
    resolution.run(reader, writer)
    return resolution.findings


class _Pair(NamedTuple):
    reader: Type
    writer: Type
    place: str


class _Resolution:
    """Goes through both types with a list and no recursion, since types may lead to themselves."""

    def __init__(self, direction: Direction, version: int) -> None:
        self.findings: list[Finding] = []
        self._direction = direction
        self._version = version
        self._backward = direction is Direction.BACKWARD
        sides = ("the new version", f"version {version}")
        self._reader, self._writer = sides if self._backward else sides[::-1]
        self._pairs: list[_Pair] = []
        self._met: set[tuple[Type, Type]] = set()

    def run(self, reader: Type, writer: Type) -> None:
        self._pairs.append(_Pair(reader, writer, ""))
        for pair in self._pairs:  # which grows meanwhile
            self._judge(pair)

    def _judge(self, pair: _Pair) -> None:
        reader, writer, place = pair.reader, pair.writer, pair.place
        if writer.kind == "union":
            self._pairs += [_Pair(reader, branch, place) for branch in writer.parts]
        elif reader.kind == "union":
            branches = _branches_for(writer, reader.parts)
            self._pairs += [_Pair(branch, writer, place) for branch in branches]
            if not branches:
                self._no_branch(pair)
        elif reader.kind != writer.kind and reader.kind not in _READ_AS.get(writer.kind, ()):
            self._other_type(pair)
        elif reader.logical != writer.logical:
            self._other_meaning(pair)
        elif reader.kind in ("array", "map"):
            self._pairs.append(_Pair(reader.parts[0], writer.parts[0], place))
        elif reader.kind in NAMED:
            self._named(pair)

    def _named(self, pair: _Pair) -> None:
        reader, writer = pair.reader, pair.writer
        if not _same_name(reader, writer):
            self._other_name(pair)
        elif reader.kind == "enum":
            self._symbols(pair)
        elif reader.kind == "fixed":
            self._size(pair)
        elif (reader, writer) not in self._met:
            self._met.add((reader, writer))
            self._fields(pair)

    def _fields(self, pair: _Pair) -> None:
        theirs = {field.name: field for field in pair.writer.fields}
        taken: dict[str, str] = {}
        for field in pair.reader.fields:
            place = f"{pair.place}.{field.name}" if pair.place else field.name
            sources = [name for name in (field.name, *field.aliases) if name in theirs]
            rival = next((taken[name] for name in sources if name in taken), None)
            taken |= dict.fromkeys(sources, field.name)
            if rival or len(set(sources)) > 1:
                self._ambiguous(place, sources, rival)
            elif sources:
                self._pairs.append(_Pair(field.type, theirs[sources[0]].type, place))
            elif not field.has_default:
                self._no_default(field, place)

    def _symbols(self, pair: _Pair) -> None:
        unknown = [symbol for symbol in pair.writer.symbols if symbol not in pair.reader.symbols]
        if not unknown or pair.reader.default is not None:
            return
        reason = f"may be {' or '.join(unknown)} in {self._writer}, and {self._reader} "
        reason += "does not know that"
        first = "keep the symbol, or give the enum a default"
        then = "leave the symbol out, or first release a version whose enum has a default"
        self._found(Kind.SYMBOLS, pair.place, reason, first if self._backward else then)

    def _size(self, pair: _Pair) -> None:
        if pair.reader.size != pair.writer.size:
            reason = f"has {pair.writer.size} bytes in {self._writer} and {pair.reader.size} in "
            advice = f"keep the size, {_ANOTHER}"
            self._found(Kind.SIZE, pair.place, reason + self._reader, advice)

    def _no_default(self, field: Field, place: str) -> None:
        reason = f"is not in {self._writer}, and {self._reader} has no default for it"
        advice = "give it a default" if self._backward else f"keep the field ({field.type})"
        self._found(Kind.DEFAULT, place, reason, advice)

    def _ambiguous(self, place: str, sources: Sequence[str], rival: str | None) -> None:
        reason = f"is read from {' or '.join(sources)} of {self._writer} by its aliases"
        if rival:
            reason = f"is read from {sources[0]} of {self._writer}, and by an alias so is {rival}"
        self._found(Kind.AMBIGUOUS, place, reason, "take the alias away, or rename one field")

    def _no_branch(self, pair: _Pair) -> None:
        reason = f"may be {pair.writer} in {self._writer}, for which {self._reader} has no branch"
        reason += f" in {pair.reader}"
        backward = f"keep {pair.writer} in the union"
        forward = f"leave {pair.writer} out"
        self._found(Kind.BRANCH, pair.place, reason, backward if self._backward else forward)

    def _other_type(self, pair: _Pair) -> None:
        self._at_odds(Kind.TYPE, pair, f"{self._reader} can't read that as {pair.reader}")

    def _other_name(self, pair: _Pair) -> None:
        name = pair.reader.name
        self._at_odds(Kind.NAME, pair, f"{self._reader} takes only {pair.reader.kind} {name}")

    def _other_meaning(self, pair: _Pair) -> None:
        misread = f"{self._reader} would misread the same bytes as {pair.reader}"
        self._at_odds(Kind.LOGICAL, pair, misread)

    def _at_odds(self, kind: Kind, pair: _Pair, trouble: str) -> None:
        old = pair.writer if self._backward else pair.reader
        reason = f"may be {pair.writer} in {self._writer}, and {trouble}"
        self._found(kind, pair.place, reason, f"keep {old}, {_ANOTHER}")

    def _found(self, kind: Kind, place: str, reason: str, advice: str) -> None:
        self.findings.append(Finding(kind, place, reason, advice, self._direction, self._version))


def _branches_for(writer: Type, branches: Sequence[Type]) -> list[Type]:
    """Return those that some reader takes: the first that it may be, and the very same type.

    The specification and fastavro take the first, Java's library the same: so both have to do.
    """
    first = next((each for each in branches if _may_be(writer, each)), None)
    same = (each for each in branches if (each.kind, each.name) == (writer.kind, writer.name))
    return list(filter(None, dict.fromkeys((first, next(same, first)))))


def _may_be(writer: Type, reader: Type) -> bool:
    if reader.kind != writer.kind:
        return reader.kind in _READ_AS.get(writer.kind, ())
    return reader.kind not in NAMED or _same_name(reader, writer)


def _same_name(reader: Type, writer: Type) -> bool:
    """Names are compared without their namespaces, aliases with them, as the specification says."""
    return reader.short_name == writer.short_name or writer.name in reader.aliases
