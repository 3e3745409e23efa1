# METADATA
# title: Recovery
# description: >-
#   What can't be made again can be had back: tables to any second of the last weeks, objects of
#   buckets by their versions.
# custom:
#   severity: high
#   fix: Set point_in_time_recovery enabled on the table; give the bucket an aws_s3_bucket_versioning that is Enabled.
package nexus.terraform.recovery

import rego.v1

import data.nexus.gates.given
import data.nexus.gates.plan
import data.nexus.gates.tables

deny contains plan.finding(table, "can't be restored to a point in time") if {
	some table in tables.lasting("terraform.recovery")
	not recoverable(table.change.after)
}

recoverable(table) if {
	some block in table.point_in_time_recovery
	block.enabled == true
	long(block)
}

# Nothing said is the longest that there is.
long(block) if object.get(block, "recovery_period_in_days", null) == null

long(block) if given.number(block, "recovery_period_in_days", data.terraform.recovery.days)

deny contains plan.finding(bucket, "keeps no versions of its objects") if {
	some bucket in plan.subjects("terraform.recovery", {"aws_s3_bucket"})
	not versioned(bucket)
}

versioned(bucket) if {
	some versioning in plan.attached(bucket, "aws_s3_bucket_versioning", "bucket", object.get(bucket.change.after, "bucket", null))
	versioning.change.after.versioning_configuration[_].status == "Enabled"
}
