# METADATA
# title: OpenAPI
# description: >-
#   What the body of an API, as a JSON text of OpenAPI 2 or 3 with API Gateway's extensions, lets
#   anybody call. Settings: public (method and path of what may be open; the path "*" is any),
#   authorizers (the x-amazon-apigateway-authtype that know who calls).
package nexus.gates.openapi

import rego.v1

readable(body) if is_object(parsed(body).paths)

# METADATA
# title: Unsecured
# description: >-
#   Method and path of each operation that anybody can call: it asks for nothing, or one of the
#   alternatives that it offers is without a scheme that has an authorizer.
unsecured(body, settings) := {{"method": method, "path": path} |
	document := parsed(body)
	some path, item in document.paths
	is_object(item)
	some key, operation in item
	not key in beside_operations
	method := object.get(methods, lower(key), key)
	not secured(document, operation, settings)
	not mocked(operation)
	not listed(settings, method, path)
}

# METADATA
# title: Listed
# description: Whether a method of a path is one of those that may be open.
listed(settings, method, path) if {
	some entry in settings.public
	entry.method == method
	entry.path in {path, "*"}
}

parsed(body) := json.unmarshal(body) if {
	is_string(body)
	json.is_valid(body)
}

methods := {
	"get": "GET", "put": "PUT", "post": "POST", "delete": "DELETE", "options": "OPTIONS",
	"head": "HEAD", "patch": "PATCH", "trace": "TRACE", "x-amazon-apigateway-any-method": "ANY",
}

# What a path has besides operations; anything else, as a reference elsewhere, counts as one.
beside_operations := {"description", "parameters", "servers", "summary"}

secured(_, operation, _) if operation["x-amazon-apigateway-auth"].type == "AWS_IAM"

secured(document, operation, settings) if {
	is_array(operation.security)
	not overridden(operation)
	count(operation.security) > 0
	every alternative in operation.security {
		is_object(alternative)
		some name, _ in alternative
		scheme := schemes(document)[name]
		scheme["x-amazon-apigateway-authtype"] in settings.authorizers
		has_authorizer(scheme)
	}
}

overridden(operation) if "x-amazon-apigateway-auth" in object.keys(operation)

has_authorizer(scheme) if scheme["x-amazon-apigateway-authtype"] == "awsSigv4"

has_authorizer(scheme) if is_string(scheme["x-amazon-apigateway-authorizer"].authorizerUri)

has_authorizer(scheme) if is_string(scheme["x-amazon-apigateway-authorizer"].providerARNs[0])

schemes(document) := object.union(
	object.get(document, ["securityDefinitions"], {}),
	object.get(document, ["components", "securitySchemes"], {}),
)

mocked(operation) if operation["x-amazon-apigateway-integration"].type in {"mock", "MOCK"}
