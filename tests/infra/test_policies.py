"""Policies on AWS: which may decide is settled, and somebody hears when they can't."""

import pytest

from chalicelib.adapters.rego.failures import MARK
from chalicelib.wiring.settings import RELEASED, PolicySettings, Settings
from tests.support.plans import recorded

pytestmark = [
    pytest.mark.requirement("T4"),
    pytest.mark.requirement("T15"),
    pytest.mark.requirement("R9"),
]

DECIDING = ("nexus-commands", "nexus-route-events")
"""The functions that ask the policies: before events are stored, and before they are published."""


def planned(kind):
    """What stands of a type, as the recorded plan has it."""
    return [
        resource["change"]["after"]
        for resource in recorded("services")["resource_changes"]
        if resource["type"] == kind
    ]


FUNCTIONS = {each["function_name"]: each for each in planned("aws_lambda_function")}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_released_policies_decide(name):
    """
    Any in the ledger that is packaged with them, unless a plan names one; the settings are sound.
    """
    (environment,) = FUNCTIONS[name]["environment"]

    assert PolicySettings(digest=RELEASED) == Settings.read(environment["variables"]).policies


def test_each_function_that_decides_is_listened_to():
    """
    Each line that tells of policies that can't decide is counted, by the mark that it has.
    """
    groups = [FUNCTIONS[name]["logging_config"][0]["log_group"] for name in DECIDING]
    filters = planned("aws_cloudwatch_log_metric_filter")

    assert groups == sorted(each["log_group_name"] for each in filters)
    assert {f'"{MARK}"'} == {each["pattern"] for each in filters}


def test_one_such_line_is_an_alarm():
    """
    On the metric that it counts for, within a minute, told to somebody.
    """
    counted = [
        (each["namespace"], each["name"], int(each["value"]))
        for metric_filter in planned("aws_cloudwatch_log_metric_filter")
        for each in metric_filter["metric_transformation"]
    ]
    alarms = {
        (each["namespace"], each["metric_name"]): each
        for each in planned("aws_cloudwatch_metric_alarm")
    }

    assert len(DECIDING) == len(set(counted))
    for namespace, name, value in counted:
        alarm = alarms[namespace, name]
        assert alarm["comparison_operator"] == "GreaterThanThreshold"
        assert alarm["statistic"] == "Sum"
        assert 0 == alarm["threshold"] < value
        assert (60, 1) == (alarm["period"], alarm["evaluation_periods"])
        assert alarm["actions_enabled"]
        assert alarm["alarm_actions"]
