package nexus.terraform.no_global_table_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.no_global_table

denied(resources) := {finding.subject | some finding in found} if {
	found := no_global_table.deny with input as fixtures.plan(resources)
}

store(replicas) := fixtures.resource("aws_dynamodb_table.t", {"name": "nexus-event-store", "replica": replicas})

test_one_region_passes if denied([store([])]) == set()

test_replicas_are_denied if denied([store([{"region_name": "eu-west-1"}])]) == {"aws_dynamodb_table.t"}

replica(arn) := fixtures.resource("aws_dynamodb_table_replica.r", {"global_table_arn": arn})

test_a_replica_of_its_own_is_denied if {
	denied([replica("arn:aws:dynamodb:eu-central-1:1:table/nexus-event-store")]) == {"aws_dynamodb_table_replica.r"}
	denied([replica("arn:aws:dynamodb:eu-central-1:1:table/nexus-positions")]) == set()
	denied([replica(null)]) == {"aws_dynamodb_table_replica.r"}
}

test_an_unknown_replica_is_of_what_it_refers_to if {
	far := fixtures.unknown(fixtures.resource("aws_dynamodb_table_replica.r", {}), {"global_table_arn": true})
	root := {"resources": [fixtures.declaration("aws_dynamodb_table_replica.r", {"global_table_arn": {"references": ["aws_dynamodb_table.t.arn"]}})]}
	other := fixtures.resource("aws_dynamodb_table.t", {"name": "nexus-positions"})
	found := no_global_table.deny with input as fixtures.configured([far, other], root)
	count(found) == 0
}

test_an_older_global_table_is_denied if {
	denied([fixtures.resource("aws_dynamodb_global_table.g", {"name": "nexus-event-store"})]) == {"aws_dynamodb_global_table.g"}
	denied([fixtures.resource("aws_dynamodb_global_table.g", {"name": "nexus-positions"})]) == set()
}
