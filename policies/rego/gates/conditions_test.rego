package nexus.gates.conditions_test

import rego.v1

import data.nexus.gates.conditions

bounded(condition) if conditions.bounded({"condition": condition})

test_a_name_bounds if {
	bounded({"StringEquals": {"AWS:SourceAccount": "123456789012"}})
	bounded({"ArnLike": {"aws:SourceArn": ["arn:aws:sns:*:123456789012:*", "arn:aws:s3:::bucket"]}})
	bounded({"StringLike": {"issuer.example:sub": "repo:us/nexus:*"}, "Bool": {"aws:SecureTransport": "true"}})
}

test_what_strangers_match_does_not if {
	every condition in [
		{},
		{"Bool": {"aws:SecureTransport": "true"}},
		{"Null": {"aws:SourceAccount": "false"}},
		{"StringEquals": {"aws:SourceAccount": []}},
		{"StringEquals": {"aws:SourceAccount": ["123456789012", 1]}},
		{"StringEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"}},
		{"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
		{"ForAllValues:StringEquals": {"aws:SourceAccount": "123456789012"}},
		{"StringLike": {"aws:SourceAccount": "1*"}},
		{"StringLike": {"aws:SourceArn": "arn:*"}},
		{"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
		{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/nexus"}},
		{"ArnLike": {"aws:SourceArn": "arn:*:*:*:*:*"}},
		{"StringLike": {"issuer.example:sub": "repo:*"}},
		{"StringLike": {"issuer.example:sub": "*"}},
		{"StringEquals": {"issuer.example:sub": null}},
	] {
		not bounded(condition)
	}
}
