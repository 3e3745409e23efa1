"""``nexus policies replay``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Json, examples
from chalicelib.cli.output import emit, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.services.governance.policy_replay import PolicyReplay, Replayed
    from chalicelib.wiring.embedded import Reading

PAGE: Final = 100


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "nexus policies replay --bundle policies/rego",
            "nexus policies replay --bundle policies/rego --tenant default --json",
        )
    )(replay)


def replay(
    *,
    bundle: Annotated[Path, typer.Option(help="The folder of other policies: of policies/rego.")],
    tenant: Annotated[str, typer.Option(help="Whose streams.")] = "default",
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Ask other policies about the commands of the past, and show what they decide otherwise.

    A commit keeps a hash of its command, not the command: where its events have all of it, as the
    hash proves, all rules are asked; else not those that may read its data. Of a denial no data are
    kept and no effective time. Where the rules that can be asked don't settle it, that is told.
    """
    from chalicelib.wiring.embedded import Reading

    with Reading.open(data) as reading:
        found = list(_decided(reading, _replay_of(reading, bundle), tenant))
    counts = Counter((each.was.value, each.now.value) for each in found)
    items = [_item(each) for each in found if each.otherwise]
    counted = [{"was": was, "now": now, "count": number} for (was, now), number in counts.items()]
    if json:
        emit({"decisions": len(found), "counts": counted, "otherwise": items})
        return
    table("Decided again", ("was", "now", "decisions"), (list(each.values()) for each in counted))
    rows = (
        (each["place"], each["type"], each["principal"], each["was"], each["now"], _why(each))
        for each in items
    )
    table("Decided otherwise", ("place", "type", "by", "was", "now", "why"), rows)


def _replay_of(reading: Reading, folder: Path) -> PolicyReplay:
    from functools import partial

    from chalicelib.adapters.rego.bundle import read_bundle
    from chalicelib.adapters.rego.engine import RegoPolicyEngine
    from chalicelib.adapters.rego.inputs import readers
    from chalicelib.services.governance.policy_replay import PolicyReplay
    from chalicelib.wiring.bundle_replay import kinds_of
    from chalicelib.wiring.contexts import CONTEXTS

    asked = partial(readers, read_bundle(folder))
    return PolicyReplay(RegoPolicyEngine(folder), asked, kinds_of(CONTEXTS), reading.system.shapes)


def _decided(reading: Reading, replayed: PolicyReplay, tenant: str) -> Iterator[Replayed]:
    """Yield all decisions about a tenant's commands, allowed ones first."""
    after, decisions = 0, reading.ports.decisions
    while page := reading.history.changes(after, PAGE):
        after = page[-1][0]
        for _, packed in page:
            if packed.stream.tenant == tenant:
                yield replayed.allowed(reading.system.codec.unpack(packed))
    before = None
    while denials := decisions.denials(tenant, limit=PAGE, before=before):
        yield from map(replayed.denied, denials)
        before = denials[-1].place


def _item(each: Replayed) -> dict[str, Any]:
    return {
        "place": each.place,
        "at": each.at,
        "type": each.type,
        "principal": each.principal,
        "was": each.was.value,
        "now": each.now.value,
        "reasons": [{"rule": reason.rule, "message": reason.message} for reason in each.reasons],
        "unasked": list(each.unasked),
    }


def _why(item: dict[str, Any]) -> str:
    reasons = [f"{each['rule']}: {each['message']}" for each in item["reasons"]]
    return "\n".join(reasons or [f"not asked: {rule}" for rule in item["unasked"]])
