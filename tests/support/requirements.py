"""What was asked for, what does it, and which tests show it: docs/requirements.md.

``python -m tests.support.requirements`` writes it, from docs/requirements.toml and the marks of the
tests.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.support.marks import FoundTest, find_tests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = Path("docs/requirements.toml")
PAGE: Final = Path("docs/requirements.md")
IDS: Final = [f"T{n}" for n in range(1, 19)] + [f"R{n}" for n in range(1, 13)]
"""The eighteen tasks and the twelve requirements."""
STATES: Final = ("done", "planned")


@dataclass(frozen=True)
class Item:
    """One thing that can be checked; ``tests`` are places in tests, ``commands`` lines to type."""

    id: str
    text: str
    state: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    commands: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether it works today."""
        return self.state == "done"


@dataclass(frozen=True)
class Entry:
    """A task or a requirement; the marks of those it goes ``with`` count for it too."""

    id: str
    title: str
    text: str
    goes_with: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def marks(self) -> set[str]:
        """The marks that a test which shows part of it may have."""
        return {self.id, *self.goes_with}

    def done(self) -> int:
        """Return how many of its items are done."""
        return sum(item.is_done for item in self.items)


def read(text: str) -> list[Entry]:
    """Read the source; raises KeyError or TypeError for what is no entry."""
    return [_entry(said) for said in tomllib.loads(text)["entry"]]


def _entry(said: dict[str, Any]) -> Entry:
    items = said["item"]
    return Entry(
        id=said["id"],
        title=said["title"],
        text=said["text"],
        goes_with=tuple(said.get("with", ())),
        items=tuple(_item(f"{said['id']}.{n}", **item) for n, item in enumerate(items, start=1)),
    )


def _item(
    number: str,
    *,
    text: str,
    state: str,
    code: Sequence[str] = (),
    tests: Sequence[str] = (),
    commands: Sequence[str] = (),
) -> Item:
    return Item(number, text, state, tuple(code), tuple(tests), tuple(commands))


def faults(entries: Sequence[Entry], tests: Sequence[FoundTest], root: Path) -> list[str]:
    """Return what is wrong with the source or the marks, a sentence each."""
    found = [] if [entry.id for entry in entries] == IDS else [f"entries have to be: {IDS}"]
    found += [
        f"{test.id}: no such requirement: {mark}"
        for test in tests
        for mark in sorted(test.marks.difference(IDS))
    ]
    for entry in entries:
        found += [f"{entry.id}: no such entry: {name}" for name in entry.marks.difference(IDS)]
        for item in entry.items:
            found += [f"{item.id}: {fault}" for fault in _faults_of(item, entry, tests, root)]
    return found


def _faults_of(item: Item, entry: Entry, tests: Sequence[FoundTest], root: Path) -> Iterator[str]:
    if item.state not in STATES:
        yield f"its state {item.state!r} is none of {', '.join(STATES)}"
    if item.is_done and not (item.code and item.tests):
        yield "done, but without code and a test"
    if not item.is_done and (item.code or item.tests or item.commands):
        yield "planned, so what is there already belongs to an item of its own"
    yield from (f"there is no {path}" for path in item.code if not (root / path).exists())
    yield from _faults_of_tests(item, entry, tests)
    yield from _faults_of_commands(item, (root / "Makefile").read_text())


def _faults_of_tests(item: Item, entry: Entry, tests: Sequence[FoundTest]) -> Iterator[str]:
    for place in item.tests:
        shown = [test for test in tests if test.within(place)]
        if not shown:
            yield f"there is no test {place}"
        for test in shown:
            if not entry.marks & test.marks:
                yield f"{test.id} has none of the marks {', '.join(sorted(entry.marks))}"


def _faults_of_commands(item: Item, makefile: str) -> Iterator[str]:
    for command in item.commands:
        target = re.match(r"make ([a-z-]+)", command)
        if target and f"\n{target[1]}:" not in makefile:
            yield f"there is no make {target[1]}"
        if not (target or command.startswith("curl ")):
            yield f"neither make nor curl: {command}"


def render(entries: Sequence[Entry], tests: Sequence[FoundTest]) -> str:
    """Return the page."""
    return "\n".join([*_preface(entries), *_body(entries, tests), ""])


def _preface(entries: Sequence[Entry]) -> Iterator[str]:
    done, all_items = sum(entry.done() for entry in entries), sum(len(e.items) for e in entries)
    yield "# Requirements"
    yield ""
    yield "<!-- Written by `make docs` from requirements.toml and the tests' marks: edit those. -->"
    yield ""
    yield "What Nexus has to do: eighteen tasks and twelve requirements, each in parts that can be"
    yield "checked. A part is **done** when code does it and a marked test shows it, as"
    yield f"`make check` proves; else it is *planned*. Today {done} of {all_items} parts are done."
    yield ""
    yield "The commands with `curl` want a running system (`make run`)."
    yield ""
    yield "| | | done |"
    yield "|---|---|---|"
    for entry in entries:
        anchor = _anchor(f"{entry.id} {entry.title}")
        yield f"| [{entry.id}](#{anchor}) | {entry.title} | {entry.done()} of {len(entry.items)} |"


def _body(entries: Sequence[Entry], tests: Sequence[FoundTest]) -> Iterator[str]:
    for entry in entries:
        yield ""
        yield f"## {entry.id} {entry.title}"
        yield ""
        yield entry.text
        yield ""
        for item in entry.items:
            yield from _lines(item, tests)
        files = sorted({test.file for test in tests if entry.id in test.marks})
        if files:
            yield ""
            yield f"Tests marked {entry.id}: {_links(files)}"


def _lines(item: Item, tests: Sequence[FoundTest]) -> Iterator[str]:
    yield f"- {item.id} {'**done**' if item.is_done else '*planned*'}: {item.text}"
    if item.is_done:
        yield f"  - code: {_links(item.code)}"
        yield f"  - tests: {_links(item.tests)}"
        for command in (*item.commands, _test_command(item, tests)):
            yield f"  - try: `{command}`"


def _test_command(item: Item, tests: Sequence[FoundTest]) -> str:
    named = {
        argument
        for place in item.tests
        for test in tests
        if test.within(place)
        for argument in test.commands(place)
    }
    return f'make test ARGS="{" ".join(sorted(named))}"'


def _links(places: Sequence[str]) -> str:
    return ", ".join(f"[`{place}`](../{place.partition('::')[0]})" for place in places)


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def main() -> int:
    """Write the page; return 1, without writing, if the source or a mark is wrong."""
    entries, tests = read((ROOT / SOURCE).read_text()), find_tests(ROOT)
    if wrong := faults(entries, tests, ROOT):
        sys.stderr.write("\n".join([*wrong, ""]))
        return 1
    (ROOT / PAGE).write_text(render(entries, tests))
    return 0


if __name__ == "__main__":
    sys.exit(main())
