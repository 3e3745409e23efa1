"""Build-time rules in process, where conftest is not installed: the same Rego, the same denials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import regorus

from chalicelib.adapters.rego.bundle import read_bundle
from chalicelib.adapters.tools.conftest import Denial
from chalicelib.kernel.errors import ToolFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chalicelib.adapters.rego.bundle import Bundle

SHARED: Final = ("gates", "lib")
"""The folders with what the rules of all kinds share, and the waivers."""


def denials(files: Sequence[Path], policies: Path, kind: str) -> list[Denial]:
    """Return what the rules of a kind, as ``terraform``, deny; ``policies`` as policies/rego.

    Raises ToolFailed if one can't decide, and Misconfigured if there are none.
    """
    bundle = read_bundle(policies, (kind, *SHARED))
    return [denial for file in files for denial in _judged(file, bundle, f"nexus.{kind}.")]


def _judged(file: Path, bundle: Bundle, prefix: str) -> list[Denial]:
    try:
        found = list(_findings(file.read_text(), bundle, prefix))
        return [_denial(file, package, finding) for package, finding in found]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
        message = str(error).partition("Stack backtrace:")[0].strip()
        raise ToolFailed(f"the rules can't judge {file.name}: {message}") from None


def _findings(text: str, bundle: Bundle, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each package that denies with what it says, by an engine of this very thread."""
    engine = regorus.Engine()
    added = [engine.add_policy(path, rego) for path, rego in bundle.rules.items()]
    for document in bundle.data:
        engine.add_data_json(document)
    engine.set_input_json(text)
    for package in sorted(name.removeprefix("data.") for name in added):
        if package.startswith(prefix):
            for finding in json.loads(engine.eval_rule_as_json(f"data.{package}.deny")):
                yield package, finding


def _denial(file: Path, package: str, finding: dict[str, Any]) -> Denial:
    subject = finding["subject"]
    message = finding["msg"].removeprefix(subject).strip()
    return Denial(str(file), package.removeprefix("nexus."), subject, message)
