# METADATA
# title: Given
# description: >-
#   Whether an attribute of a resource, by its path, says something: a text that is known, or one
#   that is known only after apply and that the configuration takes from a resource.
package nexus.gates.given

import rego.v1

import data.nexus.gates.plan

text(resource, path) if {
	value := object.get(resource.change.after, path, null)
	is_string(value)
	trim_space(value) != ""
}

text(resource, path) if {
	plan.unknown(resource, path)
	count(plan.targets(resource, path)) > 0
}

# METADATA
# title: Number
# description: Whether a top-level attribute is a number from the first of two bounds to the second.
number(attributes, attribute, bounds) if {
	attributes[attribute] >= bounds[0]
	attributes[attribute] <= bounds[1]
}

# METADATA
# title: Document
# description: What a top-level attribute holds as JSON text; undefined if it is anything else.
document(resource, attribute) := json.unmarshal(content) if {
	content := resource.change.after[attribute]
	is_string(content)
	json.is_valid(content)
}
