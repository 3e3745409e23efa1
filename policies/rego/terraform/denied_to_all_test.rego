package nexus.terraform.denied_to_all_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.denied_to_all as rule

settings := data.terraform.denied_to_all

arn := given.arn("dynamodb", "table/nexus-event-store")

table := fixtures.resource("aws_dynamodb_table.t", {"name": "nexus-event-store", "arn": arn})

items := {"Effect": "Deny", "Principal": "*", "Action": settings.always, "Resource": arn}

administration := {
	"Effect": "Deny",
	"Principal": "*",
	"Action": settings.save_to_deployers,
	"Resource": arn,
	"Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/ci/nexus-deploy"}},
}

plan(statements) := fixtures.plan([table, fixtures.resource("aws_dynamodb_resource_policy.p", {
	"resource_arn": arn,
	"policy": given.document(statements),
})])

denials(statements) := count(found) if {
	found := rule.deny with input as plan(statements)
}

with_items(change) := denials([object.union(items, change), administration])

with_administration(change) := denials([items, object.union(administration, change)])

test_both_denials_pass if {
	denials([items, administration]) == 0
	with_items({"Principal": {"AWS": ["*"]}}) == 0
	with_items({"Action": ["dynamodb:Batch*", "dynamodb:DeleteItem", "dynamodb:partiql*", "dynamodb:PutItem", "dynamodb:UpdateItem"]}) == 0
	with_items({"Resource": "*"}) == 0
}

test_a_denial_without_exception_passes if denials([items, object.remove(administration, ["Condition"])]) == 0

test_a_table_without_a_policy_is_denied if {
	rule.deny == {{
		"msg": "aws_dynamodb_table.t has no resource policy that denies changes",
		"subject": "aws_dynamodb_table.t",
	}} with input as fixtures.plan([table])
}

test_other_tables_need_none if {
	rule.deny == set() with input as fixtures.plan([fixtures.resource("aws_dynamodb_table.t", {"name": "nexus-positions"})])
}

test_what_is_weaker_is_denied if {
	every change in [
		{"Effect": "Allow"},
		{"Principal": {"AWS": "arn:aws:iam::123456789012:role/nexus-project"}},
		{"Principal": {"Service": "*"}},
		{"Resource": given.arn("dynamodb", "table/nexus-event-store/index/a")},
		{"Resource": given.arn("dynamodb", "table/other-nexus-event-store")},
		{"Resource": "arn:aws:dynamodb:*:*:table/nexus-event-store"},
		{"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
		{"Condition": administration.Condition},
	] {
		with_items(change) == 6
	}
	denials([administration]) == 6
	with_items({"Action": "dynamodb:PutItem"}) == 5
}

test_no_principal_is_excepted if {
	denials([object.union(object.remove(items, ["Principal"]), {"NotPrincipal": {"AWS": "a"}}), administration]) == 6
}

test_only_the_deployment_is_excepted if {
	every arns in [
		"arn:aws:iam::123456789012:role/*",
		"arn:aws:iam::123456789012:role/nexus-commands",
		["arn:aws:iam::123456789012:role/nexus-deploy", "arn:aws:iam::123456789012:role/nexus-commands"],
		[],
	] {
		denials([items, object.union(object.remove(administration, ["Condition"]), {"Condition": {"ArnNotEquals": {"aws:PrincipalArn": arns}}})]) == 4
	}
	with_administration({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}) == 4
	with_administration({"Condition": {"ArnNotEquals": {"aws:SourceArn": "a"}}}) == 4
}

test_what_can_not_be_read_is_another_rule_s if {
	rule.deny == set() with input as fixtures.plan([table, fixtures.resource("aws_dynamodb_resource_policy.p", {
		"resource_arn": arn,
		"policy": "{",
	})])
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([table])
		with data.gates.waivers as [fixtures.waiver("terraform.denied_to_all", table.address)]
}
