package nexus.terraform.bus_writers_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.bus_writers as rule

stream := given.arn("kinesis", "stream/nexus-core-events")

topic := given.arn("sns", "nexus-secondary-events")

denials(resource) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan([resource])
}

grants(role, actions, resources) := denials(given.policy(role, [given.allow(actions, resources)]))

test_the_router_writes if {
	grants("dev-nexus-route-events", ["kinesis:PutRecord", "kinesis:PutRecords", "sns:Publish"], [stream, topic]) == set()
}

test_nobody_else_does if {
	grants("nexus-project", ["kinesis:PutRecord"], stream) == {"aws_iam_role_policy.nexus-project allows kinesis:PutRecord on nexus-core-events"}
	grants("nexus-project", ["SNS:publish"], topic) == {"aws_iam_role_policy.nexus-project allows sns:Publish on nexus-secondary-events"}
	count(grants("nexus-project", "*", "*")) == 3
	count(grants("nexus-project", "kinesis:Put*", given.arn("kinesis", "stream/*"))) == 2
}

test_reading_and_other_places_are_free if {
	grants("nexus-project", ["kinesis:GetRecords"], stream) == set()
	grants("nexus-project", ["kinesis:PutRecord"], given.arn("kinesis", "stream/other")) == set()
	grants("nexus-project", ["sns:Publish"], given.arn("sns", "nexus-alarms")) == set()
}

opened(principal) := denials(given.of_resource("aws_kinesis_resource_policy.p", [given.grant("kinesis:PutRecord", stream, principal)]))

test_the_bus_s_own_policy_lets_in_the_router_alone if {
	opened({"AWS": "arn:aws:iam::123456789012:role/nexus-route-events"}) == set()
	every principal in ["*", {"Service": "events.amazonaws.com"}, {"AWS": "arn:aws:iam::123456789012:role/nexus-project"}] {
		count(opened(principal)) == 1
	}
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([given.policy("a", [given.allow("sns:Publish", topic)])])
		with data.gates.waivers as [fixtures.waiver("terraform.bus_writers", "aws_iam_role_policy.a")]
}
