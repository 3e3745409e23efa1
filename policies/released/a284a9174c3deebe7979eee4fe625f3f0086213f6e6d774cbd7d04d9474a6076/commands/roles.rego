# METADATA
# title: Roles
# description: >-
#   A command may be issued only by a principal that holds a role which grants it. What a role
#   grants is data: command types, a whole context as "orders.*", or "*".
# custom:
#   severity: critical
#   fix: Ask as a principal with a role that the reason names, or grant it in commands/data.json.
package nexus.commands.roles

import rego.v1

import data.nexus.lib.names
import data.nexus.lib.principals
import data.nexus.lib.shown

allow if {
	principals.known
	some role in input.principal.roles
	some pattern in data.commands.roles[role]
	pattern in names.patterns_over_command
}

deny contains reason if {
	not allow
	reason := sprintf("%s may not issue %s; it takes %s", [shown.principal, shown.command, needed])
}

granting contains role if {
	some role, patterns in data.commands.roles
	some pattern in patterns
	pattern in names.patterns_over_command
}

default needed := "a role, but no role grants it"

needed := sprintf("one of the roles %s", [concat(", ", sort(granting))]) if count(granting) > 0
