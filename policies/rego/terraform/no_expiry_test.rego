package nexus.terraform.no_expiry_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.no_expiry

denied(table, root) := count(found) if found := no_expiry.deny with input as fixtures.configured([table], root)

store(attributes) := fixtures.resource("aws_dynamodb_table.t", object.union({"name": "nexus-event-store"}, attributes))

test_no_time_to_live_passes if {
	denied(store({}), {}) == 0
	denied(store({"ttl": [{"enabled": false}]}), {}) == 0
}

test_a_time_to_live_is_denied if {
	denied(store({"ttl": [{"enabled": true}]}), {}) == 1
	denied(store({"ttl": [{}]}), {}) == 1
}

test_unknown_is_denied_unless_nobody_asked_for_it if {
	unknown := fixtures.unknown(store({}), {"ttl": true})
	silent := {"resources": [fixtures.declaration("aws_dynamodb_table.t", {})]}
	said := {"resources": [fixtures.declaration("aws_dynamodb_table.t", {"ttl": [{}]})]}
	denied(unknown, silent) == 0
	denied(unknown, said) == 1
	denied(unknown, {}) == 1
}
