"""What Terraform's files say, a plan shows; what it would not show is found."""

import pytest

from chalicelib.adapters.tools.terraform_files import hidden
from tests.support.plans import INFRA

pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]


def messages(folder):
    return [f"{each.file}:{each.line} {each.message}" for each in hidden(folder)]


def written(folder, name, text=""):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return folder


def test_ours_hide_nothing():
    """Neither roots nor modules."""
    assert [] == messages(INFRA)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("services/override.tf", "overrides other files"),
        ("services/more_override.tf", "overrides other files"),
        ("services/more.tf.json", "is not in the language that is formatted and read"),
        ("services/x.auto.tfvars", "sets variables unasked"),
        ("foundation/terraform.tfvars", "sets variables unasked"),
        ("foundation/.checkov.yaml", "may switch checks of checkov off"),
        ("extra/main.tf", "belongs to no root: foundation, services, or modules"),
        ("services/deep/main.tf", "belongs to no root: foundation, services, or modules"),
    ],
)
def test_a_file_that_no_plan_shows_is_found(tmp_path, name, told):
    """By its name and place."""
    assert [f"{name}:0 {told}"] == messages(written(tmp_path, name))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('ephemeral "aws_lambda_invocation" "x" {', "an ephemeral resource is in no plan"),
        ("    ignore_changes = [policy]", "what is ignored is not judged when it changes"),
        ("  lifecycle { ignore_changes = all }", "what is ignored is not judged when it changes"),
        ("  #checkov:skip=CKV_AWS_1", "a check is skipped without a reason"),
        ("  #checkov:skip=CKV_AWS_1: ", "a check is skipped without a reason"),
        ("  count = var.offline ? 0 : 1", "only a provider may depend on being offline"),
    ],
)
def test_a_line_that_no_plan_shows_is_found(tmp_path, line, told):
    """With its number."""
    folder = written(tmp_path, "services/main.tf", f"# ignore_changes = none\n{line}\n")

    assert [f"services/main.tf:2 {told}"] == messages(folder)


def test_a_provider_may_be_offline(tmp_path):
    """And a check may be skipped for a reason."""
    text = "  skip_metadata_api_check = var.offline\n  #checkov:skip=CKV_AWS_1:Nobody asks\n"

    assert [] == messages(written(tmp_path, "services/provider.tf", text))


def test_a_link_is_found(tmp_path):
    """It may lead to another file on another machine."""
    written(tmp_path, "elsewhere/main.tf")
    (tmp_path / "infra" / "services").mkdir(parents=True)
    (tmp_path / "infra" / "services" / "main.tf").symlink_to(tmp_path / "elsewhere" / "main.tf")

    told = "is a link, and may lead to something else elsewhere"
    assert [f"services/main.tf:0 {told}"] == messages(tmp_path / "infra")


def test_what_terraform_makes_is_left_out(tmp_path):
    """Its own folder holds copies and links."""
    assert [] == messages(written(tmp_path, "services/.terraform/modules/x/main.tf"))
