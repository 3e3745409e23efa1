package nexus.terraform.providers_test

import rego.v1

import data.nexus.terraform.providers as rule

denied(change) := {finding.msg | some finding in found} if {
	provider := object.union(aws, change)
	found := rule.deny with input as {"configuration": {"provider_config": {"aws": provider}}}
}

aws := {
	"name": "aws",
	"full_name": "registry.terraform.io/hashicorp/aws",
	"version_constraint": "5.100.0",
	"expressions": {"region": {"references": ["var.region"]}, "access_key": {"references": ["var.offline"]}},
}

test_one_pinned_provider_passes if {
	denied({}) == set()
	denied({"version_constraint": "~> 5.0, = 5.100.0"}) == set()
}

test_strangers_do_not_pass if {
	denied({"full_name": "registry.terraform.io/somebody/aws"}) == {"provider.aws is not one that is allowed"}
}

test_versions_are_exact if {
	every constraint in ["", "~> 5.100", ">= 5.100.0", "!= 5.100.0"] {
		denied({"version_constraint": constraint}) == {"provider.aws is not pinned to a version"}
	}
}

test_there_is_one_place if {
	denied({"alias": "other"}) == {"provider.aws is a further one, for another place"}
	denied({"module_address": "module.m"}) == {"provider.aws is a further one, for another place"}
}

test_settings_are_known if {
	denied({"expressions": {"endpoints": [{"dynamodb": {}}]}}) == {"provider.aws sets endpoints, which is not allowed"}
}

test_keys_are_not_written_down if {
	denied({"expressions": {"access_key": {"constant_value": "x"}}}) == {"provider.aws has access_key in the clear"}
}
