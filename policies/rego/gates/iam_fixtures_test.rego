# METADATA
# title: Fixtures of IAM
# description: Roles and their documents, for the tests of rules about them.
package nexus.gates.iam_fixtures_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures

document(statements) := json.marshal({"Version": "2012-10-17", "Statement": statements})

allow(actions, resources) := {"Effect": "Allow", "Action": actions, "Resource": resources}

grant(actions, resources, principal) := object.union(allow(actions, resources), {"Principal": principal})

# METADATA
# title: Role
# description: A role of this name and context that these principals (as Principal has them) may take on.
role(name, context, principal) := fixtures.resource(sprintf("aws_iam_role.%s", [name]), {
	"name": name,
	"tags_all": {"context": context},
	"assume_role_policy": document([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]),
})

function_role(name, context) := role(name, context, {"Service": "lambda.amazonaws.com"})

# METADATA
# title: Policy
# description: A role's policy of these statements, as aws_iam_role_policy.{role's name}.
policy(name, statements) := fixtures.resource(sprintf("aws_iam_role_policy.%s", [name]), {
	"name": "tables",
	"role": name,
	"policy": document(statements),
})

# METADATA
# title: Of resource
# description: A resource of this address whose policy has these statements.
of_resource(address, statements) := fixtures.resource(address, {"policy": document(statements)})

arn(service, resource) := sprintf("arn:aws:%s:eu-central-1:123456789012:%s", [service, resource])
