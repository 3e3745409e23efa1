# METADATA
# title: Known types
# description: >-
#   A plan makes only what the rules know how to judge: types that are listed in data.json, which is
#   an allow-list, as CloudFormation's stacks, invocations, grants or programs could do by
#   themselves all that other rules deny. The same for data sources, since some run something when
#   they are read, and for what Terraform calls actions. Ephemeral resources are in no plan; the
#   gate looks for them in the files.
# custom:
#   severity: high
#   fix: >-
#     Use a type that is listed in data.json, or write rules about the new one and list it; or
#     record a waiver for this one resource.
package nexus.terraform.known_types

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.waivers

settings := data.terraform.known_types

deny contains plan.finding(resource, sprintf("is of type %s, which no rule knows", [resource.type])) if {
	some resource in plan.standing
	not resource.type in settings.resources
	not waivers.waived("terraform.known_types", resource.address)
}

deny contains plan.finding({"address": address}, sprintf("reads %s, which no rule knows", [source.type])) if {
	some address, source in plan.declared
	source.mode == "data"
	not source.type in settings.sources
	not waivers.waived("terraform.known_types", address)
}

deny contains plan.finding(action, "acts by itself, and no rule knows what it does") if {
	some list in {"action_invocations", "deferred_action_invocations"}
	some invocation in input[list]
	action := {"address": object.get(invocation, "address", list)}
	not waivers.waived("terraform.known_types", action.address)
}
