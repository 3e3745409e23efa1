"""The catalogue of policies in policies/README.md: what rules and their fixtures say of themselves.

``python -m tests.support.catalogue`` writes the parts of the page that stand between comments; all
around them is written by hand.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.rego.metadata import TESTS, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.services.governance.rules import Rule

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = Path("policies/README.md")
RUN_TIME: Final = ("commands", "events")
"""The kinds of rules that decide at run time."""
GROUPS: Final = {
    "Commands": ("commands", ""),
    "Events": ("events", ""),
    "Schemas": ("schemas", ""),
    "Plans as a whole": (
        "terraform",
        "well_formed readable_documents known_types providers provisioners set_once",
    ),
    "Plans: the event store": (
        "terraform",
        (
            "insert_only denied_to_all change_stream whole_stream no_expiry no_global_table "
            "no_import parallelization"
        ),
    ),
    "Plans: data": (
        "terraform",
        (
            "deletion_protection destruction recovery retention encryption_at_rest "
            "encryption_in_transit"
        ),
    ),
    "Plans: who may do what": (
        "terraform",
        (
            "wildcards escalation principals privileged_roles public_access managed_policies "
            "bus_writers decoupling plain_secrets"
        ),
    ),
    "Plans: what fails": (
        "terraform",
        (
            "bounded_mappings dead_letter_queues dead_letter_alarms failure_targets "
            "consumer_alarms timeouts"
        ),
    ),
    "Plans: the API": ("terraform", "api_auth bearer_tokens api_bounds"),
    "Plans: running it": ("terraform", "runtime tracing tags cost"),
}
"""The sections: a kind of rules, and which of them in which order; all of them if none is named."""
_PART: Final = re.compile(r"(<!-- (\w+), by `make docs` -->\n).*?(<!-- end -->\n)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule, where its fixtures are, how many, and whether it can be waived."""

    rule: Rule
    fixtures: str
    count: int
    waivable: bool

    @property
    def kind(self) -> str:
        """The folder that it is in."""
        return self.rule.name.partition(".")[0]

    @property
    def path(self) -> str:
        """The rule's place within policies, without its ending."""
        return f"rego/{self.rule.name.replace('.', '/')}"

    @property
    def heading(self) -> str:
        return f"{self.rule.name}: {self.rule.title}"


def written(page: str, root: Path) -> str:
    """Return the page with its parts made anew; raises ValueError for a rule in no section."""
    sections = entries(root)
    parts = {
        "overview": "\n".join(_overview(sections)),
        "waivers": "\n".join(_waivers(root)),
        "rules": "\n".join(_sections(sections)),
    }
    return _PART.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n\n{found[3]}", page)


def entries(root: Path) -> dict[str, list[Entry]]:
    """Return the rules by section; raises ValueError for one in none, and for a name of none."""
    kinds = sorted({kind for kind, _ in GROUPS.values()})
    found = {kind: read_rules(root / "policies/rego" / kind) for kind in kinds}
    chosen = {
        title: [f"{kind}.{name}" for name in names.split()] or sorted(found[kind])
        for title, (kind, names) in GROUPS.items()
    }
    every = sorted(name for rules in found.values() for name in rules)
    listed = sorted(name for names in chosen.values() for name in names)
    if every != listed:
        odd = sorted((Counter(every) - Counter(listed)) + (Counter(listed) - Counter(every)))
        raise ValueError(f"{', '.join(odd)}: each rule is in one of GROUPS, once")
    return {
        title: [_entry(found[GROUPS[title][0]][name], root) for name in names]
        for title, names in chosen.items()
    }


def _entry(rule: Rule, root: Path) -> Entry:
    kind, name = rule.name.split(".")
    file = f"policies/rego/{kind}/{name}.rego"
    waivable = kind not in RUN_TIME and f'"{rule.name}"' in (root / file).read_text()
    if kind in RUN_TIME:
        fixtures = f"tests/policy/questions/{kind}.json"
        denied = json.loads((root / fixtures).read_text())["denied"]
        return Entry(rule, fixtures, sum(case["rule"] == name for case in denied), waivable)
    folder = "plans/mutations" if kind == "terraform" else kind
    fixtures = f"tests/policy/{folder}/{name}.json"
    return Entry(rule, fixtures, len(json.loads((root / fixtures).read_text())), waivable)


def _overview(sections: dict[str, list[Entry]]) -> Iterator[str]:
    every = [entry for found in sections.values() for entry in found]
    yield f"{len(every)} rules, and {sum(entry.count for entry in every)} fixtures that they deny."
    yield ""
    yield "| section | rules | fixtures |"
    yield "|---|---|---|"
    for title, found in sections.items():
        links = ", ".join(f"[{each.rule.title}](#{_anchor(each.heading)})" for each in found)
        yield f"| [{title}](#{_anchor(title)}) | {links} | {sum(each.count for each in found)} |"


def _waivers(root: Path) -> Iterator[str]:
    waivers = json.loads((root / "policies/rego/gates/data.json").read_text())["waivers"]
    if not waivers:
        yield "None."
        return
    yield "| rule | for | why | approved by | last day |"
    yield "|---|---|---|---|---|"
    for waiver in waivers:
        fields = ("rule", "subject", "reason", "approvedBy", "expires")
        yield f"| {' | '.join(waiver[field].replace('|', '&#124;') for field in fields)} |"


def _sections(sections: dict[str, list[Entry]]) -> Iterator[str]:
    for number, (title, found) in enumerate(sections.items()):
        yield from [""] if number else []
        yield f"### {title}"
        for entry in found:
            yield from _lines(entry)


def _lines(entry: Entry) -> Iterator[str]:
    rule = entry.rule
    yield ""
    yield f"#### {entry.heading}"
    yield ""
    yield f"**{rule.severity.capitalize()}.** {rule.description}"
    yield ""
    yield f"- fix: {rule.fix}"
    yield f"- waiver: {_waiver(entry)}"
    tests = f"[tests]({entry.path}{TESTS})"
    yield (
        f"- [rule]({entry.path}.rego), {tests}, "
        f"{entry.count} [fixtures](../{entry.fixtures}) that it denies"
    )


def _waiver(entry: Entry) -> str:
    if not entry.waivable:
        return "none"
    subject = "the resource's address" if entry.kind == "terraform" else "the schema's full name"
    return f"`{entry.rule.name}` for {subject}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def main() -> None:
    """Write the page."""
    page = ROOT / PAGE
    page.write_text(written(page.read_text(), ROOT))


if __name__ == "__main__":
    main()
