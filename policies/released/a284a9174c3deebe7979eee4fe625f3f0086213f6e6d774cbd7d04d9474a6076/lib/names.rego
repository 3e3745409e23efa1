# METADATA
# title: Names
# description: Identifiers, and types of commands and events as "orders.PlaceOrder".
package nexus.lib.names

import rego.v1

# METADATA
# title: Identifier
# description: A tenant, an aggregate or an id; never a relative path.
is_identifier(value, longest) if {
	is_string(value)
	count(value) <= longest
	regex.match(`^[A-Za-z0-9._~-]+$`, value)
	value != "."
	value != ".."
}

is_type(value) if {
	is_string(value)
	count(value) <= 192
	regex.match(`^[a-z][a-z0-9_]*\.[A-Z][A-Za-z0-9]*$`, value)
}

# A rule is evaluated once a question, a function at each call; hence the rules over is_type.
command_is_known if is_type(input.command.type)

event_is_known if is_type(input.event.type)

producer_is_known if is_type(input.producer)

# METADATA
# title: Patterns over the command
# description: Its type, its context as "orders.*", and "*"; no prefix is matched.
patterns_over_command := {input.command.type, sprintf("%s.*", [context]), "*"} if {
	command_is_known
	[context, _] := split(input.command.type, ".")
}
