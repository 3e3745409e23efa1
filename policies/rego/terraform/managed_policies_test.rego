package nexus.terraform.managed_policies_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.managed_policies as rule

administrator := "arn:aws:iam::aws:policy/AdministratorAccess"

attachment := fixtures.resource("aws_iam_role_policy_attachment.a", {"role": "nexus-a", "policy_arn": administrator})

test_a_policy_of_aws_is_denied if {
	resources := [attachment]
	some finding in rule.deny with input as fixtures.plan(resources)
	finding.msg == concat(" ", ["aws_iam_role_policy_attachment.a attaches", administrator])
	finding.subject == attachment.address
}

test_a_listed_one_passes if {
	rule.deny == set() with input as fixtures.plan([attachment])
		with data.terraform.managed_policies.allowed as ["AdministratorAccess"]
}

test_a_policy_of_the_plan_passes if {
	rule.deny == set() with input as fixtures.plan([
		attachment,
		fixtures.resource("aws_iam_policy.p", {"arn": administrator}),
	])
}

test_it_is_denied_wherever_it_is_attached if {
	every type, attribute in rule.places {
		attached := fixtures.resource(concat(".", [type, "a"]), {attribute: [administrator]})
		count(rule.deny) == 1 with input as fixtures.plan([attached])
	}
}

unknown := fixtures.unknown(fixtures.resource("aws_iam_role_policy_attachment.a", {}), {"policy_arn": true})

refers(text) := fixtures.configured([unknown], {"resources": [fixtures.declaration(
	"aws_iam_role_policy_attachment.a",
	{"policy_arn": {"references": [text]}},
)]})

test_an_unknown_one_is_proved_by_what_it_refers_to if {
	rule.deny == set() with input as refers("aws_iam_policy.p.arn")
	count(rule.deny) == 1 with input as refers("aws_iam_role.p.arn")
	count(rule.deny) == 1 with input as refers("var.policy")
	rule.deny == {{
		"msg": "aws_iam_role_policy_attachment.a attaches a policy that is known only after apply",
		"subject": "aws_iam_role_policy_attachment.a",
	}} with input as fixtures.plan([unknown])
}

role(after_unknown, expressions) := fixtures.configured(
	[fixtures.unknown(given.function_role("a", "orders"), {"managed_policy_arns": after_unknown})],
	{"resources": [fixtures.declaration("aws_iam_role.a", expressions)]},
)

test_a_role_s_list_that_nobody_set_passes if {
	rule.deny == set() with input as role(true, {})
	count(rule.deny) == 1 with input as role([false, true], {"managed_policy_arns": {"references": ["var.policies"]}})
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([attachment])
		with data.gates.waivers as [fixtures.waiver("terraform.managed_policies", attachment.address)]
}
