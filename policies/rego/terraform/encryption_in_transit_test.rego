package nexus.terraform.encryption_in_transit_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.terraform.encryption_in_transit

denied(resources) := {finding.subject | some finding in found} if {
	found := encryption_in_transit.deny with input as fixtures.plan(resources)
}

queue(effect, condition) := fixtures.resource("aws_sqs_queue.q", {"policy": json.marshal({"Statement": [{
	"Effect": effect,
	"Principal": "*",
	"Action": "sqs:*",
	"Resource": "*",
	"Condition": condition,
}]})})

test_what_refuses_insecure_calls_passes if {
	denied([queue("Deny", {"Bool": {"aws:SecureTransport": "false"}})]) == set()
}

test_anything_else_is_denied if {
	denied([queue("Allow", {"Bool": {"aws:SecureTransport": "false"}})]) == {"aws_sqs_queue.q"}
	denied([queue("Deny", {"Bool": {"aws:SecureTransport": "true"}})]) == {"aws_sqs_queue.q"}
	denied([fixtures.resource("aws_sqs_queue.q", {})]) == {"aws_sqs_queue.q"}
}

domain(https) := fixtures.resource("aws_opensearch_domain.d", {
	"domain_endpoint_options": [{"enforce_https": https, "tls_security_policy": "Policy-Min-TLS-1-2-2019-07"}],
	"node_to_node_encryption": [{"enabled": true}],
})

test_search_is_by_tls if {
	denied([domain(true)]) == set()
	denied([domain(false)]) == {"aws_opensearch_domain.d"}
}

test_names_are_by_tls if {
	denied([fixtures.resource("aws_api_gateway_domain_name.n", {"security_policy": "TLS_1_2"})]) == set()
	denied([fixtures.resource("aws_api_gateway_domain_name.n", {"security_policy": "TLS_1_0"})]) == {"aws_api_gateway_domain_name.n"}
	denied([fixtures.resource("aws_apigatewayv2_domain_name.n", {"domain_name_configuration": [{"security_policy": "TLS_1_2"}]})]) == set()
}

test_messages_are_not_sent_in_the_clear if {
	denied([fixtures.resource("aws_sns_topic_subscription.s", {"protocol": "sqs"})]) == set()
	denied([fixtures.resource("aws_sns_topic_subscription.s", {"protocol": "http"})]) == {"aws_sns_topic_subscription.s"}
}
