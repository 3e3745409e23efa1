# METADATA
# title: Deletion protection
# description: >-
#   What holds data that can't be made again can't be deleted by one wrong call: tables and user
#   pools are protected, buckets go only when empty, keys wait long enough for somebody to notice.
# custom:
#   severity: critical
#   fix: >-
#     Set deletion_protection_enabled on the table, deletion_protection ACTIVE on the user pool,
#     force_destroy false on the bucket, deletion_window_in_days to 14 or more on the key.
package nexus.terraform.deletion_protection

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.tables

deny contains plan.finding(table, "is not protected from deletion") if {
	some table in tables.lasting("terraform.deletion_protection")
	not protected(table)
}

deny contains plan.finding(resource, "is not protected from deletion") if {
	others := {"aws_cognito_user_pool", "aws_kms_key", "aws_kms_replica_key", "aws_s3_bucket"}
	some resource in plan.subjects("terraform.deletion_protection", others)
	not protected(resource)
}

protected(table) if table.change.after.deletion_protection_enabled == true

protected(pool) if pool.change.after.deletion_protection == "ACTIVE"

protected(bucket) if {
	bucket.type == "aws_s3_bucket"
	not plan.unknown(bucket, ["force_destroy"])
	object.get(bucket.change.after, "force_destroy", null) in {false, null}
}

# Without a window, AWS waits 30 days.
protected(key) if {
	key.type in {"aws_kms_key", "aws_kms_replica_key"}
	not plan.unknown(key, ["deletion_window_in_days"])
	object.get(key.change.after, "deletion_window_in_days", null) == null
}

protected(key) if {
	days := key.change.after.deletion_window_in_days
	is_number(days)
	days >= data.terraform.deletion_protection.least_deletion_window_days
}
