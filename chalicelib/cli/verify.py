"""``nexus verify``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Exit, Json, examples
from chalicelib.cli.output import emit, say
from chalicelib.cli.progress import progress
from chalicelib.cli.streams import stream_id
from chalicelib.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from chalicelib.services.verification import Report, Verifier
    from chalicelib.wiring.embedded import Reading


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "nexus verify",
            "nexus verify default/Order/test-1",
            "nexus verify --json | jq .findings",
        )
    )(verify)


def verify(
    stream: Annotated[
        str | None, typer.Argument(help="As default/Order/test-1; all streams if left out.")
    ] = None,
    *,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Prove that what is stored is what was written.

    And that all of it was governed. Every commit is read, none believed: hashes are computed from
    the bytes and chained, versions have no gap, headers and events decode by registered schemas
    whose digests match, times never run backwards, path marks and command ids agree with the past,
    digests of policies and code are there, and the policies are the present or released ones. One
    flipped bit anywhere is found and named as stream@version (exit code 1).

    It changes nothing and may be typed while the system runs.
    """
    from chalicelib.adapters.rego.ledger import PolicyLedger
    from chalicelib.services.verification import Verifier
    from chalicelib.wiring.container import code_digest
    from chalicelib.wiring.embedded import Reading
    from chalicelib.wiring.resources import resource

    with Reading.open(data) as reading:
        started = time.monotonic()
        ledger = PolicyLedger.of(resource("policies"))
        known = {*ledger.digests, reading.ports.policies.digest}
        verifier = Verifier(reading.system.codec, reading.ports.registry, known)
        if stream is None:
            _all(reading, verifier, quiet=json)
        else:
            _one(reading, verifier, stream)
        report = verifier.report
        seconds = time.monotonic() - started
        policies = _deciders(reading.ports.policies.digest, report.by_policies)
        policies["released"] = {each.sha256: each.version for each in ledger.released}
        code = _deciders(code_digest(), report.by_code)
    if json:
        emit(_figures(report, seconds) | {"policies": policies, "code": code})
    else:
        _tell(report, seconds, {"policies": policies, "code": code})
    if report.found:
        raise typer.Exit(Exit.WRONG)


def _one(reading: Reading, verifier: Verifier, stream: str) -> None:
    verifier.stream(reading.ports.events.read(stream_id(stream), strong=True))
    if not verifier.report.commits:
        raise NotFound(
            f"nothing has happened to {stream}: `nexus streams list` shows what there is"
        )


def _all(reading: Reading, verifier: Verifier, *, quiet: bool) -> None:
    """Verify the file, then each commit in it; a damaged file is read as far as it goes."""
    damage = reading.folder.event_store.damage()
    for message in damage:
        verifier.report.add(reading.folder.event_store.path.name, message)
    try:
        routed = reading.consumers()[0].checkpoint
        with progress("Verifying", reading.history.newest(), quiet=quiet) as moved:
            for read in verifier.history(reading.history, routed):
                moved(read)
    except Exception:  # what is damaged may break in any way, and has been told
        if not damage:
            raise


def _deciders(present: str, counted: Counter[str]) -> dict[str, object]:
    """Return how many commits were decided by what is here now, and by what else."""
    others = {digest: number for digest, number in counted.most_common() if digest != present}
    return {"present": present, "byPresent": counted[present], "byOthers": others}


def _figures(report: Report, seconds: float) -> dict[str, object]:
    return {
        "verified": not report.found,
        "commits": report.commits,
        "events": report.events,
        "streams": report.streams,
        "seconds": round(seconds, 3),
        "found": report.found,
        "findings": [{"place": each.place, "message": each.message} for each in report.findings],
    }


def _tell(report: Report, seconds: float, deciders: Mapping[str, Mapping[str, Any]]) -> None:
    say(
        f"Commits: {report.commits:,}; events: {report.events:,}; streams: {report.streams:,}; "
        f"seconds: {seconds:.2f} ({report.commits / seconds:,.0f} commits/s)."
    )
    for name, by in deciders.items():
        others, digests = sum(by["byOthers"].values()), len(by["byOthers"])
        told = f"; by others ({digests}): {others:,}" if others else ""
        say(f"By the present {name} ({by['present'][:12]}): {by['byPresent']:,}{told}.")
    for finding in report.findings:
        say(f"{finding.place} {finding.message}")
    if report.found > len(report.findings):
        say(f"... and {report.found - len(report.findings):,} more")
    if report.found:
        say(f"WRONG: {report.found:,} found. Keep a copy of the folder before anything else.")
    else:
        say("All is as it was written.")
