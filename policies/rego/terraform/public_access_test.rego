package nexus.terraform.public_access_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.public_access

denied(resources) := {finding.subject | some finding in found} if {
	found := public_access.deny with input as fixtures.plan(resources)
}

bucket(blocked) := [
	fixtures.resource("aws_s3_bucket.b", {"bucket": "b"}),
	fixtures.resource("aws_s3_bucket_public_access_block.b", {
		"bucket": "b",
		"block_public_acls": true,
		"block_public_policy": blocked,
		"ignore_public_acls": true,
		"restrict_public_buckets": true,
	}),
]

test_buckets_block_everything if {
	denied(bucket(true)) == set()
	denied(bucket(false)) == {"aws_s3_bucket.b"}
}

permission(principal, source) := fixtures.resource("aws_lambda_permission.p", {"principal": principal, "source_arn": source})

test_callers_are_bounded if {
	denied([permission("sns.amazonaws.com", "arn:aws:sns:eu-central-1:1:t")]) == set()
	denied([permission("123456789012", null), queue({"StringEquals": {"aws:SourceAccount": "1"}})]) == set()
	denied([permission("999999999999", null), queue({"StringEquals": {"aws:SourceAccount": "1"}})]) == {"aws_lambda_permission.p"}
	denied([permission("123456789012", null)]) == {"aws_lambda_permission.p"}
	denied([permission("sns.amazonaws.com", "arn:aws:sns:*:*:*")]) == {"aws_lambda_permission.p"}
	denied([permission("sns.amazonaws.com", null)]) == {"aws_lambda_permission.p"}
	denied([permission("*", "arn:aws:sns:eu-central-1:1:t")]) == {"aws_lambda_permission.p"}
}

test_urls_are_signed if {
	denied([fixtures.resource("aws_lambda_function_url.u", {"authorization_type": "AWS_IAM"})]) == set()
	denied([fixtures.resource("aws_lambda_function_url.u", {"authorization_type": "NONE"})]) == {"aws_lambda_function_url.u"}
}

queue(condition) := fixtures.resource("aws_sqs_queue.q", {"policy": json.marshal({"Statement": [{
	"Effect": "Allow",
	"Principal": "*",
	"Action": "sqs:SendMessage",
	"Resource": "arn:aws:sqs:eu-central-1:123456789012:q",
	"Condition": condition,
}]})})

test_everyone_is_bounded_by_a_condition if {
	denied([queue({"StringEquals": {"aws:SourceAccount": "123456789012"}})]) == set()
	denied([queue({"StringLike": {"aws:SourceAccount": "*"}})]) == {"aws_sqs_queue.q"}
	denied([queue({"ArnLike": {"aws:SourceArn": "arn:*:*:*:*:*"}})]) == {"aws_sqs_queue.q"}
	denied([queue({})]) == {"aws_sqs_queue.q"}
}

test_an_unknown_source_is_proved_by_the_configuration if {
	unknown := fixtures.unknown(permission("sns.amazonaws.com", null), {"source_arn": true})
	root := {"resources": [fixtures.declaration("aws_lambda_permission.p", {"source_arn": {"references": ["aws_sns_topic.t.arn"]}})]}
	found := public_access.deny with input as fixtures.configured([unknown], root)
	count(found) == 0
}
