# METADATA
# title: Decoupling
# description: >-
#   Bounded contexts meet in events alone. No function reaches a table of another context, or calls
#   its functions; what belongs to no known context is another's.
# custom:
#   severity: critical
#   fix: Take the other context's events from the bus, and keep a projection of one's own.
package nexus.terraform.decoupling

import rego.v1

import data.nexus.gates.grants
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.owners
import data.nexus.gates.plan

deny contains plan.finding(resource, sprintf("reaches %s, which is not its context's", [pattern])) if {
	some resource in plan.subjects("terraform.decoupling", iam.holders)
	some statement in of_functions[resource.address]
	some pattern in foreign(statement, contexts[resource.address])
}

of_functions[address] contains statement if {
	some address, role in holders.role
	not role in holders.others
	some statement in iam.allowed[address]
	statement.kind == "identity"
}

contexts[address] := object.get(holders.contexts, role, "") if some address, role in holders.role

foreign(statement, own) := tables | functions if {
	tables := {pattern |
		some pattern in statement.resources
		some action in statement.actions
		grants.matches(lower(split(action, ":")[0]), "dynamodb")
		grants.may_be_of(pattern, "dynamodb")
		owners.differ(owners.of_table(pattern), own)
	}
	functions := {pattern |
		some pattern in statement.resources
		count(grants.of(statement, data.terraform.decoupling.calls)) > 0
		grants.may_be_of(pattern, "lambda")
		owners.differ(owners.of_function(pattern), own)
	}
}

deny contains plan.finding(resource, sprintf("hands on to %s, which is not its context's", [target])) if {
	some resource in plan.subjects("terraform.decoupling", {"aws_lambda_function_event_invoke_config"})
	own := owners.of_function(object.get(resource.change.after, "function_name", ""))
	some path in outcomes
	target := object.get(resource.change.after, path, "")
	grants.may_be_of(target, "lambda")
	owners.differ(owners.of_function(target), own)
}

deny contains plan.finding(resource, "hands on to what may be another context's function") if {
	some resource in plan.subjects("terraform.decoupling", {"aws_lambda_function_event_invoke_config"})
	some path in outcomes
	plan.unknown(resource, path)
	not harmless(resource, path)
}

outcomes := {["destination_config", 0, outcome, 0, "destination"] | some outcome in ["on_failure", "on_success"]}

harmless(resource, path) if {
	targets := plan.targets(resource, path)
	count(targets) > 0
	every target in targets {
		regex.match(`(^|\.)aws_(cloudwatch_event_bus|s3_bucket|sns_topic|sqs_queue)\.`, target)
	}
}
