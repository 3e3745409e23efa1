"""``nexus policies``: the rules that decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from chalicelib.cli import policy_replay
from chalicelib.cli.options import DEFAULT_DATA, Data, Json, examples
from chalicelib.cli.output import emit, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.adapters.rego.bundle import Bundle

app = typer.Typer(name="policies", help="The rules that decide.", no_args_is_help=True)
policy_replay.add_to(app)

LIBRARY: Final = "lib/"
"""What rules share, which decides nothing by itself."""


@app.command("list", epilog=examples("nexus policies list", "nexus policies list --json"))
def list_policies(*, json: Json = False) -> None:
    """List the rules, and the digest of the bundle that every commit bears."""
    from chalicelib.adapters.rego.bundle import read_bundle
    from chalicelib.wiring.resources import resource

    bundle = read_bundle(resource("policies/rego"))
    items = rules_of(bundle)
    if json:
        emit({"digest": bundle.digest, "items": items})
        return
    table("Rules", ("rule", "title", "severity"), (list(item.values()) for item in items))
    say(f"Bundle {bundle.digest}")


@app.command(epilog=examples("nexus policies release", "nexus policies release --json"))
def release(*, json: Json = False) -> None:
    """Enter the present bundle into the ledger, policies/released.json, and keep its contents.

    It has to compile. What stands in the ledger stays as it is; if a bundle that was released has
    been edited since, nothing is entered (exit code 2).
    """
    from chalicelib.adapters.rego.engine import RegoPolicyEngine
    from chalicelib.adapters.rego.ledger import PolicyLedger
    from chalicelib.wiring.gate import Gate

    folder = Gate.here().policies
    RegoPolicyEngine(folder / "rego")
    added = PolicyLedger.of(folder).release()
    if json:
        emit({"released": added and {"version": added.version, "digest": added.sha256}})
    elif added:
        say(f"{added} is released: {added.sha256}")
    else:
        say("The present bundle is released already.")


@app.command(
    epilog=examples("nexus policies decisions", "nexus policies decisions --limit 10 --json")
)
def decisions(
    *,
    tenant: Annotated[str, typer.Option(help="Whose streams.")] = "default",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    cursor: Annotated[
        str | None, typer.Option(help="Where to go on: `next` of what was listed before.")
    ] = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """List what the policies forbade, to whom and why, the newest first.

    What they allowed is not here: `nexus streams show` has it, with who wanted it.
    """
    from chalicelib.wiring.embedded import Reading

    with Reading.open(data) as reading:
        page = reading.system.operations.denials(tenant, limit=limit, cursor=cursor)
    if json:
        emit(page)
        return
    rows = (
        (item["at"], item["type"], item["stream"], item["principal"]["id"], _told(item["reasons"]))
        for item in page["items"]
    )
    table("Denials", ("at", "type", "stream", "by", "reasons"), rows)
    if page["next"]:
        say(f"There are more: --cursor {page['next']}")


def _told(reasons: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(f"{each['rule']}: {each['message']}" for each in reasons)


def rules_of(bundle: Bundle) -> list[dict[str, str]]:
    """Return what the rules of a bundle say of themselves; raises Misconfigured."""
    from chalicelib.adapters.rego.metadata import rule_of
    from chalicelib.kernel.errors import Misconfigured

    texts = (text for path, text in sorted(bundle.rules.items()) if not path.startswith(LIBRARY))
    try:
        return [
            {"rule": f"nexus.{rule.name}", "title": rule.title, "severity": rule.severity.value}
            for rule in map(rule_of, texts)
        ]
    except ValueError as error:
        raise Misconfigured(f"a policy does not say what it is for: {error}") from error
