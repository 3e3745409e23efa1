# METADATA
# title: Wildcards
# description: >-
#   What is allowed is named: no wildcard in an action, no resource that is all of a kind, no
#   permission of everything but something. Save what AWS knows no resource for, and what stands in
#   the policy of a key, where "*" is that key.
# custom:
#   severity: high
#   fix: Name each action and each ARN.
package nexus.terraform.wildcards

import rego.v1

import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

settings := data.terraform.wildcards

deny contains plan.finding(resource, sprintf("allows by %s", [element])) if {
	some [resource, statement] in allowed
	some element in statement.inverted
	element != "NotPrincipal"
}

deny contains plan.finding(resource, sprintf("allows %s", [action])) if {
	some [resource, statement] in allowed
	count(statement.inverted & {"NotAction"}) == 0
	some action in statement.actions
	regex.match(`[*?]`, action)
	type := resource.type
	not excused(action, statement, type)
}

deny contains plan.finding(resource, sprintf("allows something on %s", [pattern])) if {
	some [resource, statement] in allowed
	statement.kind != "trust"
	count(statement.inverted & {"NotResource"}) == 0
	some pattern in statement.resources
	at_large(pattern)
	type := resource.type
	not known_without(statement, type)
}

allowed contains [resource, statement] if {
	some resource in plan.subjects("terraform.wildcards", iam.holders)
	some statement in iam.allowed[resource.address]
}

excused(action, _, type) if {
	type in settings.keys
	lower(action) in {lower(pattern) | some pattern in settings.of_keys}
}

# Without it, a key whose policy has a fault is lost for ever.
excused(action, statement, type) if {
	type in settings.keys
	lower(action) == "kms:*"
	every principal in statement.principals {
		regex.match(`^arn:[a-z-]+:iam::[0-9]{12}:root$`, principal.id)
		split(principal.id, ":")[4] in holders.accounts
	}
}

known_without(_, type) if type in settings.keys

known_without(statement, _) if {
	named := {lower(action) | some action in statement.actions}
	count(named - {lower(action) | some action in settings.without_resource}) == 0
}

# Nothing but a wildcard, in place of the name or behind its kind.
at_large(pattern) if regex.match(`^arn(:[^:]*){4}:[*?]+(/.*)?$`, pattern)

at_large(pattern) if {
	regex.match(`^arn(:[^:]*){4}:[a-z-]+[:/][*?]+$`, pattern)
	split(pattern, ":")[2] != "s3"
}

# A wildcard that takes the place of several parts.
at_large(pattern) if {
	contains(pattern, "*")
	count(split(pattern, ":")) < 6
}
