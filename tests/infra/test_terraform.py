"""What Terraform would make, planned offline, is what was recorded; and a fault is told."""

import re
from contextlib import contextmanager

import pytest

from chalicelib.adapters.tools.terraform import ROOTS, Terraform
from chalicelib.kernel.errors import Misconfigured, MissingTool
from tests.support.fetching import CannotRun, needed_in_ci
from tests.support.plans import INFRA, file_of, fresh, text_of

pytestmark = pytest.mark.requirement("T15")


@contextmanager
def terraform_needed():
    """Skip where there is no Terraform or no provider; CI must have both."""
    with needed_in_ci():
        try:
            yield
        except MissingTool as error:
            raise CannotRun(str(error)) from error


def listed(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


def configuration(folder, text):
    """A folder with one root, "root", of that text."""
    root = folder / "infra" / "root"
    root.mkdir(parents=True)
    (root / "main.tf").write_text(text)
    (root / "sample.tfvars").touch()
    return Terraform(folder / "infra")


@pytest.mark.parametrize("root", ROOTS)
class TestRoots:
    def test_a_fresh_plan_is_the_recorded_one(self, root):
        """
        If it should differ now: python -m tests.support.plans.
        """
        before = listed(INFRA)

        with terraform_needed():
            plan = fresh(root)

        assert text_of(plan) == file_of(root).read_text()
        assert before == listed(INFRA)

    def test_nobody_is_asked_while_it_is_planned(self, root):
        """
        A data source would ask AWS, which an offline plan can't.
        """
        assert [] == [
            file
            for folder in (INFRA / root, INFRA / "modules")
            for file in folder.rglob("*.tf")
            if re.search(r'^data "', file.read_text(), re.MULTILINE)
        ]


def test_files_are_formatted():
    """
    As terraform fmt does.
    """
    with terraform_needed():
        assert [] == Terraform(INFRA).badly_formatted()


class TestFaults:
    def test_bad_format_is_found(self, tmp_path):
        """
        By the file's name.
        """
        terraform = configuration(tmp_path, 'output "x" {\n    value=1\n}\n')

        with terraform_needed():
            assert ["root/main.tf"] == terraform.badly_formatted()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('output "x" {', "Unclosed configuration block"),
            ('variable "x" {}\noutput "y" {\n  value = var.x\n}', "No value for required variable"),
            ('output "x" {\n  value = var.x\n}', "Reference to undeclared input variable"),
        ],
    )
    def test_what_terraform_refuses_is_told(self, tmp_path, text, said):
        """
        In its own words.
        """
        terraform = configuration(tmp_path, text)

        with terraform_needed(), pytest.raises(Misconfigured, match=said):
            terraform.plan("root")

    def test_a_root_that_is_not_valid_is_told(self, tmp_path):
        """
        Before anything is planned.
        """
        terraform = configuration(tmp_path, 'output "x" {\n  value = local.x\n}')

        with terraform_needed(), pytest.raises(Misconfigured, match="undeclared local value"):
            terraform.validate("root")

    def test_a_missing_provider_is_told(self, tmp_path, monkeypatch):
        """
        With how to have it: it is no fault of the configuration.
        """
        (tmp_path / "mirror").mkdir()
        file = tmp_path / "terraform.rc"
        mirror = f'filesystem_mirror {{\n path = "{tmp_path / "mirror"}"\n }}'
        file.write_text(f"provider_installation {{\n {mirror}\n}}")
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(file))
        needs = (
            'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}'
        )
        with terraform_needed():
            Terraform(INFRA).badly_formatted()

        with pytest.raises(MissingTool, match="go online, or name a mirror"):
            configuration(tmp_path, needs).validate("root")
