"""The gate's outcome as JUnit's XML, which CI systems show."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from chalicelib.cli.gate_report import compared
from chalicelib.cli.output import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.services.governance.gate import Failure, Note, Outcome


def junit_xml(outcomes: Sequence[Outcome]) -> bytes:
    """Return a suite with a case for each check; every failure is one of its case."""
    failed = sum(bool(each.failures) for each in outcomes)
    skipped = sum(_is_skipped(each) for each in outcomes)
    figures = {"tests": len(outcomes), "failures": failed, "errors": 0, "skipped": skipped}
    numbers = {name: str(number) for name, number in figures.items()}
    suite = Element("testsuite", {"name": "nexus gate", **numbers})
    for outcome in outcomes:
        _add_case(suite, outcome)
    indent(suite)
    return bytes(tostring(suite, encoding="utf-8", xml_declaration=True))


def _add_case(suite: Element, outcome: Outcome) -> None:
    name, took = outcome.check.name, f"{outcome.seconds:.3f}"
    case = SubElement(suite, "testcase", classname="gate", name=name, time=took)
    for failure in outcome.failures:
        message = shown(f"{failure.place}: {failure.message}")
        kind = failure.rule.name if failure.rule else name
        SubElement(case, "failure", message=message, type=kind).text = _failed(failure)
    if _is_skipped(outcome):
        SubElement(case, "skipped", message=shown(outcome.missing))
    if outcome.notes:
        SubElement(case, "system-out").text = "\n".join(map(_text, outcome.notes))


def _is_skipped(outcome: Outcome) -> bool:
    return bool(outcome.missing and not outcome.failures)


def _failed(failure: Failure) -> str:
    place = f"{failure.file}:{failure.line}" if failure.line else failure.file
    known = [f"In: {place}"] if place else []
    about = [f"Severity: {failure.severity}", *known, f"To do: {failure.fix}"]
    return shown("\n".join((*_lines(failure), *about)))


def _text(note: Note) -> str:
    return shown("\n".join((f"{note.place}: {note.message}", *_lines(note))))


def _lines(found: Failure | Note) -> Iterator[str]:
    for each in found.differences:
        was, now = compared(each)
        yield f"{each.path}: was {was}, is {now}"
