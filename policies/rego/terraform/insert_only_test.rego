package nexus.terraform.insert_only_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.terraform.insert_only as rule

store := given.arn("dynamodb", "table/nexus-event-store")

denials(resource) := {finding.msg | some finding in found} if {
	found := rule.deny with input as fixtures.plan([resource])
}

grants(role, actions) := denials(given.policy(role, [given.allow(actions, store)]))

test_the_command_service_inserts_and_reads if {
	grants("dev-nexus-commands", ["dynamodb:PartiQLInsert", "dynamodb:Query", "dynamodb:GetItem"]) == set()
}

test_nobody_changes_what_is_stored if {
	every role in ["nexus-commands", "nexus-project", "nexus-deploy"] {
		every action in data.terraform.insert_only.changing {
			grants(role, lower(action)) == {sprintf("aws_iam_role_policy.%s allows %s on the event store's table", [role, action])}
		}
	}
}

test_nobody_else_inserts if {
	count(grants("nexus-project", "dynamodb:PartiQL*")) == 3
	count(denials(given.of_resource("aws_iam_policy.p", [given.allow("dynamodb:PartiQLInsert", store)]))) == 1
}

test_only_a_deployment_changes_the_table if {
	every action in data.terraform.insert_only.deploying {
		count(grants("nexus-commands", action)) == 1
		grants("nexus-deploy", action) == set()
	}
}

test_the_table_s_own_policy_grants_nothing_either if {
	count(denials(given.of_resource(
		"aws_dynamodb_resource_policy.p",
		[given.grant("dynamodb:PutItem", store, {"AWS": "nexus-commands"})],
	))) == 1
}

test_other_tables_and_denials_are_not_its_concern if {
	denials(given.policy("a", [given.allow("dynamodb:*", given.arn("dynamodb", "table/nexus-positions"))])) == set()
	denials(given.policy("a", [{"Effect": "Deny", "Action": "*", "Resource": "*"}])) == set()
	denials(given.function_role("a", "orders")) == set()
}

test_what_is_waived_passes if {
	rule.deny == set() with input as fixtures.plan([given.policy("a", [given.allow("*", "*")])])
		with data.gates.waivers as [fixtures.waiver("terraform.insert_only", "aws_iam_role_policy.a")]
}
