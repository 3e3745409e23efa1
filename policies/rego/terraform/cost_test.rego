package nexus.terraform.cost_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.cost

denied(address, attributes) := found if {
	found := {finding.msg | some finding in cost.deny} with input as fixtures.plan([fixtures.resource(address, attributes)])
}

test_what_costs_by_the_hour_is_denied if {
	every type in ["aws_nat_gateway", "aws_lambda_provisioned_concurrency_config", "aws_opensearchserverless_collection"] {
		address := sprintf("%s.x", [type])
		denied(address, {}) == {sprintf("%s costs whether it is used or not", [address])}
	}
}

throughput := [{"max_read_request_units": 1000, "max_write_request_units": 1000}]

uncapped := {"aws_dynamodb_table.t has no maximum of reads and writes, for itself and each index"}

table(change) := denied("aws_dynamodb_table.t", object.union(
	{"billing_mode": "PAY_PER_REQUEST", "on_demand_throughput": throughput, "global_secondary_index": []},
	change,
))

test_a_table_has_a_maximum if {
	table({}) == set()
	table({"global_secondary_index": [{"on_demand_throughput": throughput}]}) == set()
	table({"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 5}) == set()
	every change in [
		{"on_demand_throughput": []}, {"on_demand_throughput": [{"max_read_request_units": 1000}]},
		{"on_demand_throughput": [{"max_read_request_units": -1, "max_write_request_units": -1}]},
		{"global_secondary_index": [{"on_demand_throughput": []}]},
		{"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 500000}, {"billing_mode": null},
	] {
		table(change) == uncapped
	}
}

stream(shards, mode) := denied("aws_kinesis_stream.s", {"shard_count": shards, "stream_mode_details": mode})

test_a_stream_has_its_shards if {
	stream(2, [{"stream_mode": "PROVISIONED"}]) == set()
	stream(2, []) == set()
	stream(1000, []) == {"aws_kinesis_stream.s has shard_count not between 1 and 16"}
	stream(2, [{"stream_mode": "ON_DEMAND"}]) == {"aws_kinesis_stream.s grows on demand without a maximum"}
}

test_memory_is_bounded if {
	denied("aws_lambda_function.f", {"memory_size": 512}) == set()
	denied("aws_lambda_function.f", {"memory_size": 10240}) == {"aws_lambda_function.f has memory_size not between 128 and 2048"}
}

domain(cluster, gigabytes) := denied("aws_opensearch_domain.d", {
	"cluster_config": [object.union({"instance_type": "t3.small.search", "instance_count": 1}, cluster)],
	"ebs_options": [{"volume_size": gigabytes}],
})

test_a_search_domain_is_bounded if {
	domain({}, 10) == set()
	domain({"instance_type": "r6g.16xlarge.search"}, 10) == {"aws_opensearch_domain.d has an instance_type that is not allowed"}
	domain({"instance_count": 20}, 10) == {"aws_opensearch_domain.d has instance_count not between 1 and 3"}
	domain({}, 5000) == {"aws_opensearch_domain.d has volume_size not between 10 and 100"}
	domain({"warm_enabled": true}, 10) == {"aws_opensearch_domain.d has warm_enabled on"}
}

settings(attributes) := fixtures.resource("aws_api_gateway_method_settings.m", {"settings": [attributes]})

later(expressions) := found if {
	plan := object.union(
		fixtures.plan([object.union(settings({}), {"change": {"after_unknown": {"settings": [{"data_trace_enabled": true}]}}})]),
		{"configuration": {"root_module": {"resources": [{
			"address": "aws_api_gateway_method_settings.m",
			"expressions": {"settings": [expressions]},
		}]}}},
	)
	found := {finding.msg | some finding in cost.deny} with input as plan
}

test_a_dear_feature_is_off if {
	denied("aws_api_gateway_stage.s", {"cache_cluster_enabled": null}) == set()
	denied("aws_api_gateway_stage.s", {"cache_cluster_enabled": true}) == {"aws_api_gateway_stage.s has cache_cluster_enabled on"}
	denied("aws_apigatewayv2_stage.s", {"route_settings": [{"data_trace_enabled": true}]}) == {"aws_apigatewayv2_stage.s has data_trace_enabled on"}
	later({}) == set()
	later({"data_trace_enabled": {"references": ["aws_x.y"]}}) == {"aws_api_gateway_method_settings.m has data_trace_enabled on"}
}

bucket(rule) := denied("aws_s3_bucket_server_side_encryption_configuration.b", {"rule": [rule]})

test_a_bucket_has_its_key if {
	kms := {"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}
	bucket({"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}) == set()
	bucket(object.union(kms, {"bucket_key_enabled": true})) == set()
	bucket(kms) == {"aws_s3_bucket_server_side_encryption_configuration.b asks KMS about every object, without a bucket key"}
}
