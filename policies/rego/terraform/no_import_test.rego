package nexus.terraform.no_import_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.no_import

store(attributes) := fixtures.resource("aws_dynamodb_table.t", object.union({"name": "nexus-event-store"}, attributes))

faults(table, root) := count(found) if found := no_import.deny with input as fixtures.configured([table], root)

test_an_empty_store_passes if {
	faults(store({"import_table": [], "restore_source_name": null}), {}) == 0
	faults(store({"name": "nexus-snapshots", "import_table": [{}]}), {}) == 0
}

test_one_that_has_a_past_does_not if {
	faults(store({"import_table": [{"input_format": "ION"}]}), {}) == 1
	faults(store({"restore_source_name": "other"}), {}) == 1
}

test_nor_does_one_that_may_have if {
	unknown := fixtures.unknown(store({}), {"restore_source_table_arn": true})
	root := {"resources": [fixtures.declaration("aws_dynamodb_table.t", {"restore_source_table_arn": {}})]}
	faults(unknown, root) == 1
	faults(unknown, {}) == 0
}
