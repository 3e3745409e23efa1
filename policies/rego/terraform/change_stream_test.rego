package nexus.terraform.change_stream_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.change_stream

denied(name, enabled, view) := {finding.subject | some finding in found} if {
	table := fixtures.resource("aws_dynamodb_table.t", {"name": name, "stream_enabled": enabled, "stream_view_type": view})
	found := change_stream.deny with input as fixtures.plan([table])
}

test_new_images_pass if denied("dev-nexus-event-store", true, "NEW_IMAGE") == set()

test_anything_else_is_denied if {
	denied("nexus-event-store", false, "NEW_IMAGE") == {"aws_dynamodb_table.t"}
	denied("nexus-event-store", true, "KEYS_ONLY") == {"aws_dynamodb_table.t"}
	denied("nexus-event-store", true, "NEW_AND_OLD_IMAGES") == {"aws_dynamodb_table.t"}
	denied("nexus-event-store", true, null) == {"aws_dynamodb_table.t"}
}

test_an_unknown_name_is_the_event_stores if denied(null, false, null) == {"aws_dynamodb_table.t"}

test_other_tables_need_no_stream if denied("nexus-positions", false, null) == set()
