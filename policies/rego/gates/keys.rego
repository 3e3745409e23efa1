# METADATA
# title: Keys
# description: Whether what encrypts a resource is a key of ours, which we can take away, and not one of AWS's own.
package nexus.gates.keys

import rego.v1

import data.nexus.gates.plan

# METADATA
# title: Ours
# description: >-
#   Whether the attribute at a path, as ["server_side_encryption", 0, "kms_key_arn"], is a key of
#   ours: an ARN or alias that isn't AWS's, or still unknown and proved to be a key of this plan.
ours(resource, path) if {
	plan.unknown(resource, path)
	some key in plan.standing
	key.type in {"aws_kms_key", "aws_kms_replica_key"}
	plan.place(key.address) in plan.targets(resource, path)
}

ours(resource, path) if {
	key := object.get(resource.change.after, path, null)
	is_string(key)
	regex.match(`^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?(key/|alias/)?[A-Za-z0-9/_-]+$`, key)
	not of_aws(key)
}

of_aws(key) if contains(key, "alias/aws/")
