# METADATA
# title: Conditions
# description: >-
#   Whether a statement's condition bounds who is let in: it names an account, an ARN of one
#   account, an organisation, an endpoint or a subject, by an operator that fails where the key is
#   missing. A pattern that strangers match, an IAM variable, or an empty list bounds nobody.
package nexus.gates.conditions

import rego.v1

import data.nexus.gates.iam

bounded(statement) if {
	some operator in ["ArnEquals", "ArnLike", "StringEquals", "StringEqualsIgnoreCase", "StringLike"]
	some key, values in statement.condition[operator]
	name := lower(key)
	count(iam.listed(values)) > 0
	every value in iam.listed(values) {
		bounds(name, value)
	}
}

bounds(name, value) if {
	name in who
	narrow(value)
}

# Of a provider of identities, as GitHub's "repo:us/nexus:*": all subjects of one owner at most.
bounds(name, value) if {
	endswith(name, ":sub")
	is_string(value)
	regex.match(`^([^*?$/]+/.+|[^*?$]+)$`, value)
}

# METADATA
# title: Narrow
# description: >-
#   Whether a value is one of a kind, or a pattern of ARNs within one account, as
#   "arn:aws:s3:::bucket" and "arn:aws:sns:eu-central-1:123456789012:*" are.
narrow(value) if {
	is_string(value)
	regex.match(`^[^*?$]+$`, value)
}

narrow(value) if {
	is_string(value)
	regex.match(`^arn:[^:*?$]+:[^:]*:[^:]*:[0-9]{12}:`, value)
}

who := {
	"aws:principalaccount",
	"aws:principalarn",
	"aws:principalorgid",
	"aws:sourceaccount",
	"aws:sourcearn",
	"aws:sourceorgid",
	"aws:sourceowner",
	"aws:sourcevpce",
	"kms:calleraccount",
	"kms:encryptioncontext:aws:logs:arn",
	"sts:externalid",
}
