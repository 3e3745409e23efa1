"""Terraform, asked what it would make: offline, and nothing is written beside the configuration."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from chalicelib.adapters.tools.programs import Done, run
from chalicelib.adapters.tools.terraform_settings import settings
from chalicelib.kernel.errors import Misconfigured, MissingTool

Plan: TypeAlias = dict[str, Any]
"""As ``terraform show -json`` tells it."""

ROOTS: Final = ("foundation", "services")
SAMPLE: Final = "sample.tfvars"
"""In each root: the variables of a made-up account."""
NO_PROVIDER: Final = (
    "Terraform can't get its AWS provider: go online, or name a mirror of it in TF_CLI_CONFIG_FILE "
    "(terraform providers mirror makes one)"
)
PATIENCE: Final = 300.0
"""Seconds for one command: the provider is some 700 MB."""
BADLY_FORMATTED: Final = 3
"""What ``terraform fmt -check`` ends with when it would change something."""
LEFT_OUT: Final = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfplan")


@dataclass(frozen=True, slots=True)
class Terraform:
    """Terraform over the folder that holds roots and modules, as ``infra``.

    Each method raises MissingTool where there is no Terraform, or no provider for it, and
    ToolFailed where it does not end.
    """

    infra: Path

    def badly_formatted(self) -> list[str]:
        """Return the files that ``terraform fmt`` would change, relative to ``infra``."""
        with self._copied() as copy:
            done = copy.run(".", "fmt", "-check", "-recursive", "-no-color")
        if done.code not in (0, BADLY_FORMATTED):
            raise _refused("fmt", done)
        return done.out.split()

    def validate(self, root: str) -> None:
        """Check a root, as "foundation", and its modules; raises Misconfigured."""
        with self._copied() as copy:
            copy.prepare(root)
            copy.said(root, "validate", "-no-color")

    def plan(self, root: str, variables: str = SAMPLE) -> Plan:
        """Return the plan of a root where nothing stands yet; raises Misconfigured.

        ``variables`` is a file of the root that has it planned offline.
        """
        with self._copied() as copy:
            copy.prepare(root)
            options = ("-refresh=false", "-lock=false", "-no-color", f"-var-file={variables}")
            copy.said(root, "plan", *options, "-out=made.tfplan")
            plan: Plan = copy.said(root, "show", "-json", "made.tfplan").json()
        return plan

    @contextmanager
    def _copied(self) -> Iterator[_Copy]:
        with TemporaryDirectory() as scratch:
            shutil.copytree(self.infra, Path(scratch) / "infra", ignore=LEFT_OUT)
            yield _Copy(Path(scratch) / "infra", settings(Path(scratch), os.environ))


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy of the whole folder, in which Terraform may write, and the settings it has there."""

    folder: Path
    settings: dict[str, str | None]

    def prepare(self, root: str) -> None:
        """Fetch modules and provider."""
        done = self.run(root, "init", "-backend=false", "-no-color")
        if "provider packages" in done.err:
            raise MissingTool(f"{NO_PROVIDER}. It said: {done.err.strip()}")
        if done.code:
            raise _refused("init", done)

    def said(self, root: str, *words: str) -> Done:
        """Return what it said; raises Misconfigured if it refused."""
        done = self.run(root, *words)
        if done.code:
            raise _refused(words[0], done)
        return done

    def run(self, root: str, *words: str) -> Done:
        """Run it in a root, to whatever end."""
        folder = self.folder / root
        return run("terraform", words, folder=folder, settings=self.settings, patience=PATIENCE)


def _refused(word: str, done: Done) -> Misconfigured:
    return Misconfigured(f"terraform {word}: {done.err.strip() or done.out.strip()}")
