# METADATA
# title: Set once
# description: >-
#   Where AWS keeps only the last of what is set, as a bucket's policy, a plan sets it once: not by
#   two resources, nor within a resource and beside it. Otherwise another one may hold than the one
#   that rules have found good. data.json lists the types, with the attribute that says whose it is.
# custom:
#   severity: high
#   fix: Put it all into one resource.
package nexus.terraform.set_once

import rego.v1

import data.nexus.gates.configuration
import data.nexus.gates.plan

settings := data.terraform.set_once

deny contains plan.finding(resource, sprintf("sets again what %s sets", [other.address])) if {
	some resource in plan.subjects("terraform.set_once", object.keys(settings))
	some other in plan.standing
	other.type == resource.type
	other.address != resource.address
	same(resource, other, settings[resource.type].key)
}

deny contains plan.finding(resource, sprintf("sets again what %s says itself", [owner.address])) if {
	some type, setting in settings
	some owner in plan.standing
	owner.type == setting.of
	is_string(owner.change.after[setting.inline])
	some resource in plan.attached(owner, type, setting.key, object.get(owner.change.after, setting.by, null))
	resource in plan.subjects("terraform.set_once", {type})
}

same(resource, other, key) if {
	is_string(resource.change.after[key])
	resource.change.after[key] == other.change.after[key]
}

same(resource, other, key) if {
	plan.unknown(resource, [key])
	plan.unknown(other, [key])
	count(plan.targets(resource, [key]) & plan.targets(other, [key])) > 0
	configuration.indices(resource.address) == configuration.indices(other.address)
}
