# METADATA
# title: Holders
# description: Whom the documents of a plan give rights to, by name, account and bounded context.
package nexus.gates.holders

import rego.v1

import data.nexus.gates.iam
import data.nexus.gates.plan

# METADATA
# title: Role
# description: >-
#   By address, the name of the one role that a document belongs to; "" where it is not known, or is
#   more than one.
role := roles_of

roles_of[resource.address] := name if {
	some resource in plan.standing
	key := object.get({"aws_iam_role": "name", "aws_iam_role_policy": "role"}, resource.type, "")
	name := object.get(resource.change.after, key, "")
}

# METADATA
# title: Named
# description: Whether a name is one of these, as it is or behind a deployment's prefix ("dev-").
named(name, names) if name in names

named(name, names) if {
	some ending in names
	endswith(name, concat("", ["-", ending]))
}

# METADATA
# title: Context of
# description: The bounded context whose tag a resource carries; "" without one.
context_of(resource) := object.get(resource.change.after, ["tags_all", "context"], "")

# METADATA
# title: Contexts
# description: The context of each of the plan's roles, by the role's name.
contexts[name] := context if {
	some name in {resource.change.after.name | some resource in roles}
	found := {context_of(resource) | some resource in roles; resource.change.after.name == name}
	context := concat(" and ", found)
}

# METADATA
# title: Others
# description: The names of the roles that no function can take on. Of a role that isn't here, assume it.
others := {resource.change.after.name | some resource in roles} - functions

functions := {resource.change.after.name |
	some resource in roles
	some statement in iam.allowed[resource.address]
	statement.kind == "trust"
	some principal in statement.principals
	principal.id in {"*", "lambda.amazonaws.com"}
}

roles := {resource |
	some resource in plan.standing
	resource.type == "aws_iam_role"
}

# METADATA
# title: Accounts
# description: >-
#   The account in which the plan's own resources are, as their policies name it; none if they name
#   several, as a stranger's could be among them.
accounts := named_accounts if {
	count(named_accounts) == 1
} else := set()

named_accounts contains account if {
	some found in iam.statements
	some statement in found
	statement.kind in {"identity", "resource"}
	some pattern in statement.resources
	account := split(pattern, ":")[4]
	regex.match(`^[0-9]{12}$`, account)
}

# METADATA
# title: At home
# description: Whether a principal is this account or one of its roles or users; of a pattern nothing is known.
at_home(id) if {
	is_string(id)
	account := regex.replace(id, `^arn:[a-z-]+:(iam|sts)::([0-9]{12}):[^*?]+$`, "$2")
	account in accounts
}
