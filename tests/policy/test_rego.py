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
LIBRARY: Final = "lib"
SHARED: Final = (LIBRARY, "gates")
SOURCES: Final = sorted(path.relative_to(POLICIES) for path in POLICIES.rglob("*.rego"))
TESTS: Final = [path for path in SOURCES if path.stem.endswith("_test")]
RULES: Final = [path for path in SOURCES if path not in TESTS]
AT_RUN_TIME: Final = [path for path in RULES if path.parts[0] in {"commands", "events", LIBRARY}]
AT_BUILD_TIME: Final = [path for path in RULES if path not in AT_RUN_TIME]
DENYING: Final = [path for path in RULES if path.parts[0] not in SHARED]
PLAIN: Final = r"(?!input\b)[a-z_.]+"
BOUND: Final = r"(?:\w+|\w+\.(?:address|type|change|change\.after)|[\[{][\w\", .]*[\]}]|\"\")"
ABOUT_BOUND: Final = rf"{PLAIN}\({BOUND}(?:, {BOUND})*\)|{BOUND} in (?:{PLAIN}|{BOUND})"


@cache
def engine() -> regorus.Engine:
    """Return an engine with all rules, tests and data, each where its folder says."""
    engine = regorus.Engine()
    for path in SOURCES:
        engine.add_policy(path.as_posix(), (POLICIES / path).read_text())
    for file in POLICIES.rglob("data.json"):
        document = json.loads(file.read_text())
        for parent in reversed(file.parent.relative_to(POLICIES).parts):
            document = {parent: document}
        engine.add_data_json(json.dumps(document))
    return engine


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=path.as_posix()) for path in paths]


def package_of(path: Path) -> str:
    return ".".join(("nexus", *path.with_suffix("").parts))


def rego_tests_of(path: Path) -> list[str]:
    return re.findall(r"^(test_\w+)", (POLICIES / path).read_text(), re.MULTILINE)


@pytest.mark.requirement("R9")
@pytest.mark.requirement("T4")
@pytest.mark.parametrize(
    "test",
    [
        pytest.param(
            f"data.{package_of(path)}.{name}",
            id=f"{path.parent}/{path.stem}: {name}",
        )
        for path in TESTS
        for name in rego_tests_of(path)
    ],
)
def test_policy(test):
    """Each test_ rule is true; false, undefined and an error fail."""
    assert "true" == engine().eval_rule_as_json(test)


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
    expected = {"title", "description"} | (
        {"severity", "fix"} if path.parts[0] not in SHARED else set()
    )

    assert "# METADATA" == lines[0]
    assert expected <= {key[1] for key in keys}


@pytest.mark.parametrize("path", named(DENYING))
def test_each_rule_can_deny(path):
    """A misspelled deny would deny nothing, in silence."""
    assert re.search(r"^deny contains .+ if\b", (POLICIES / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", named(AT_RUN_TIME))
def test_only_a_plain_rule_is_negated(path):
    """``not f(input.x)`` and ``not input.x == 1`` are undefined in OPA when input.x is missing.

    OPA looks up the arguments before it negates; regorus doesn't. A rule that holds the whole
    condition, negated by its name, means the same in both: true when anything is missing.
    """
    assert [] == [term for term in negated_in(path) if not re.fullmatch(PLAIN, term)]


@pytest.mark.parametrize("path", named(AT_BUILD_TIME))
def test_what_is_negated_at_build_time_exists(path):
    """A function may be negated too, of local variables, texts, and what every resource has."""
    allowed = f"{PLAIN}|{ABOUT_BOUND}"

    assert [] == [term for term in negated_in(path) if not re.fullmatch(allowed, term)]


@pytest.mark.parametrize(
    "term", ["f(input.x)", "f(x.missing)", "x.y == 1", "f(resource.change.after.name)", "input.x"]
)
def test_a_negation_of_what_may_be_missing_is_found(term):
    """Of these, OPA and regorus make different things when it is missing."""
    assert not re.fullmatch(f"{PLAIN}|{ABOUT_BOUND}", term)


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
