# METADATA
# title: Privileged roles
# description: >-
#   Rights go by a role's name, so such a role serves nobody else: Lambda alone takes on a role that
#   may write the event store or the bus, and only the function of the same name runs by it; no
#   service takes on a role that deploys. A role's name is all that tells: who may make roles, which
#   is the deployers alone, may also name them.
# custom:
#   severity: critical
#   fix: Let the function have a role of its own; let commands go through the command handler.
package nexus.terraform.privileged_roles

import rego.v1

import data.nexus.gates.configuration
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

writers := array.concat(data.terraform.insert_only.writers, data.terraform.bus_writers.writers)

deny contains plan.finding(role, sprintf("may write commits or events, and %s can take it on", [principal.id])) if {
	some role in plan.subjects("terraform.privileged_roles", {"aws_iam_role"})
	holders.named(role.change.after.name, writers)
	some principal in trusted(role)
	principal != {"type": "Service", "id": "lambda.amazonaws.com"}
}

deny contains plan.finding(role, sprintf("deploys, and %s can take it on", [principal.id])) if {
	some role in plan.subjects("terraform.privileged_roles", {"aws_iam_role"})
	holders.named(role.change.after.name, data.terraform.insert_only.deployers)
	some principal in trusted(role)
	principal.type == "Service"
}

deny contains plan.finding(function, sprintf("runs by %s, the role of another", [name])) if {
	some function in plan.subjects("terraform.privileged_roles", {"aws_lambda_function"})
	some name in roles(function)
	holders.named(name, writers)
	name != object.get(function.change.after, "function_name", "")
}

trusted(role) := {principal |
	some statement in iam.allowed[role.address]
	statement.kind == "trust"
	some principal in statement.principals
}

roles(function) := said | referred if {
	said := {regex.replace(arn, `^.*/`, "") | arn := function.change.after.role; is_string(arn)}
	referred := {role.change.after.name |
		some role in plan.standing
		role.type == "aws_iam_role"
		plan.unknown(function, ["role"])
		plan.place(role.address) in plan.targets(function, ["role"])
		may_be_its(function, role)
	}
}

# Within one module, for_each gives each function the role of its own key.
may_be_its(function, role) if configuration.indices(function.address) == configuration.indices(role.address)

may_be_its(function, role) if configuration.module_of(function.address) != configuration.module_of(role.address)
