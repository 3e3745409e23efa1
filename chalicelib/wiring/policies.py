"""The policy engine by its settings: the bundle that came with the code, or nothing starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.adapters.rego.failures import UNUSABLE, report
from chalicelib.adapters.rego.ledger import PolicyLedger
from chalicelib.kernel.errors import Misconfigured
from chalicelib.wiring.resources import resource
from chalicelib.wiring.settings import RELEASED

if TYPE_CHECKING:
    from chalicelib.wiring.settings import PolicySettings


def policy_engine(settings: PolicySettings) -> RegoPolicyEngine:
    """Return the engine; raises Misconfigured if it can't decide, and logs it for an alarm.

    There is no engine in its place that denies everything: a denial is final, so callers would
    give up and consumers would park what a redeployment heals.
    """
    try:
        return RegoPolicyEngine(resource("policies/rego"), _expected(settings), settings.limit_ms)
    except Misconfigured as error:
        report(UNUSABLE, error=str(error))
        raise


def _expected(settings: PolicySettings) -> frozenset[str] | None:
    if settings.digest == RELEASED:
        return PolicyLedger.of(resource("policies")).digests
    return frozenset({settings.digest}) if settings.digest else None
