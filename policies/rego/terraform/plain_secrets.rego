# METADATA
# title: Plain secrets
# description: >-
#   No environment variable of a function is a secret in the clear, which whoever may describe the
#   function reads, and which lies in Terraform's state: none by its name, and none by its value.
#   An ARN, or a name that ends in what points elsewhere, as _ARN, says where the secret is.
# custom:
#   severity: critical
#   fix: Put the secret into Secrets Manager or Parameter Store, and give its ARN.
package nexus.terraform.plain_secrets

import rego.v1

import data.nexus.gates.plan

deny contains plan.finding(function, sprintf("has a secret in the clear, by the name of %s", [name])) if {
	some function in functions
	some name in names(function)
	regex.match(settings.words, name)
	not points(function, name)
}

deny contains plan.finding(function, sprintf("has a secret in the clear, by the value of %s", [name])) if {
	some function in functions
	some name, value in variables(function)
	is_string(value)
	some pattern in settings.values
	regex.match(pattern, value)
}

deny contains plan.finding(function, "has an environment that can't be read before it is applied") if {
	some function in functions
	plan.unknown(function, ["environment", 0, "variables"])
}

settings := data.terraform.plain_secrets

functions := plan.subjects("terraform.plain_secrets", {"aws_lambda_function"})

variables(function) := mapping(function.change.after)

mapping(attributes) := found if {
	found := object.get(attributes, ["environment", 0, "variables"], {})
	is_object(found)
} else := {}

# A variable whose value is known later stands in after_unknown alone.
names(function) := object.keys(variables(function)) | object.keys(mapping(function.change.after_unknown))

points(_, name) if regex.match(settings.pointers, name)

points(function, name) if {
	value := variables(function)[name]
	is_string(value)
	startswith(value, "arn:")
}
