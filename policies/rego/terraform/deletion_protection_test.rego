package nexus.terraform.deletion_protection_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.deletion_protection

denied(type, attributes) := count(found) if {
	resource := fixtures.resource(concat(".", [type, "r"]), attributes)
	found := deletion_protection.deny with input as fixtures.plan([resource])
}

test_tables_are_protected if {
	denied("aws_dynamodb_table", {"name": "nexus-positions", "deletion_protection_enabled": true}) == 0
	denied("aws_dynamodb_table", {"name": "nexus-positions", "deletion_protection_enabled": false}) == 1
	denied("aws_dynamodb_table", {"deletion_protection_enabled": null}) == 1
	denied("aws_dynamodb_table", {"name": "nexus-rate-limits"}) == 0
}

test_user_pools_are_protected if {
	denied("aws_cognito_user_pool", {"deletion_protection": "ACTIVE"}) == 0
	denied("aws_cognito_user_pool", {"deletion_protection": "INACTIVE"}) == 1
}

test_buckets_go_only_when_empty if {
	denied("aws_s3_bucket", {"force_destroy": false}) == 0
	denied("aws_s3_bucket", {}) == 0
	denied("aws_s3_bucket", {"force_destroy": true}) == 1
}

test_keys_wait if {
	denied("aws_kms_key", {"deletion_window_in_days": 14}) == 0
	denied("aws_kms_key", {"deletion_window_in_days": null}) == 0
	denied("aws_kms_key", {"deletion_window_in_days": 13}) == 1
}
