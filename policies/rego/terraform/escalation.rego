# METADATA
# title: Escalation
# description: >-
#   No role but the deployment's can get itself, or another, more than it was given: by IAM itself,
#   by roles taken on or passed, by another function's code, or by another resource's policy.
# custom:
#   severity: critical
#   fix: Leave it to Terraform, which the deployment's role applies; name the one role to take on.
package nexus.terraform.escalation

import rego.v1

import data.nexus.gates.grants
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

settings := data.terraform.escalation

deny contains plan.finding(resource, sprintf("allows %s, by which rights can be gained", [action])) if {
	some resource in plan.subjects("terraform.escalation", iam.holders)
	not deploys(resource)
	some statement in iam.allowed[resource.address]
	statement.kind == "identity"
	some action in gaining(statement)
}

deploys(resource) if holders.named(holders.role[resource.address], data.terraform.insert_only.deployers)

gaining(statement) := (by_iam | by_others) | by_assuming if {
	by_iam := {action |
		some action in statement.actions
		grants.matches(lower(split(action, ":")[0]), "iam")
		grants.within(statement, "iam")
	}
	by_others := {action |
		some action in grants.of(statement, settings.actions)
		grants.within(statement, split(action, ":")[0])
	}
	by_assuming := {action |
		some action in grants.of(statement, settings.assuming)
		some role in statement.resources
		grants.may_be_of(role, "iam")
		regex.match(`[*?$]`, role)
	}
}
