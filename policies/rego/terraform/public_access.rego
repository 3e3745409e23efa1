# METADATA
# title: Public access
# description: >-
#   Nothing is open to the world: each bucket blocks public access, each permission to call a
#   function names its source, no function has an open URL, and a policy that allows everyone
#   something says by a condition who that is.
# custom:
#   severity: critical
#   fix: >-
#     Give the bucket an aws_s3_bucket_public_access_block with all four set; the Lambda permission a
#     principal and a source_arn or source_account; the URL AWS_IAM; the statement principals, or a
#     condition on the source's account, ARN or organisation.
package nexus.terraform.public_access

import rego.v1

import data.nexus.gates.conditions
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

deny contains plan.finding(bucket, "does not block public access") if {
	some bucket in plan.subjects("terraform.public_access", {"aws_s3_bucket"})
	not blocked(bucket)
}

blocked(bucket) if {
	some block in plan.attached(
		bucket, "aws_s3_bucket_public_access_block", "bucket",
		object.get(bucket.change.after, "bucket", null),
	)
	every switch in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] {
		block.change.after[switch] == true
	}
}

deny contains plan.finding(permission, "lets anybody call the function") if {
	some permission in plan.subjects("terraform.public_access", {"aws_lambda_permission"})
	not bounded_caller(permission)
}

# One of this account is its own bound; a service acts for all its customers.
bounded_caller(permission) if holders.at_home(permission.change.after.principal)

bounded_caller(permission) if {
	endswith(permission.change.after.principal, ".amazonaws.com")
	some source in ["source_arn", "source_account"]
	names_source(permission, source)
}

names_source(permission, source) if {
	conditions.narrow(object.get(permission.change.after, source, null))
}

names_source(permission, source) if {
	plan.unknown(permission, [source])
	count(plan.targets(permission, [source])) > 0
}

deny contains plan.finding(url, "lets anybody call the function") if {
	some url in plan.subjects("terraform.public_access", {"aws_lambda_function_url"})
	not signed(url.change.after)
}

signed(url) if url.authorization_type == "AWS_IAM"

deny contains plan.finding(resource, "allows everyone something, without a condition that bounds who") if {
	some resource in plan.subjects("terraform.public_access", iam.holders)
	some statement in iam.statements[resource.address]
	statement.kind == "resource"
	statement.effect == "Allow"
	some principal in statement.principals
	principal.id == "*"
	not conditions.bounded(statement)
}
