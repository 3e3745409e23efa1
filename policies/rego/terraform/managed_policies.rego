# METADATA
# title: Managed policies
# description: >-
#   Roles, users and groups get only policies that this plan holds, where the other rules judge
#   them. What AWS or another stack writes is broader than a function needs, and changes unseen.
# custom:
#   severity: high
#   fix: Write the grants that are needed as an aws_iam_role_policy.
package nexus.terraform.managed_policies

import rego.v1

import data.nexus.gates.iam
import data.nexus.gates.plan

places := {
	"aws_iam_group_policy_attachment": "policy_arn",
	"aws_iam_policy_attachment": "policy_arn",
	"aws_iam_role": "managed_policy_arns",
	"aws_iam_role_policy_attachment": "policy_arn",
	"aws_iam_role_policy_attachments_exclusive": "policy_arns",
	"aws_iam_user_policy_attachment": "policy_arn",
}

subjects := plan.subjects("terraform.managed_policies", object.keys(places))

deny contains plan.finding(resource, sprintf("attaches %s", [arn])) if {
	some resource in subjects
	some arn in iam.listed(object.get(resource.change.after, places[resource.type], []))
	is_string(arn)
	not judged(arn)
}

deny contains plan.finding(resource, "attaches a policy that is known only after apply") if {
	some resource in subjects
	attribute := places[resource.type]
	undecided(resource, attribute)
	not iam.left_to_aws(resource, attribute)
	not proved(resource, attribute)
}

undecided(resource, attribute) if plan.unknown(resource, [attribute])

undecided(resource, attribute) if {
	some unknown in iam.listed(object.get(resource.change.after_unknown, attribute, false))
	unknown == true
}

judged(arn) if {
	some policy in plan.standing
	policy.type == "aws_iam_policy"
	policy.change.after.arn == arn
}

judged(arn) if regex.replace(arn, `^arn:[a-z-]+:iam::aws:policy/`, "") in data.terraform.managed_policies.allowed

proved(resource, attribute) if {
	targets := plan.targets(resource, [attribute])
	count(targets) > 0
	every target in targets {
		regex.match(`(^|\.)aws_iam_policy\.`, target)
	}
}
