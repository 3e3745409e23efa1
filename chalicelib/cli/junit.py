"""The gate's outcome as JUnit's XML, which CI systems show."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from chalicelib.cli.gate import compared
from chalicelib.cli.output import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.services.governance.gate import Failure, Outcome


def junit_xml(outcomes: Sequence[Outcome]) -> bytes:
    """Return a suite with a case for each check; every failure is one of its case."""
    failed = sum(bool(each.failures) for each in outcomes)
    figures = {"tests": str(len(outcomes)), "failures": str(failed), "errors": "0"}
    suite = Element("testsuite", {"name": "nexus gate", **figures})
    for outcome in outcomes:
        case = SubElement(suite, "testcase", classname="gate", name=outcome.check.name)
        for failure in outcome.failures:
            message = shown(f"{failure.place}: {failure.message}")
            SubElement(case, "failure", message=message, type=outcome.check.name).text = _text(
                failure
            )
    indent(suite)
    return bytes(tostring(suite, encoding="utf-8", xml_declaration=True))


def _text(failure: Failure) -> str:
    lines = (
        f"{each.path}: was {was}, is {now}"
        for each in failure.differences
        for was, now in [compared(each)]
    )
    return shown("\n".join((*lines, f"To do: {failure.fix}")))
