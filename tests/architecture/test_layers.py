"""Imports point one way, and what is packaged is the code itself; each check can fail."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.hygiene import ROOT

pytestmark = pytest.mark.requirement("T1")

LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

PLANTED = {
    "kernel upwards": (
        "kernel/commit.py",
        "import chalicelib.services.shapes",
        "Imports point",
    ),
    "services sideways": ("services/health.py", "import chalicelib.domain.orders", "Imports point"),
    "a vendor": ("services/health.py", "import boto3", "standard library only"),
    "a database": ("domain/orders/order.py", "import sqlite3", "standard library only"),
    "a clock": ("kernel/commit.py", "import time", "no clock"),
    "one domain": ("adapters/avro/lint.py", "import chalicelib.domain.orders", "know none"),
    "a new package": ("extras/__init__.py", "", "Imports point"),
}


@pytest.fixture(name="copy")
def _copy(tmp_path):
    """A copy of the code and of what is said about its imports."""
    shutil.copytree(
        ROOT / "chalicelib",
        tmp_path / "chalicelib",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder):
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("flaw", PLANTED)
def test_an_import_against_the_arrows_is_found(copy, flaw):
    """
    By the contract that it breaks.
    """
    file, line, contract = PLANTED[flaw]
    path = copy / "chalicelib" / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as code:
        code.write(f"\n{line}\n")

    done = lint(copy)

    (broken,) = [said for said in done.stdout.splitlines() if said.endswith("BROKEN")]
    assert contract in broken
    assert 1 == done.returncode


def test_the_code_keeps_them(copy):
    """
    As it is.
    """
    assert 0 == lint(copy).returncode


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("app/chalicelib", "chalicelib"),
        ("app/vendor/schemas", "schemas"),
        ("app/vendor/policies", "policies"),
    ],
)
def test_what_is_packaged_is_the_code_itself(link, target):
    """
    Chalice follows these links, so that there is one copy of everything.
    """
    assert (ROOT / link).is_symlink()
    assert ROOT / target == (ROOT / link).resolve()
