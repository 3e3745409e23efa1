# METADATA
# title: Denied to all
# description: >-
#   The event store's table has a resource policy that denies everyone to change what is stored, and
#   everyone but the deployment to change the table. A denial outdoes every permission in the account.
# custom:
#   severity: critical
#   fix: Attach infra/policies/event-store-table.json to the table by aws_dynamodb_resource_policy.
package nexus.terraform.denied_to_all

import rego.v1

import data.nexus.gates.grants
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan
import data.nexus.gates.tables

settings := data.terraform.denied_to_all

stores := tables.event_stores("terraform.denied_to_all")

deny contains plan.finding(table, "has no resource policy that denies changes") if {
	some table in stores
	count(attached(table)) == 0
}

deny contains plan.finding(table, sprintf("does not deny %s to everyone", [action])) if {
	some table in stores
	some policy in attached(table)
	not unreadable(policy)
	found := {statement | some statement in iam.statements[policy.address]}
	some action in (demanded - denied(found, table))
}

demanded := {action | some actions in settings; some action in actions}

unreadable(policy) if iam.faults[policy.address]

attached(table) := plan.attached(table, "aws_dynamodb_resource_policy", "resource_arn", object.get(table.change.after, "arn", null))

denied(statements, table) := {action |
	some statement in statements
	statement.effect == "Deny"
	statement.inverted == set()
	to_everyone(statement)
	covers(statement, table.change.after.name)
	some condition, actions in settings
	some action in grants.of(statement, actions)
	holds(condition, statement.condition)
}

to_everyone(statement) if {
	some principal in statement.principals
	principal.id == "*"
	principal.type in {"*", "AWS"}
}

covers(statement, _) if "*" in statement.resources

covers(statement, name) if {
	some pattern in statement.resources
	regex.match(`^arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+$`, pattern)
	endswith(pattern, concat("", [":table/", name]))
}

holds(_, condition) if condition == {}

holds("save_to_deployers", condition) if {
	tests := [{"operator": operator, "key": lower(key), "values": iam.listed(values)} |
		some operator, keys in condition
		some key, values in keys
	]
	count(tests) == 1
	tests[0].operator in {"ArnNotEquals", "ArnNotLike", "StringNotEquals"}
	tests[0].key == "aws:principalarn"
	count(tests[0].values) == 1
	arn := tests[0].values[0]
	regex.match(`^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$`, arn)
	holders.named(regex.replace(arn, `^.*/`, ""), data.terraform.insert_only.deployers)
}
