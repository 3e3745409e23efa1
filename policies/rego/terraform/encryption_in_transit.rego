# METADATA
# title: Encryption in transit
# description: >-
#   Nothing is sent or read in the clear: buckets, queues and topics refuse it by policy, search
#   domains and domain names take TLS 1.2 or newer, and no message goes to an http address.
# custom:
#   severity: high
#   fix: >-
#     Add a statement to the resource's policy that denies s3:*, sqs:* or sns:Publish to everyone
#     when aws:SecureTransport is false; on a search domain set enforce_https, tls_security_policy
#     and node_to_node_encryption; on a domain name a security_policy of TLS 1.2 or newer.
package nexus.terraform.encryption_in_transit

import rego.v1

import data.nexus.gates.iam
import data.nexus.gates.plan

policies := {
	"aws_s3_bucket": {"type": "aws_s3_bucket_policy", "names": "bucket", "by": "bucket", "actions": {"*", "s3:*"}},
	"aws_sns_topic": {"type": "aws_sns_topic_policy", "names": "arn", "by": "arn", "actions": {"*", "sns:*", "sns:Publish", "SNS:Publish"}},
	"aws_sqs_queue": {"type": "aws_sqs_queue_policy", "names": "queue_url", "by": "url", "actions": {"*", "sqs:*", "SQS:*"}},
}

deny contains plan.finding(resource, "does not refuse what comes without TLS") if {
	some resource in plan.subjects("terraform.encryption_in_transit", object.keys(policies))
	not refuses(resource)
}

refuses(resource) if {
	some address in ({resource.address} | beside(resource))
	some statement in iam.statements[address]
	statement.effect == "Deny"
	{"*"} == {principal.id | some principal in statement.principals}
	count(statement.actions & policies[resource.type].actions) > 0
	count(statement.inverted) == 0
	statement.condition in insecure
}

insecure := [{"Bool": {"aws:SecureTransport": value}} | some value in ["false", false, ["false"]]]

beside(resource) := {policy.address |
	how := policies[resource.type]
	some policy in plan.attached(resource, how.type, how.names, object.get(resource.change.after, how.by, null))
}

deny contains plan.finding(domain, "takes or sends data without TLS 1.2") if {
	some domain in plan.subjects("terraform.encryption_in_transit", {"aws_opensearch_domain"})
	not secure(domain.change.after)
}

secure(domain) if {
	domain.domain_endpoint_options[0].enforce_https == true
	domain.domain_endpoint_options[0].tls_security_policy in data.terraform.encryption_in_transit.opensearch
	domain.node_to_node_encryption[0].enabled == true
}

deny contains plan.finding(name, "takes requests by TLS older than 1.2") if {
	some name in plan.subjects("terraform.encryption_in_transit", {"aws_api_gateway_domain_name", "aws_apigatewayv2_domain_name"})
	not modern(name.change.after)
}

modern(name) if name.security_policy in data.terraform.encryption_in_transit.domain_names

modern(name) if {
	name.domain_name_configuration[0].security_policy in data.terraform.encryption_in_transit.domain_names
}

deny contains plan.finding(subscription, "sends messages in the clear") if {
	some subscription in plan.subjects("terraform.encryption_in_transit", {"aws_sns_topic_subscription"})
	not closed(subscription.change.after)
}

closed(subscription) if {
	is_string(subscription.protocol)
	subscription.protocol != "http"
}
