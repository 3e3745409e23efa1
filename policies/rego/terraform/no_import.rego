# METADATA
# title: No import
# description: >-
#   The event store's table begins empty: what an import or another table's backup brings was never
#   decided, validated or sealed here. To restore a lost store is an exception, and recorded as one.
# custom:
#   severity: critical
#   fix: Take import_table and restore_... out; or record a waiver for a restore that was agreed on.
package nexus.terraform.no_import

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.tables

deny contains plan.finding(table, sprintf("begins with what %s brings", [attribute])) if {
	some table in tables.event_stores("terraform.no_import")
	some attribute in {"import_table", "restore_source_name", "restore_source_table_arn"}
	brings(table, attribute)
}

brings(table, attribute) if not empty(table, attribute)

empty(table, attribute) if object.get(table.change.after, attribute, null) in {null, "", []}

brings(table, attribute) if {
	plan.unknown(table, [attribute])
	plan.configured(table, attribute)
}
