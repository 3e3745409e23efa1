package nexus.gates.plan_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.plan

queue := fixtures.resource(`aws_sqs_queue.q["a"]`, {"name": "nexus-q"})

subjects(resources) := {resource.address | some resource in found} if {
	found := plan.subjects("terraform.x", {"aws_sqs_queue"}) with input as fixtures.plan(resources)
}

test_subjects_are_of_their_types if {
	subjects([queue, fixtures.resource("module.m[0].aws_sqs_queue.r", {}), fixtures.resource("aws_sns_topic.t", {})]) == {
		`aws_sqs_queue.q["a"]`,
		"module.m[0].aws_sqs_queue.r",
	}
}

test_what_goes_is_no_subject if {
	subjects([fixtures.gone("aws_sqs_queue.q", ["delete"])]) == set()
	found := plan.managed with input as fixtures.plan([fixtures.gone("aws_sqs_queue.q", ["delete"])])
	count(found) == 1
}

test_what_is_only_read_is_no_subject if {
	subjects([object.union(queue, {"mode": "data"})]) == set()
}

test_what_is_waived_is_no_subject if {
	found := plan.subjects("terraform.x", {"aws_sqs_queue"}) with input as fixtures.plan([queue])
		with data.gates.waivers as [fixtures.waiver("terraform.x", queue.address)]
	found == set()
}

test_a_finding_names_its_subject if {
	plan.finding(queue, "is odd") == {"msg": `aws_sqs_queue.q["a"] is odd`, "subject": queue.address}
}

test_unknown_in_whole_or_in_part if {
	whole := fixtures.unknown(queue, {"policy": true, "ttl": [{"enabled": true, "name": false}], "tags": {}})
	plan.unknown(whole, ["policy"])
	plan.unknown(whole, ["policy", 0, "x"])
	plan.unknown(whole, ["ttl", 0, "enabled"])
	not plan.unknown(whole, ["ttl", 0, "name"])
	not plan.unknown(whole, ["ttl", 1, "enabled"])
	not plan.unknown(whole, ["tags"])
	not plan.unknown(whole, ["other"])
}

root := {
	"module_calls": {"keys": {"module": {
		"outputs": {"arn": {"expression": {"references": [`aws_kms_key.this["data"].arn`, `aws_kms_key.this["data"]`, "aws_kms_key.this"]}}},
		"resources": [fixtures.declaration("aws_kms_key.this", {})],
	}}},
	"resources": [
		fixtures.declaration("aws_sqs_queue.q", {"kms_master_key_id": {"references": ["module.keys.arn", "module.keys"]}}),
		fixtures.declaration("aws_sqs_queue_policy.q", {"queue_url": {"references": [`aws_sqs_queue.q["a"].id`, `aws_sqs_queue.q["a"]`, "aws_sqs_queue.q"]}}),
		object.union(
			fixtures.declaration("aws_sqs_queue_policy.all", {"queue_url": {"references": ["each.value.id"]}}),
			{"for_each_expression": {"references": ["aws_sqs_queue.q"]}},
		),
	],
}

test_references_and_targets_are_followed if {
	given := fixtures.configured([queue], root)
	texts := plan.references(queue, "kms_master_key_id") with input as given
	"aws_kms_key.this" in texts
	"module.keys.arn" in texts
	found := plan.targets(queue, ["kms_master_key_id"]) with input as given
	found == {"module.keys.aws_kms_key.this", `module.keys.aws_kms_key.this["data"]`}
}

test_what_is_not_declared_refers_to_nothing if {
	targets := [target | some target in plan.targets(queue, ["kms_master_key_id"])] with input as fixtures.plan([queue])
	count(targets) == 0
}

configured(given, name) if plan.configured(queue, name) with input as given

test_configured_is_what_the_block_says if {
	configured(fixtures.configured([queue], root), "kms_master_key_id")
	not configured(fixtures.configured([queue], root), "policy")
	not configured(fixtures.plan([queue]), "kms_master_key_id")
}

attached(queue_address, other) := {found.address | some found in all} if {
	subject := fixtures.resource(queue_address, {"name": "nexus-q"})
	all := plan.attached(subject, "aws_sqs_queue_policy", "queue_url", "nexus-q") with input as fixtures.configured([subject, other], root)
}

policy(address) := fixtures.unknown(fixtures.resource(address, {}), {"queue_url": true})

test_attached_by_a_constant_index if {
	attached(`aws_sqs_queue.q["a"]`, policy("aws_sqs_queue_policy.q")) == {"aws_sqs_queue_policy.q"}
	attached(`aws_sqs_queue.q["b"]`, policy("aws_sqs_queue_policy.q")) == set()
}

test_attached_by_the_same_index if {
	attached(`aws_sqs_queue.q["b"]`, policy(`aws_sqs_queue_policy.all["b"]`)) == {`aws_sqs_queue_policy.all["b"]`}
	attached(`aws_sqs_queue.q["b"]`, policy(`aws_sqs_queue_policy.all["c"]`)) == set()
}

test_attached_by_name if {
	attached(`aws_sqs_queue.q["a"]`, fixtures.resource("aws_sqs_queue_policy.q", {"queue_url": "nexus-q"})) == {"aws_sqs_queue_policy.q"}
	attached(`aws_sqs_queue.q["a"]`, fixtures.resource("aws_sqs_queue_policy.q", {"queue_url": "nexus-r"})) == set()
}

test_what_has_no_name_is_not_attached_by_it if {
	nameless := fixtures.resource("aws_sqs_queue_policy.q", {"queue_url": null})
	found := plan.attached(queue, "aws_sqs_queue_policy", "queue_url", null) with input as fixtures.configured([nameless], root)
	found == set()
}
