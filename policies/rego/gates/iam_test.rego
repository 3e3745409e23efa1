package nexus.gates.iam_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam
import data.nexus.gates.iam_fixtures_test as given

statements_of(resource) := {statement |
	some statement in iam.statements[resource.address] with input as fixtures.plan([resource])
}

faults_of(resource) := {fault |
	some fault in iam.faults[resource.address] with input as fixtures.plan([resource])
}

queue(policy) := fixtures.resource("aws_sqs_queue.q", {"name": "q", "policy": policy})

test_one_is_a_list_of_one if {
	single := {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "a", "Principal": {"AWS": "b"}}
	listed := {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["a"], "Principal": {"AWS": ["b"]}}
	statements_of(queue(given.document(single))) == statements_of(queue(given.document([listed])))
	statements_of(queue(given.document(single))) == {{
		"kind": "resource",
		"effect": "Allow",
		"actions": {"sqs:SendMessage"},
		"resources": {"a"},
		"principals": {{"type": "AWS", "id": "b"}},
		"condition": {},
		"inverted": set(),
	}}
}

test_what_is_left_open_stands_as_a_wildcard if {
	statements_of(queue(given.document([{
		"Effect": "Allow",
		"NotAction": "sqs:SendMessage",
		"NotResource": "a",
		"NotPrincipal": {"AWS": "b"},
		"Condition": {"Bool": {"aws:SecureTransport": "true"}},
	}]))) == {{
		"kind": "resource",
		"effect": "Allow",
		"actions": {"*"},
		"resources": {"*"},
		"principals": {{"type": "*", "id": "*"}},
		"condition": {"Bool": {"aws:SecureTransport": "true"}},
		"inverted": {"NotAction", "NotPrincipal", "NotResource"},
	}}
}

kinds(resource) := {statement.kind | some statement in statements_of(resource)}

test_documents_are_found_wherever_they_stand if {
	text := given.document([given.allow("a:B", "c")])
	every type, place in {
		"aws_iam_user_policy": ["policy", "identity"],
		"aws_iam_group_policy": ["policy", "identity"],
		"aws_iam_policy": ["policy", "identity"],
		"aws_iam_role": ["assume_role_policy", "trust"],
		"aws_kinesis_resource_policy": ["policy", "resource"],
		"aws_opensearch_domain": ["access_policies", "resource"],
		"aws_cloudwatch_log_resource_policy": ["policy_document", "resource"],
		"aws_vpc_endpoint": ["policy", "limit"],
		"aws_some_new_type": ["rules", "resource"],
	} {
		resource := fixtures.resource(concat(".", [type, "x"]), {place[0]: text})
		kinds(resource) == {place[1]}
		iam.holders == {type} with input as fixtures.plan([resource])
	}
}

inline := fixtures.resource("aws_iam_role.r", {
	"assume_role_policy": null,
	"inline_policy": [{"name": "a", "policy": given.document([given.allow("a:B", "c")])}, {"name": "b"}],
})

test_inline_policies_are_the_role_s if kinds(inline) == {"identity"}

test_what_an_endpoint_lets_pass_grants_nothing if {
	endpoint := fixtures.resource("aws_vpc_endpoint.e", {"policy": given.document([given.allow("*", "*")])})
	granted := {statement | some statement in iam.allowed[endpoint.address] with input as fixtures.plan([endpoint])}
	granted == set()
}

test_no_text_is_no_document if {
	every policy in [null, ""] {
		statements_of(queue(policy)) == set()
		faults_of(queue(policy)) == set()
	}
}

test_what_is_no_document_is_a_fault if {
	every policy in ["{", "${policy}", 7] {
		faults_of(queue(policy)) == {"has a policy that is not JSON"}
	}
	every policy in ["[]", "7", "{}", `{"Statement": "x"}`] {
		faults_of(queue(policy)) == {"has a policy that is not a document of IAM"}
	}
}

test_what_is_no_statement_is_a_fault if {
	sound := {"Effect": "Allow", "Action": "a:B", "Resource": "c", "Principal": "*"}
	faults_of(queue(given.document([sound]))) == set()
	every unsound in [
		"text",
		{"Effect": "allow"},
		object.union(sound, {"Effect": "Permit"}),
		object.union(sound, {"action": "a:C"}),
		object.union(sound, {"NotAction": "a:C"}),
		object.union(sound, {"NotResource": "d"}),
		object.union(sound, {"NotPrincipal": "*"}),
		object.union(sound, {"Action": [7]}),
		object.union(sound, {"Resource": null}),
		object.union(sound, {"Principal": "everyone"}),
		object.union(sound, {"Condition": "none"}),
		object.remove(sound, ["Action"]),
		object.remove(sound, ["Effect"]),
	] {
		faults_of(queue(given.document([unsound]))) == {"has a policy with a statement that IAM does not know"}
		statements_of(queue(given.document([unsound]))) == set()
	}
	every principal in [{"AWS": 7}, {"AWS": [7]}] {
		count(faults_of(queue(given.document([object.union(object.remove(sound, ["Principal"]), {"Principal": principal})])))) == 1
	}
}

unknown := fixtures.unknown(fixtures.resource("aws_sqs_queue.q", {"name": "q"}), {"policy": true})

faults_of_declared(resource, expressions) := {fault |
	some fault in iam.faults[resource.address] with input as fixtures.configured(
		[resource],
		{"resources": [fixtures.declaration(resource.address, expressions)]},
	)
}

test_a_policy_that_is_set_and_unknown_is_a_fault if {
	faults_of_declared(unknown, {"policy": {"references": ["aws_sqs_queue.other.arn"]}}) == {"has a policy that is known only after apply"}
	iam.faults["aws_sqs_queue.q"] with input as fixtures.plan([unknown])
	iam.holders == {"aws_sqs_queue"} with input as fixtures.plan([unknown])
}

test_a_policy_that_nobody_set_is_left_to_aws if faults_of_declared(unknown, {"name": {"constant_value": "q"}}) == set()

role_with(after_unknown) := fixtures.unknown(inline, after_unknown)

test_inline_policies_that_are_set_and_unknown_are_a_fault if {
	faults_of(role_with({"inline_policy": [{}, {"policy": true}]})) == {"has an inline policy that is known only after apply"}
	faults_of(role_with({"inline_policy": true})) == {"has inline policies that are known only after apply"}
	faults_of(inline) == set()
}
