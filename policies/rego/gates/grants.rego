# METADATA
# title: Grants
# description: >-
#   What the patterns of IAM may match: actions in any case, resources with wildcards. Where a text
#   leaves it open, it may.
package nexus.gates.grants

import rego.v1

# METADATA
# title: Of actions
# description: Which of the named actions a statement's patterns match, as "dynamodb:Put*" PutItem.
of(statement, actions) := {action |
	some action in actions
	some pattern in statement.actions
	matches(lower(pattern), lower(action))
}

# METADATA
# title: Matches
# description: Whether a pattern with * and ? matches a whole text.
matches(pattern, text) if regex.match(sprintf("^%s$", [expression(pattern)]), text)

expression(pattern) := replace(replace(literal, "*", ".*"), "?", ".") if {
	literal := regex.replace(pattern, `[.+^$(){}\[\]|\\]`, `\$0`)
}

# METADATA
# title: Reaches
# description: >-
#   Whether a statement's resources may match an ARN of this service whose last part ends with the
#   name; what stands before the name is a deployment's prefix.
reaches(statement, service, name) if {
	some pattern in statement.resources
	may_end(filled(pattern), name)
	may_be_of(pattern, service)
}

# METADATA
# title: Within
# description: Whether a statement's resources may match any ARN of this service.
within(statement, service) if {
	some pattern in statement.resources
	may_be_of(pattern, service)
}

# A policy's variables are filled in at run time.
filled(pattern) := regex.replace(pattern, `\$\{[^}]*\}`, "*")

# METADATA
# title: May be of
# description: Whether a pattern may match any ARN of this service.
may_be_of(pattern, service) if {
	fields := split(filled(pattern), ":")
	matches(lower(fields[2]), service)
}

# A wildcard before the service's name may swallow it.
may_be_of(pattern, _) if regex.match(`^[^:]*(:[^:]*)?[*?]`, filled(pattern))

# Behind the last * stands what the ARN has to end with, as far as it goes.
may_end(pattern, name) if {
	tail := regex.replace(pattern, `^.*\*`, "")
	length := min([count(tail), count(name)])
	ending := substring(name, count(name) - length, length)
	matches(substring(tail, count(tail) - length, length), ending)
	long_enough(pattern, name)
}

long_enough(pattern, _) if contains(pattern, "*")

long_enough(pattern, name) if count(pattern) >= count(name)
