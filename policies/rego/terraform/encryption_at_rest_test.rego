package nexus.terraform.encryption_at_rest_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.encryption_at_rest

denied(resources) := {finding.subject | some finding in found} if {
	found := encryption_at_rest.deny with input as fixtures.plan(resources)
}

ours := "arn:aws:kms:eu-central-1:123456789012:key/a"

one(address, attributes) := count(denied([fixtures.resource(address, attributes)]))

test_a_key_of_ours_passes if {
	one("aws_dynamodb_table.t", {"name": "t", "server_side_encryption": [{"enabled": true, "kms_key_arn": ours}]}) == 0
	one("aws_kinesis_stream.s", {"encryption_type": "KMS", "kms_key_id": ours}) == 0
	one("aws_opensearch_domain.d", {"encrypt_at_rest": [{"enabled": true, "kms_key_id": ours}]}) == 0
	one("aws_sqs_queue.q", {"kms_master_key_id": ours}) == 0
	one("aws_cloudwatch_log_group.g", {"kms_key_id": ours}) == 0
	one("aws_kms_key.k", {"enable_key_rotation": true}) == 0
}

test_anything_else_is_denied if {
	one("aws_dynamodb_table.t", {"name": "t", "server_side_encryption": []}) == 1
	one("aws_kinesis_stream.s", {"encryption_type": "NONE"}) == 1
	one("aws_opensearch_domain.d", {"encrypt_at_rest": [{"enabled": false}]}) == 1
	one("aws_sqs_queue.q", {"kms_master_key_id": "alias/aws/sqs"}) == 1
	one("aws_cloudwatch_log_group.g", {"kms_key_id": null}) == 1
	one("aws_kms_key.k", {"enable_key_rotation": false}) == 1
	one("aws_s3_bucket.b", {"bucket": "b"}) == 1
}

bucket(algorithm) := count(denied([
	fixtures.resource("aws_s3_bucket.b", {"bucket": "b"}),
	fixtures.resource("aws_s3_bucket_server_side_encryption_configuration.b", {
		"bucket": "b",
		"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": algorithm, "kms_master_key_id": ours}]}],
	}),
]))

test_buckets_are_encrypted_by_their_settings if {
	bucket("aws:kms") == 0
	bucket("AES256") == 1
}
