# METADATA
# title: Well formed
# description: >-
#   Only a whole plan can pass the gate: no other document, no plan that went wrong or leaves
#   resources out, none without the configuration that proves what is not known yet. Nothing waives
#   this rule.
# custom:
#   severity: critical
#   fix: Make the document by "terraform show -json" of a plan of the whole root, without -target.
package nexus.terraform.well_formed

import rego.v1

deny contains finding("is not of a known format") if not known_format

deny contains finding("has no list of resource changes") if not has_changes

deny contains finding("has no configuration") if not has_configuration

deny contains finding("went wrong") if not went_well

deny contains finding("leaves resources out") if not complete

deny contains finding(sprintf("has a resource change that is not whole, number %v", [index])) if {
	is_array(input.resource_changes)
	some index, change in input.resource_changes
	not whole(change)
}

finding(fault) := {"msg": sprintf("the plan %s", [fault]), "subject": "plan"}

known_format if {
	is_string(input.format_version)
	startswith(input.format_version, "1.")
}

has_changes if {
	is_array(input.resource_changes)
	count(input.resource_changes) > 0
}

has_configuration if {
	is_object(input.configuration.root_module)
	is_object(input.configuration.provider_config)
}

# Older versions of Terraform leave these out.
went_well if {
	is_object(input)
	object.get(input, "errored", false) == false
}

complete if {
	is_object(input)
	object.get(input, "complete", true) == true
	count(object.get(input, "deferred_changes", [])) == 0
}

whole(resource) if {
	every name in ["address", "mode", "type"] {
		is_string(resource[name])
	}
	resource.mode in {"managed", "data"}
	is_array(resource.change.actions)
	count(resource.change.actions) > 0
	some after in [object.get(resource.change, "after", null)]
	is_state(after)
	is_object(object.get(resource.change, "after_unknown", {}))
}

is_state(after) if is_object(after)

is_state(after) if is_null(after)
