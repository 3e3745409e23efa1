"""``nexus token``."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Annotated, Final

import typer

from chalicelib.cli.options import DEFAULT_DATA, Data, Json, examples
from chalicelib.cli.output import emit, say
from chalicelib.kernel.errors import InvalidInput
from chalicelib.kernel.values import is_identifier

_SPAN: Final = re.compile(r"([1-9][0-9]{0,4})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST: Final = timedelta(days=366)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    lines = (
        "nexus token --sub alice --tenant default --groups orders.clerk,orders.dispatcher",
        'nexus token --sub bob --tenant other --scope "temporal:read operations" --expires 30m',
    )
    app.command(epilog=examples(*lines))(token)


def token(
    *,
    sub: Annotated[str, typer.Option(help="Who it is for.")],
    tenant: Annotated[str, typer.Option(help="Whose things he may reach.")] = "default",
    groups: Annotated[str, typer.Option(help="His roles, with commas between.")] = "",
    scope: Annotated[str, typer.Option(help="What it allows, with spaces between.")] = "",
    expires: Annotated[str, typer.Option(help="After how long, as 90s, 15m, 1h or 2d.")] = "1h",
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Sign a bearer token with the data folder's own key, which is made if there is none.

    A system that runs on this folder with NEXUS_AUTH=jwt, and without NEXUS_JWKS, believes it. Its
    issuer and audience are those of NEXUS_JWT_ISSUER and NEXUS_JWT_AUDIENCE.
    """
    lifetime = _lifetime(expires)
    names = [name.strip() for name in groups.split(",") if name.strip()]
    if not sub.isprintable() or not sub or not all(map(is_identifier, (tenant, *names))):
        raise InvalidInput("--sub is some text; --tenant and --groups are of A-Z a-z 0-9 . _ ~ -")
    from chalicelib.adapters.jwt.local_issuer import LocalIssuer
    from chalicelib.wiring.settings import Settings

    trusted = Settings.read(os.environ).tokens
    signed, until = LocalIssuer(data).token(
        {"sub": sub, "tenant": tenant, "groups": names, "scope": scope},
        issuer=trusted.issuer,
        audience=trusted.audience,
        lifetime=lifetime,
    )
    if json:
        emit({"token": signed, "expiresAt": until})
    else:
        say(signed)


def _lifetime(text: str) -> timedelta:
    span = _SPAN.fullmatch(text)
    lifetime = timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else timedelta()
    if not timedelta() < lifetime <= _LONGEST:
        raise InvalidInput(f"--expires {text} is no time as 90s, 15m, 1h or 2d, of up to a year")
    return lifetime
