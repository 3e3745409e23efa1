# METADATA
# title: Principals
# description: Who asks, read from input.principal, and which roles count.
package nexus.lib.principals

import rego.v1

import data.nexus.lib.names

# METADATA
# title: Known principal
# description: It has every field, each of the right type; an empty list of roles is well-formed.
known if {
	input.principal.kind in {"user", "service", "system", "developer"}
	is_string(input.principal.id)
	count(input.principal.id) <= 256
	regex.match(`^[^\p{Cc}]+$`, input.principal.id)
	names.is_identifier(input.principal.tenant, 64)

	# An object of roles would be iterated by its values, and a string not at all.
	is_array(input.principal.roles)

	# Nobody holds more; a longer list is an attempt to make decisions slow.
	count(input.principal.roles) <= 100
	every role in input.principal.roles { is_string(role) }
}

# METADATA
# title: Holds any
# description: A known principal has at least one of these roles (an array or a set of strings).
holds_any(roles) if {
	known
	some role in input.principal.roles
	role in roles
}
