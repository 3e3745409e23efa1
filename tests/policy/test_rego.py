"""The policies' own tests, run in process, and the house rules that each policy keeps."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import regorus

POLICIES: Final = Path(__file__).parents[2] / "policies" / "rego"
LIBRARIES: Final = {"lib", "gates"}
"""Folders that hold no rules, but what rules share: at run time, and in the gates of the build."""
SOURCES: Final = sorted(path.relative_to(POLICIES) for path in POLICIES.rglob("*.rego"))
TESTS: Final = [path for path in SOURCES if path.stem.endswith("_test")]
RULES: Final = [path for path in SOURCES if path not in TESTS]
AT_RUN_TIME: Final = {"commands", "events", "lib"}
DENIALS: Final = [path for path in RULES if path.parts[0] not in LIBRARIES]


def folders_with(folder: str) -> set[str]:
    """Return the folders whose files are loaded with one: gates are unknown at run time."""
    return {folder, "lib"} if folder in AT_RUN_TIME else {folder, "lib", "gates"}


@cache
def engine_over(folder: str) -> regorus.Engine:
    """Return an engine with one folder's rules, tests and data, and what they share."""
    engine = regorus.Engine()
    for path in SOURCES:
        if path.parts[0] in folders_with(folder):
            engine.add_policy(path.as_posix(), (POLICIES / path).read_text())
    for file in POLICIES.rglob("data.json"):
        if file.relative_to(POLICIES).parts[0] in folders_with(folder):
            engine.add_data_json(json.dumps(mounted(file)))
    return engine


def mounted(file: Path) -> object:
    """Return what a data.json holds under the path of its folder, as OPA loads it."""
    document = json.loads(file.read_text())
    for parent in reversed(file.parent.relative_to(POLICIES).parts):
        document = {parent: document}
    return document


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=path.as_posix()) for path in paths]


def package_of(path: Path) -> str:
    return ".".join(("nexus", *path.with_suffix("").parts))


def rego_tests_of(path: Path) -> list[str]:
    return re.findall(r"^(test_\w+)", (POLICIES / path).read_text(), re.MULTILINE)


@pytest.mark.requirement("R9")
@pytest.mark.requirement("T4")
@pytest.mark.parametrize(
    ("folder", "test"),
    [
        pytest.param(
            path.parts[0],
            f"data.{package_of(path)}.{name}",
            id=f"{path.parent}/{path.stem}: {name}",
        )
        for path in TESTS
        for name in rego_tests_of(path)
    ],
)
def test_policy(folder, test):
    """Each test_ rule is true; false, undefined and an error fail."""
    assert "true" == engine_over(folder).eval_rule_as_json(test)


@pytest.mark.parametrize("path", named(RULES))
def test_each_policy_has_its_test_beside_it(path):
    """roles.rego is tested by roles_test.rego in the same folder, by at least one test."""
    beside = path.with_name(f"{path.stem}_test.rego")

    assert beside in TESTS
    assert rego_tests_of(beside)


@pytest.mark.parametrize("path", named(SOURCES))
def test_each_package_is_its_path(path):
    """A file in another package would never be asked."""
    text = (POLICIES / path).read_text()

    assert f"package {package_of(path)}" in text.splitlines()
    assert "import rego.v1" in text.splitlines()


@pytest.mark.parametrize("path", named(RULES))
def test_each_policy_says_what_it_is_for(path):
    """METADATA comes first: title and description; of a rule also severity and fix."""
    lines = (POLICIES / path).read_text().partition("\npackage ")[0].splitlines()
    keys = [key for line in lines if (key := re.match(r"# +(\w+): *\S", line))]
    expected = {"title", "description"} | ({"severity", "fix"} if path in DENIALS else set())

    assert "# METADATA" == lines[0]
    assert expected <= {key[1] for key in keys}


@pytest.mark.parametrize("path", named(DENIALS))
def test_each_rule_can_deny(path):
    """A misspelled deny would deny nothing, in silence."""
    assert re.search(r"^deny contains .+ if\b", (POLICIES / path).read_text(), re.MULTILINE)


PLAIN: Final = r"(?!input\b)[a-z_.]+"
BOUND: Final = r"(?:[a-z_]+|\w+\.(?:address|type|change|change\.after)|\[[\w\", .]*\]|\"\")"
CALL: Final = rf"{PLAIN}\({BOUND}(?:, {BOUND})*\)|{BOUND} in {PLAIN}"


@pytest.mark.parametrize("path", named([path for path in RULES if path.parts[0] in AT_RUN_TIME]))
def test_only_a_plain_rule_is_negated(path):
    """``not f(input.x)`` and ``not input.x == 1`` are undefined in OPA when input.x is missing.

    OPA looks up the arguments before it negates; regorus doesn't. A rule that holds the whole
    condition, negated by its name, means the same in both: true when anything is missing.
    """
    assert [] == [term for term in negated_in(path) if not re.fullmatch(PLAIN, term)]


@pytest.mark.parametrize(
    "path", named([path for path in RULES if path.parts[0] not in AT_RUN_TIME])
)
def test_what_a_gate_negates_is_asked_of_what_is_there(path):
    """A gate also negates a question about one of many resources: of a bound variable, then.

    Beside variables and constants, its arguments are what each well-formed resource has.
    """
    assert [] == [term for term in negated_in(path) if not re.fullmatch(f"{PLAIN}|{CALL}", term)]


@pytest.mark.parametrize(
    "term", ["f(input.x)", "f(x.missing)", "x.y == 1", "f(resource.change.after.name)", "input.x"]
)
def test_a_negation_of_what_may_be_missing_is_found(term):
    """The pattern itself: these differ between OPA and regorus."""
    assert not re.fullmatch(f"{PLAIN}|{CALL}", term)


def negated_in(path: Path) -> list[str]:
    return re.findall(r"\bnot +(.+?)(?: *}.*)?$", code_of(path), re.MULTILINE)


def code_of(path: Path) -> str:
    """Return the text without comments and quoted texts."""
    text = re.sub(r'"[^"\n]*"|`[^`]*`', '""', (POLICIES / path).read_text())
    return re.sub(r"#.*", "", text)


def test_data_stands_in_files_that_are_loaded():
    """Whatever else OPA and conftest would load as data, the run time would not."""
    others = [
        path
        for path in POLICIES.rglob("*")
        if path.suffix in {".json", ".yaml", ".yml"} and path.name != "data.json"
    ]

    assert [] == others
