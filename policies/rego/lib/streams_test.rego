package nexus.lib.streams_test

import rego.v1

import data.nexus.lib.fixtures_test as fixtures
import data.nexus.lib.streams

test_a_whole_stream_is_known if streams.known with input as fixtures.command

test_each_field_is_needed if {
	every field in {"tenant", "aggregate", "id"} {
		not streams.known with input as {"stream": object.remove(fixtures.command.stream, {field})}
	}
}

test_no_field_may_be_of_another_type_or_alphabet if {
	every field in {"tenant", "aggregate", "id"} {
		every value in [null, true, 1, "", "a/b", "A b", "A\n", ["A"], {"A": "A"}] {
			question := object.union(fixtures.command, {"stream": {field: value}})
			not streams.known with input as question
		}
	}
}

test_no_part_is_a_relative_path if {
	every field in {"tenant", "aggregate", "id"} {
		every value in {".", ".."} {
			question := object.union(fixtures.command, {"stream": {field: value}})
			not streams.known with input as question
		}
	}
}
