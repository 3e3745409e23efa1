package nexus.gates.sources_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.sources

named(arn) := fixtures.resource("aws_lambda_event_source_mapping.m", {"event_source_arn": arn})

unnamed := object.union(
	fixtures.resource("aws_lambda_event_source_mapping.m", {}),
	{"change": {"after_unknown": {"event_source_arn": true}}},
)

configured(references) := object.union(fixtures.plan([]), {"configuration": {"root_module": {"resources": [{
	"address": "aws_lambda_event_source_mapping.m",
	"expressions": {"event_source_arn": {"references": references}},
}]}}})

both := {"stream", "queue"}

test_an_arn_tells_the_kind if {
	every arn, kind in {
		"arn:aws:dynamodb:eu-west-1:1:table/nexus-event-store/stream/1": "stream",
		"arn:aws:kinesis:eu-west-1:1:stream/nexus-core-events": "stream",
		"arn:aws:sqs:eu-west-1:1:nexus-secondary": "queue",
	} {
		sources.kinds(named(arn)) == {kind} with input as configured([])
	}
}

test_a_reference_tells_the_kind_of_what_is_unknown if {
	sources.kinds(unnamed) == {"stream"} with input as configured(["aws_kinesis_stream.core.arn"])
	sources.kinds(unnamed) == {"queue"} with input as configured(["aws_sqs_queue.secondary.arn"])
	sources.kinds(unnamed) == both with input as configured(["aws_sqs_queue.q", "aws_dynamodb_table.t"])
}

test_what_can_not_be_told_is_both if {
	every arn in ["arn:aws:kafka:eu-west-1:1:cluster/c", "nonsense", "", null] {
		sources.kinds(named(arn)) == both with input as configured(["aws_sqs_queue.q"])
	}
	sources.kinds(unnamed) == both with input as configured(["local.source", "module.queue.arn"])
	sources.kinds(unnamed) == both with input as fixtures.plan([])
}
