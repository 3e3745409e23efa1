package nexus.gates.keys_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.keys

ours(key) if keys.ours(fixtures.resource("aws_sqs_queue.q", {"kms_master_key_id": key}), ["kms_master_key_id"])

test_an_arn_or_alias_of_ours if {
	ours("arn:aws:kms:eu-central-1:123456789012:key/a")
	ours("alias/nexus-data")
}

test_what_is_not_ours if {
	not ours("alias/aws/sqs")
	not ours("arn:aws:kms:eu-central-1:123456789012:alias/aws/sqs")
	not ours(null)
	not ours("")
}

root := {"resources": [fixtures.declaration("aws_sqs_queue.q", {"kms_master_key_id": {"references": ["aws_kms_key.k.arn"]}})]}

proved(others) if {
	queue := fixtures.unknown(fixtures.resource("aws_sqs_queue.q", {}), {"kms_master_key_id": true})
	keys.ours(queue, ["kms_master_key_id"]) with input as fixtures.configured(array.concat([queue], others), root)
}

test_an_unknown_key_is_proved_by_the_configuration if {
	proved([fixtures.resource("aws_kms_key.k", {})])
	not proved([])
}
