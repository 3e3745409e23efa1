package nexus.gates.grants_test

import rego.v1

import data.nexus.gates.grants

test_an_action_is_matched_in_any_case_and_by_wildcards if {
	every pattern in ["dynamodb:PutItem", "DYNAMODB:putitem", "dynamodb:Put*", "dynamodb:Put?tem", "dynamodb:*", "*", "*:PutItem"] {
		grants.of({"actions": {pattern}}, ["dynamodb:PutItem"]) == {"dynamodb:PutItem"}
	}
	every pattern in ["dynamodb:GetItem", "dynamodb:Put", "dynamodb.PutItem", "dynamodb:PutItem?", "s3:*", ""] {
		grants.of({"actions": {pattern}}, ["dynamodb:PutItem"]) == set()
	}
}

store := "nexus-event-store"

test_what_may_be_the_table_is_reached if {
	every pattern in [
		"arn:aws:dynamodb:eu-central-1:123456789012:table/nexus-event-store",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/dev-nexus-event-store",
		"arn:aws:dynamodb:*:*:table/nexus-event-stor?",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/*",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/nexus-*",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/*store",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/${aws:PrincipalTag/table}",
		"arn:aws:dynamodb:*",
		"arn:aws:dyn*:table/nexus-event-store",
		"arn:*",
		"*",
	] {
		grants.reaches({"resources": {pattern}}, "dynamodb", store)
	}
}

unreached := {pattern |
	some pattern in [
		"arn:aws:dynamodb:eu-central-1:123456789012:table/nexus-event-store/index/parked",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/nexus-positions",
		"arn:aws:dynamodb:eu-central-1:123456789012:table/*-positions",
		"arn:aws:s3:::nexus-event-store",
		"arn:aws:logs:eu-central-1:123456789012:log-group:*",
		"store",
	]
	not grants.reaches({"resources": {pattern}}, "dynamodb", store)
}

test_what_can_not_be_the_table_is_not_reached if count(unreached) == 6

test_any_arn_of_a_service_is_within_it if {
	grants.within({"resources": {"arn:aws:iam::123456789012:role/a"}}, "iam")
	grants.within({"resources": {"*"}}, "iam")
	not grants.within({"resources": {"arn:aws:s3:::a"}}, "iam")
}
