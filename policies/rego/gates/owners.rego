# METADATA
# title: Owners
# description: >-
#   Which bounded context a table or function belongs to: by its tag in the plan, by the list of the
#   platform's tables, or by its name, nexus-{context}-…. "" if none of these tells.
package nexus.gates.owners

import rego.v1

import data.nexus.gates.holders
import data.nexus.gates.plan

# METADATA
# title: Of table
# description: The context of the table that an ARN, or one of its index or stream, names.
of_table(arn) := owner("aws_dynamodb_table", "name", named) if {
	named := regex.replace(arn, `^arn(?::[^:]*){4}:table/([^/]+).*$`, "$1")
}

# METADATA
# title: Of function
# description: The context of the function that an ARN, of any qualifier, or a name stands for.
of_function(arn) := owner("aws_lambda_function", "function_name", named) if {
	named := regex.replace(arn, `^arn(?::[^:]*){4}:function:([^:]+).*$`, "$1")
}

# METADATA
# title: Differ
# description: Whether two owners are not the same; nobody's is another's.
differ(one, other) if one != other

differ(one, _) if one == ""

owner(type, key, name) := context if {
	some context in tagged(type, key, name)
} else := data.terraform.decoupling.platform if {
	is_platform_table(type, name)
} else := context if {
	words := split(regex.replace(name, `^.*nexus-`, ""), "-")
	count(words) > 1
	contains(name, "nexus-")
	context := words[0]
	regex.match(`^[a-z0-9_]+$`, context)
} else := ""

tagged(type, key, name) := {holders.context_of(resource) |
	some resource in plan.standing
	resource.type == type
	resource.change.after[key] == name
} - {""}

is_platform_table("aws_dynamodb_table", name) if {
	not contains(name, "*")
	holders.named(name, data.terraform.decoupling.platform_tables)
}
