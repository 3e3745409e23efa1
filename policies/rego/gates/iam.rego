# METADATA
# title: Documents of IAM
# description: >-
#   Every IAM document of a plan as statements of one form, wherever it stands, and what can't be
#   read of them: a text that is known only after apply, or that is no policy.
package nexus.gates.iam

import rego.v1

import data.nexus.gates.plan

# METADATA
# title: Places
# description: >-
#   Which attribute of a type holds a document, and which kind of. "identity" says what its holder may do, "trust"
#   who may become a role, "resource" who may do what with that resource.
places := listed_places

listed_places.aws_iam_role := {"attribute": "assume_role_policy", "kind": "trust"}

listed_places.aws_cloudwatch_log_resource_policy := {"attribute": "policy_document", "kind": "resource"}

listed_places[type] := {"attribute": "policy", "kind": "identity"} if {
	some type in ["aws_iam_group_policy", "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy"]
}

listed_places[type] := {"attribute": "access_policies", "kind": "resource"} if {
	some type in ["aws_opensearch_domain", "aws_opensearch_domain_policy"]
}

listed_places[type] := {"attribute": "policy", "kind": "resource"} if {
	some type in [
		"aws_api_gateway_rest_api",
		"aws_api_gateway_rest_api_policy",
		"aws_cloudwatch_event_bus_policy",
		"aws_dynamodb_resource_policy",
		"aws_glue_resource_policy",
		"aws_kinesis_resource_policy",
		"aws_kms_key",
		"aws_kms_key_policy",
		"aws_s3_access_point",
		"aws_s3_bucket",
		"aws_s3_bucket_policy",
		"aws_secretsmanager_secret",
		"aws_secretsmanager_secret_policy",
		"aws_sns_topic",
		"aws_sns_topic_policy",
		"aws_sqs_queue",
		"aws_sqs_queue_policy",
	]
}

# What passes an endpoint is allowed by other documents.
listed_places[type] := {"attribute": "policy", "kind": "limit"} if {
	some type in ["aws_vpc_endpoint", "aws_vpc_endpoint_policy"]
}

# METADATA
# title: Holders
# description: The types of the resources that have a document in this plan, readable or not.
holders contains resource.type if {
	some resource in plan.standing
	documents[resource.address]
}

holders contains resource.type if {
	some resource in plan.standing
	faults[resource.address]
}

# Complete rules are put together once: OPA would do a partial one anew for each address.
documents := gathered

gathered[resource.address] contains {"kind": place.kind, "text": text} if {
	some resource in plan.standing
	place := places[resource.type]
	text := resource.change.after[place.attribute]
	is_given(text)
}

gathered[resource.address] contains {"kind": "identity", "text": text} if {
	some resource in plan.standing
	resource.type == "aws_iam_role"
	some block in resource.change.after.inline_policy
	text := object.get(block, "policy", null)
	is_given(text)
}

# What has no listed place, as a provider's newer type, is judged as a resource's.
gathered[resource.address] contains {"kind": "resource", "text": text} if {
	some resource in plan.standing
	not has_place(resource.type)
	some text in resource.change.after
	written(text)
}

has_place(type) if places[type]

is_given(text) if count({text} - {null, ""}) > 0

# METADATA
# title: Faults
# description: By address, what can't be read of a resource's documents. One rule denies them.
faults := unread

unread[resource.address] contains "has a policy that is known only after apply" if {
	some resource in plan.standing
	attribute := places[resource.type].attribute
	plan.unknown(resource, [attribute])
	not left_to_aws(resource, attribute)
}

unread[resource.address] contains "has inline policies that are known only after apply" if {
	some resource in plan.standing
	resource.type == "aws_iam_role"
	attribute := "inline_policy"
	plan.unknown(resource, [attribute])
	not left_to_aws(resource, attribute)
}

unread[resource.address] contains "has an inline policy that is known only after apply" if {
	some resource in plan.standing
	resource.type == "aws_iam_role"
	some block in listed(object.get(resource.change.after_unknown, "inline_policy", []))
	is_object(block)
	object.get(block, "policy", false) == true
}

unread[address] contains "has a policy that is not JSON" if {
	some address, found in documents
	some text in {document.text | some document in found}
	not is_json(text)
}

unread[address] contains "has a policy that is not a document of IAM" if {
	some address, found in documents
	some text in {document.text | some document in found}
	is_json(text)
	not written(text)
}

unread[address] contains "has a policy with a statement that IAM does not know" if {
	some address, found in documents
	some document in found
	some statement in written(document.text)
	not well_formed(statement)
}

# METADATA
# title: Left to AWS
# description: >-
#   Whether nobody set an optional attribute: it is unknown too, as AWS gives its default. A
#   resource that the configuration lacks proves nothing.
left_to_aws(resource, attribute) if {
	declared := plan.declared[plan.place(resource.address)]
	count(object.keys(object.get(declared, "expressions", {})) & {attribute}) == 0
}

is_json(text) if {
	is_string(text)
	json.is_valid(text)
}

written(text) := listed(document.Statement) if {
	is_json(text)
	document := json.unmarshal(text)
	is_object(document)
	object.keys(document) - {"Id", "Statement", "Version"} == set()
	type_name(document.Statement) in {"array", "object"}
}

# METADATA
# title: Listed
# description: IAM takes one for a list of one.
listed(value) := value if is_array(value)

listed(value) := [value] if not is_array(value)

elements := {
	"Action", "Condition", "Effect", "NotAction", "NotPrincipal",
	"NotResource", "Principal", "Resource", "Sid",
}

well_formed(statement) if {
	is_object(statement)
	object.keys(statement) - elements == set()
	statement.Effect in {"Allow", "Deny"}
	count(object.keys(statement) & {"Action", "NotAction"}) == 1
	count(object.keys(statement) & {"NotResource", "Resource"}) < 2
	count(object.keys(statement) & {"NotPrincipal", "Principal"}) < 2
	every key in object.keys(statement) & {"Action", "NotAction", "NotResource", "Resource"} {
		every text in listed(statement[key]) {
			is_string(text)
		}
	}
	is_object(object.get(statement, "Condition", {}))
	every key in object.keys(statement) & {"NotPrincipal", "Principal"} {
		is_principal(statement[key])
	}
}

is_principal(principal) if principal == "*"

is_principal(principal) if {
	is_object(principal)
	every ids in principal {
		every id in listed(ids) {
			is_string(id)
		}
	}
}

# METADATA
# title: Statements
# description: >-
#   By address, each statement as {kind, effect, actions, resources, principals, condition,
#   inverted}: sets of texts as they were written; principals as {type, id}; inverted tells which
#   Not… elements there were. What such an element leaves open stands as "*".
statements := normal

normal[address] contains statement if {
	some address, found in documents
	some document in found
	some raw in written(document.text)
	well_formed(raw)
	statement := {
		"kind": document.kind,
		"effect": raw.Effect,
		"actions": {action | some action in listed(object.get(raw, "Action", "*"))},
		"resources": {resource | some resource in listed(object.get(raw, "Resource", "*"))},
		"principals": principals(raw),
		"condition": object.get(raw, "Condition", {}),
		"inverted": object.keys(raw) & {"NotAction", "NotPrincipal", "NotResource"},
	}
}

principals(raw) := set() if count(object.keys(raw) & {"NotPrincipal", "Principal"}) == 0

principals(raw) := {{"type": "*", "id": "*"}} if "NotPrincipal" in object.keys(raw)

principals(raw) := {{"type": "*", "id": "*"}} if raw.Principal == "*"

principals(raw) := {{"type": type, "id": id} |
	some type, ids in raw.Principal
	some id in listed(ids)
} if {
	is_object(raw.Principal)
}

# METADATA
# title: Allowed
# description: By address, the statements that grant something.
allowed := granted

granted[address] contains statement if {
	some address, found in statements
	some statement in found
	statement.effect == "Allow"
	statement.kind != "limit"
}
