# METADATA
# title: Bearer tokens
# description: >-
#   A function behind an API proves each caller's token itself, whatever the API does: by default
#   everyone is the developer, who may do everything. Whose tokens it believes is said, too, and the
#   keys come over TLS.
# custom:
#   severity: critical
#   fix: >-
#     Set NEXUS_AUTH = "jwt", and NEXUS_JWKS (an https address), NEXUS_JWT_ISSUER and
#     NEXUS_JWT_AUDIENCE in the function's environment.
package nexus.terraform.bearer_tokens

import rego.v1

import data.nexus.gates.functions
import data.nexus.gates.plan

deny contains plan.finding(function, "serves an API, and believes everyone") if {
	some permission in plan.standing
	permission.type == "aws_lambda_permission"
	permission.change.after.principal in data.terraform.timeouts.api_principals
	some function in functions.meant(permission)
	function in plan.subjects("terraform.bearer_tokens", {"aws_lambda_function"})
	not asks(function)
}

asks(function) if {
	variables := function.change.after.environment[0].variables
	variables.NEXUS_AUTH == "jwt"
	startswith(variables.NEXUS_JWKS, "https://")
	every name in ["NEXUS_JWT_AUDIENCE", "NEXUS_JWT_ISSUER"] {
		is_string(variables[name])
		trim_space(variables[name]) != ""
	}
}
