# METADATA
# title: Encryption at rest
# description: >-
#   Whatever holds or carries data is encrypted with a key of ours, which rotates. Tables of what is
#   expendable may have a key of AWS's.
# custom:
#   severity: high
#   fix: >-
#     Give the resource the ARN of an aws_kms_key: kms_key_arn in a table's server_side_encryption,
#     kms_key_id of a stream or log group, kms_master_key_id of a topic or queue, an
#     aws_s3_bucket_server_side_encryption_configuration for a bucket. Set enable_key_rotation on the key.
package nexus.terraform.encryption_at_rest

import rego.v1

import data.nexus.gates.keys
import data.nexus.gates.plan
import data.nexus.gates.tables

deny contains plan.finding(table, "is not encrypted with a key of ours") if {
	some table in tables.lasting("terraform.encryption_at_rest")
	not encrypted(table)
}

types := {
	"aws_cloudwatch_log_group",
	"aws_kinesis_stream",
	"aws_opensearch_domain",
	"aws_s3_bucket",
	"aws_sns_topic",
	"aws_sqs_queue",
}

deny contains plan.finding(resource, "is not encrypted with a key of ours") if {
	some resource in plan.subjects("terraform.encryption_at_rest", types)
	not encrypted(resource)
}

encrypted(table) if {
	table.type == "aws_dynamodb_table"
	table.change.after.server_side_encryption[0].enabled == true
	keys.ours(table, ["server_side_encryption", 0, "kms_key_arn"])
}

encrypted(stream) if {
	stream.type == "aws_kinesis_stream"
	stream.change.after.encryption_type == "KMS"
	keys.ours(stream, ["kms_key_id"])
}

encrypted(domain) if {
	domain.type == "aws_opensearch_domain"
	domain.change.after.encrypt_at_rest[0].enabled == true
	keys.ours(domain, ["encrypt_at_rest", 0, "kms_key_id"])
}

encrypted(resource) if {
	resource.type in {"aws_sns_topic", "aws_sqs_queue"}
	keys.ours(resource, ["kms_master_key_id"])
}

encrypted(group) if {
	group.type == "aws_cloudwatch_log_group"
	keys.ours(group, ["kms_key_id"])
}

encrypted(bucket) if {
	some settings in plan.attached(
		bucket, "aws_s3_bucket_server_side_encryption_configuration", "bucket",
		object.get(bucket.change.after, "bucket", null),
	)
	place := ["rule", 0, "apply_server_side_encryption_by_default", 0]
	object.get(settings.change.after, array.concat(place, ["sse_algorithm"]), null) in {"aws:kms", "aws:kms:dsse"}
	keys.ours(settings, array.concat(place, ["kms_master_key_id"]))
}

deny contains plan.finding(key, "does not rotate") if {
	some key in plan.subjects("terraform.encryption_at_rest", {"aws_kms_key"})
	not rotates(key.change.after)
}

rotates(key) if key.enable_key_rotation == true
