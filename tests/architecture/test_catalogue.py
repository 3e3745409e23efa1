"""policies/README.md says of each rule what the rule, its fixtures and the waivers say."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.support import catalogue
from tests.support.catalogue import PAGE, ROOT, RUN_TIME, entries, written

pytestmark = [
    pytest.mark.requirement("R9"),
    pytest.mark.requirement("T4"),
    pytest.mark.requirement("T17"),
]

WAIVER = {
    "rule": "terraform.tracing",
    "subject": 'aws_lambda_function.this["a|b"]',
    "reason": "It answers health checks.",
    "approvedBy": "platform",
    "expires": "2027-03-31",
}


@pytest.fixture(name="project")
def _project(tmp_path):
    """A copy of the policies and their fixtures, which may be changed."""
    for folder in ("policies/rego", "tests/policy"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / PAGE, tmp_path / PAGE)
    return tmp_path


def every(root):
    return [entry for section in entries(root).values() for entry in section]


def test_the_page_is_what_the_sources_make():
    """
    Its parts weren't edited by hand and aren't of yesterday; if they are: make docs.
    """
    page = (ROOT / PAGE).read_text()

    assert written(page, ROOT) == page
    assert 3 == page.count("by `make docs`")


def test_each_rule_is_there_once_with_fixtures():
    """
    With what it says of itself, and how to keep it.
    """
    page = (ROOT / PAGE).read_text()

    for entry in every(ROOT):
        assert 1 == page.count(f"\n#### {entry.heading}\n")
        assert entry.rule.description in page
        assert f"- fix: {entry.rule.fix}\n" in page
        assert 0 < entry.count


def test_what_can_not_be_waived_is_said():
    """
    Nothing at run time, and no plan that is not one.
    """
    fixed = {entry.rule.name for entry in every(ROOT) if not entry.waivable}

    assert {"terraform.well_formed"} == {
        name for name in fixed if not name.startswith(tuple(f"{kind}." for kind in RUN_TIME))
    }
    assert {entry.rule.name for entry in every(ROOT) if entry.kind in RUN_TIME} <= fixed


def test_a_waiver_in_force_is_listed(project):
    """
    With all that it says, in one row.
    """
    (project / "policies/rego/gates/data.json").write_text(json.dumps({"waivers": [WAIVER]}))

    assert (
        '| terraform.tracing | aws_lambda_function.this["a&#124;b"] | It answers health checks. '
        "| platform | 2027-03-31 |\n"
    ) in written((project / PAGE).read_text(), project)


def test_a_rule_in_no_section_is_told(project):
    """
    It would be in no catalogue.
    """
    rego = project / "policies/rego/terraform"
    text = (rego / "tags.rego").read_text()
    (rego / "more.rego").write_text(text.replace("terraform.tags", "terraform.more"))

    with pytest.raises(ValueError, match=r"terraform\.more: each rule is in one"):
        entries(project)


def test_a_section_with_a_rule_that_is_not_there_is_told(project):
    """
    It was renamed, or taken away.
    """
    (project / "policies/rego/terraform/tags.rego").unlink()

    with pytest.raises(ValueError, match=r"terraform\.tags: each rule is in one"):
        entries(project)


def test_the_page_is_written_by_command(project, monkeypatch):
    """
    What was changed by hand within its parts is lost, and nothing around them.
    """
    page = project / PAGE
    expected = page.read_text()
    page.write_text(expected.replace("- waiver: none", "- waiver: ask nicely"))
    monkeypatch.setattr(catalogue, "ROOT", project)

    catalogue.main()

    assert expected == page.read_text()
