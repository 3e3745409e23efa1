package nexus.terraform.tags_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.tags

all := {"context": "a", "data-classification": "b", "environment": "c", "owner": "d", "project": "e"}

denied(attributes) := {finding.msg | some finding in found} if {
	found := tags.deny with input as fixtures.plan([fixtures.resource("aws_sqs_queue.q", attributes)])
}

test_all_tags_pass if {
	denied({"tags": null, "tags_all": all}) == set()
	denied({"tags": all}) == set()
}

test_what_lacks_is_named if {
	denied({"tags_all": object.remove(all, ["owner"])}) == {"aws_sqs_queue.q lacks tags: owner"}
	denied({"tags_all": object.union(all, {"owner": " "})}) == {"aws_sqs_queue.q lacks tags: owner"}
	count(denied({"tags": null})) == 1
}

test_what_takes_no_tags_passes if denied({"name": "q"}) == set()

test_unknown_tags_count_as_missing if {
	queue := fixtures.unknown(fixtures.resource("aws_sqs_queue.q", {}), {"tags_all": true})
	found := tags.deny with input as fixtures.plan([queue])
	count(found) == 1
}
