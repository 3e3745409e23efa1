"""The engines of regorus, one for each thread and bundle."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import regorus

from chalicelib.adapters.rego.full_names import with_full_names
from chalicelib.adapters.rego.verdicts import PACKAGES, verdict_module
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.adapters.rego.bundle import Bundle

MOST_BUNDLES: Final = 8


class _OfThread(threading.local):
    """Engines by the digest of their bundle.

    An engine panics when used, and fails when freed, in any thread but its own. So it belongs to
    the thread, not to whoever asks, and goes when the thread ends.
    """

    def __init__(self) -> None:
        self.engines: dict[str, regorus.Engine] = {}


_of_thread: Final = _OfThread()


def engine_for(bundle: Bundle) -> regorus.Engine:
    """Return this thread's engine for a bundle, started (about 1 ms) when it is first asked for.

    Raises Misconfigured for a rule whose package is not its path or whose imports can't be
    followed, and what regorus raises.
    """
    engines = _of_thread.engines
    if bundle.digest not in engines:
        if len(engines) >= MOST_BUNDLES:
            engines.clear()
        engines[bundle.digest] = started(bundle, PACKAGES)
    return engines[bundle.digest]


def forget(bundle: Bundle) -> None:
    """Let this thread start anew, as after a panic nobody knows in what state its engine is."""
    _of_thread.engines.pop(bundle.digest, None)


def started(bundle: Bundle, packages: Iterable[str]) -> regorus.Engine:
    """Return a new engine that has the verdicts of these packages; raises as ``engine_for``."""
    engine = regorus.Engine()
    rules = {_add_rule(engine, path, rego): rego for path, rego in bundle.rules.items()}
    for document in bundle.data:
        engine.add_data_json(document)
    for package in packages:
        of_package = {rule: rules[rule] for rule in rules if rule.startswith(f"{package}.")}
        engine.add_policy(f"{package} verdicts", verdict_module(package, of_package))
    return engine


def _add_rule(engine: regorus.Engine, path: str, rego: str) -> str:
    expected = "nexus." + path.removesuffix(".rego").replace("/", ".")
    package: str = engine.add_policy(path, with_full_names(path, rego)).removeprefix("data.")
    if package != expected:
        raise Misconfigured(f"{path} has package {package}, so nobody asks it: it is {expected}")
    return package
