"""The steps, in the order in which they are taken. A further one is a file and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.steps.denied_command import DENIED_COMMAND
from chalicelib.cli.demo.steps.flipped_bit import FLIPPED_BIT
from chalicelib.cli.demo.steps.good_order import GOOD_ORDER
from chalicelib.cli.demo.steps.incompatible_schema import INCOMPATIBLE_SCHEMA
from chalicelib.cli.demo.steps.no_schema import NO_SCHEMA
from chalicelib.cli.demo.steps.other_tenant import OTHER_TENANT
from chalicelib.cli.demo.steps.overwritten_history import OVERWRITTEN_HISTORY
from chalicelib.cli.demo.steps.terraform_plan import TERRAFORM_PLAN

if TYPE_CHECKING:
    from chalicelib.cli.demo.step import Step

STEPS: Final[tuple[Step, ...]] = (
    GOOD_ORDER,
    NO_SCHEMA,
    INCOMPATIBLE_SCHEMA,
    DENIED_COMMAND,
    OTHER_TENANT,
    OVERWRITTEN_HISTORY,
    FLIPPED_BIT,
    TERRAFORM_PLAN,
)
